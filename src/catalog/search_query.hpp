// What a shopper types into the search box, as an expression of the engine's search index.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haat::catalog {

// The parts of a query: words are alternatives, each phrase must occur, nothing excluded may. Stop words
// (English) do not count as words, but do within phrases.
struct SearchQuery {
    std::vector<std::string> words{};
    std::vector<std::string> phrases{};
    std::vector<std::string> excluded{};  // words or phrases

    // Only stop words or exclusions: finds nothing.
    [[nodiscard]] bool finds_nothing() const { return words.empty() && phrases.empty(); }
};

inline constexpr std::size_t kMaxSearchBytes = 1'024;  // of the text; the rest is not looked at
inline constexpr std::size_t kMaxSearchTerms = 32;     // of all three kinds together

SearchQuery parse_search(std::string_view text);

// What an engine is asked for: values of parameters, in which every term is quoted, so that nothing typed is
// an operator.
struct SearchExpression {
    std::string match{};  // which products it finds; empty: none
    std::string rank{};   // what their score is made of, where that is not what they are found by
};

// As a MATCH expression of SQLite's FTS5.
std::string to_fts5(const SearchQuery& query);

// A query that finds something, for the engine of that name (db::Database::engine).
SearchExpression search_expression(const SearchQuery& query, std::string_view engine);

}  // namespace haat::catalog
