#include <sqlite3.h>

#include <memory>

#include "catalog/search_query.hpp"
#include "platform/http/request.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

// An index like the catalogue's.
class Index {
public:
    Index() {
        require(sqlite3_open(":memory:", &database_) == SQLITE_OK, "a database opens");
        run("CREATE VIRTUAL TABLE words USING fts5(name, description, tokenize = 'porter unicode61 "
            "remove_diacritics 2')");
        run("INSERT INTO words VALUES ('Green tea', 'e-mail 100% NEAR AND OR NOT'), ('Salt', '')");
        require(sqlite3_prepare_v2(database_, "SELECT count(*) FROM words WHERE words MATCH ?1", -1, &find_,
                                   nullptr) == SQLITE_OK,
                "a statement is prepared");
    }
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;
    ~Index() {
        sqlite3_finalize(find_);
        sqlite3_close(database_);
    }

    bool takes(const std::string& expression) {
        sqlite3_bind_text(find_, 1, expression.data(), static_cast<int>(expression.size()), SQLITE_STATIC);
        const bool found = sqlite3_step(find_) == SQLITE_ROW;
        sqlite3_reset(find_);
        return found;
    }

private:
    void run(const char* sql) {
        require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, "SQL runs");
    }

    sqlite3* database_ = nullptr;
    sqlite3_stmt* find_ = nullptr;
};

}  // namespace

// No text is an operator, and none makes the index fail.
void searches(std::string_view text) {
    const auto query = catalog::parse_search(text);
    const auto terms = query.words.size() + query.phrases.size() + query.excluded.size();
    require(terms <= catalog::kMaxSearchTerms, "terms are bounded");
    if (query.finds_nothing() || !http::is_utf8(text)) return;
    static Index index;
    require(index.takes(catalog::to_fts5(query)), "the index understands it");
}

}  // namespace haat::fuzz
