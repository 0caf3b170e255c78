#include "platform/db/search_words.hpp"

#include <sqlite3.h>

#include <memory>

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

// A tokenizer writes to buffers of its own, so each thread has one.
class Tokenizer {
public:
    Tokenizer() {
        sqlite3* handle = nullptr;
        const int opened = sqlite3_open(":memory:", &handle);
        handle_.reset(handle);
        HAAT_ASSERT(opened == SQLITE_OK);
        fts5_api* api = find_api(handle);
        HAAT_ASSERT(api != nullptr);
        void* context = nullptr;
        HAAT_ASSERT(api->xFindTokenizer(api, "porter", &context, &functions_) == SQLITE_OK);
        const char* options[] = {"unicode61", "remove_diacritics", "2"};
        HAAT_ASSERT(functions_.xCreate(context, options, 3, &tokenizer_) == SQLITE_OK);
    }
    ~Tokenizer() { functions_.xDelete(tokenizer_); }
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;

    std::vector<std::string> words(std::string_view text) {
        std::vector<std::string> found;
        const auto keep = [](void* words, int, const char* word, int length, int, int) {
            static_cast<std::vector<std::string>*>(words)->emplace_back(word,
                                                                        static_cast<std::size_t>(length));
            return SQLITE_OK;
        };
        const int done = functions_.xTokenize(tokenizer_, &found, FTS5_TOKENIZE_DOCUMENT, text.data(),
                                              static_cast<int>(text.size()), keep);
        HAAT_ASSERT(done == SQLITE_OK);
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
