#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <vector>

#include "catalog/postgres_search.hpp"
#include "catalog/search_index.hpp"
#include "catalog/search_query.hpp"
#include "platform/http/request.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

struct Product {
    std::string_view name;
    std::string_view description;
};

constexpr std::array<Product, 2> kUsual{{{"Green tea", "e-mail 100% NEAR AND OR NOT"}, {"Salt", ""}}};

ProductId id_of(std::size_t number) {
    ObjectId::Bytes bytes{};
    bytes.back() = static_cast<ObjectId::Bytes::value_type>(number);
    return ProductId{ObjectId::of(bytes)};
}

// The embedded engine's index, as the catalogue has it.
class Table {
public:
    Table() {
        require(sqlite3_open(":memory:", &database_) == SQLITE_OK, "a database opens");
        const char* create =
            "CREATE VIRTUAL TABLE words USING fts5(name, description, tokenize = 'porter unicode61 "
            "remove_diacritics 2')";
        require(sqlite3_exec(database_, create, nullptr, nullptr, nullptr) == SQLITE_OK, "SQL runs");
        put_ = prepare("REPLACE INTO words (rowid, name, description) VALUES (?1, ?2, ?3)");
        find_ = prepare("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid");
        for (std::size_t number = 0; number < kUsual.size(); ++number) put(number, kUsual.at(number));
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() {
        sqlite3_finalize(put_);
        sqlite3_finalize(find_);
        sqlite3_close(database_);
    }

    void put(std::size_t number, Product product) {
        sqlite3_bind_int64(put_, 1, static_cast<sqlite3_int64>(number));
        bind(put_, 2, product.name);
        bind(put_, 3, product.description);
        require(sqlite3_step(put_) == SQLITE_DONE, "the index takes any text");
        sqlite3_reset(put_);
    }

    std::vector<ProductId> find(const std::string& expression) {
        bind(find_, 1, expression);
        std::vector<ProductId> found;
        int step = SQLITE_ROW;
        while ((step = sqlite3_step(find_)) == SQLITE_ROW)
            found.push_back(id_of(static_cast<std::size_t>(sqlite3_column_int64(find_, 0))));
        sqlite3_reset(find_);
        require(step == SQLITE_DONE, "the index understands every query");
        return found;
    }

private:
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        require(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK,
                "a statement is prepared");
        return statement;
    }
    static void bind(sqlite3_stmt* statement, int at, std::string_view text) {
        sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    }

    sqlite3* database_ = nullptr;
    sqlite3_stmt* put_ = nullptr;
    sqlite3_stmt* find_ = nullptr;
};

// What the index in memory finds, sorted; one that is made for it.
std::vector<ProductId> find_in_memory(const catalog::SearchTerms& terms, Product third) {
    catalog::SearchIndex index;
    std::size_t number = 0;
    for (const Product& product : {kUsual[0], kUsual[1], third}) {
        index.put(catalog::IndexedText::of(id_of(number), Timestamp{static_cast<std::int64_t>(number)},
                                           product.name, product.description));
        ++number;
    }
    const auto newest = index.newest_of(terms, Page{});
    const auto best = index.best_of(terms, Page{});
    require(newest.total == best.total && newest.page.size() == best.page.size(),
            "both orders have the same products");
    std::vector<ProductId> found;
    for (const auto& hit : newest.page) found.push_back(hit.id);
    std::ranges::sort(found);
    return found;
}

// Words in quotes, which are even in number, with operators between them.
void check_tsquery(std::string_view expression) {
    bool is_quoted = false;
    for (const char c : expression) {
        if (c == '\'') {
            is_quoted = !is_quoted;
        } else if (!is_quoted) {
            require(std::string_view{" |&!()<->"}.find(c) != std::string_view::npos,
                    "what was typed stands in quotes");
        }
        require(c != '\0', "no NUL");
    }
    require(!is_quoted, "quotes are closed");
}

}  // namespace

// A query, and behind line ends the name and the description of a product: no text is an operator, none makes
// an index fail, and the index in memory finds what the table's finds.
void searches(std::string_view bytes) {
    const auto name_at = std::min(bytes.find('\n'), bytes.size());
    const std::string_view text = bytes.substr(0, name_at);
    const std::string_view product = bytes.substr(std::min(name_at + 1, bytes.size()));
    const auto name_end = std::min(product.find('\n'), product.size());
    const Product third{.name = product.substr(0, name_end), .description = product.substr(name_end)};

    const auto query = catalog::parse_search(text);
    const auto terms = query.words.size() + query.phrases.size() + query.excluded.size();
    require(terms <= catalog::kMaxSearchTerms, "terms are bounded");
    if (query.finds_nothing() || !http::is_utf8(bytes)) return;
    const auto tsquery = catalog::to_tsquery(query);
    check_tsquery(tsquery.match);
    check_tsquery(tsquery.rank);
    if (product.find('\0') != std::string_view::npos) return;  // which no stored text has (json/decode.cpp)

    static Table table;
    table.put(kUsual.size(), third);
    const auto found = table.find(catalog::to_fts5(query));
    if (const auto plain = catalog::SearchTerms::of(query))
        require(find_in_memory(*plain, third) == found, "both indexes find the same");
}

}  // namespace haat::fuzz
