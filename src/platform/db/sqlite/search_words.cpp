#include "platform/db/search_words.hpp"

#include <sqlite3.h>

#include <memory>
#include <new>

#include "kernel/error.hpp"

namespace haat::db {
namespace {

struct CloseMemory {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

// FTS5 hands its functions out through a pointer that a statement fills in (sqlite.org/fts5.html, 7).
fts5_api* find_api(sqlite3* handle) {
    fts5_api* api = nullptr;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

// What fails here has found no memory.
void expect_ok(int code) {
    if (code == SQLITE_NOMEM) throw std::bad_alloc{};
    HAAT_ASSERT(code == SQLITE_OK);
}

// An exception must not pass the engine's frames.
int keep_word(void* words, int, const char* word, int length, int, int) noexcept {
    try {
        static_cast<std::vector<std::string>*>(words)->emplace_back(word, static_cast<std::size_t>(length));
        return SQLITE_OK;
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    }
}

// A tokenizer writes to buffers of its own, so each thread has one.
class Tokenizer {
public:
    Tokenizer() {
        sqlite3* handle = nullptr;
        const int opened = sqlite3_open(":memory:", &handle);
        handle_.reset(handle);
        expect_ok(opened);
        fts5_api* api = find_api(handle);
        if (api == nullptr) expect_ok(sqlite3_errcode(handle));
        HAAT_ASSERT(api != nullptr);
        void* context = nullptr;
        expect_ok(api->xFindTokenizer(api, "porter", &context, &functions_));
        const char* options[] = {"unicode61", "remove_diacritics", "2"};
        expect_ok(functions_.xCreate(context, options, 3, &tokenizer_));
    }
    ~Tokenizer() { functions_.xDelete(tokenizer_); }
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;

    std::vector<std::string> words(std::string_view text) {
        std::vector<std::string> found;
        expect_ok(functions_.xTokenize(tokenizer_, &found, FTS5_TOKENIZE_DOCUMENT, text.data(),
                                       static_cast<int>(text.size()), keep_word));
        return found;
    }

private:
    std::unique_ptr<sqlite3, CloseMemory> handle_;
    fts5_tokenizer functions_{};
    Fts5Tokenizer* tokenizer_ = nullptr;
};

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
    thread_local Tokenizer tokenizer;
    return tokenizer.words(text);
}

}  // namespace haat::db
