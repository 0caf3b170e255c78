#include "catalog/postgres_search.hpp"

#include <vector>

#include "platform/db/search_words.hpp"

namespace haat::catalog {
namespace {

constexpr std::size_t kMaxWordBytes = 2'046;

// Words are letters and digits; the quotes are doubled so that it need not be known here.
void append_lexeme(std::string& out, std::string_view word) {
    out += '\'';
    for (const char c : word) {
        out += c;
        if (c == '\'' || c == '\\') out += c;
    }
    out += '\'';
}

// The place after the last word.
std::size_t append_places(std::string& out, std::string_view text, std::size_t place, char weight) {
    for (const std::string& word : db::search_words(text)) {
        if (word.size() <= kMaxWordBytes) {
            append_lexeme(out, word);
            out += ':' + std::to_string(place) + weight + ' ';
        }
        ++place;
    }
    return place;
}

// One word, or more that follow each other; empty for a term without any, such as a smiley.
std::string phrase_of(std::string_view term) {
    std::string phrase;
    for (const std::string& word : db::search_words(term)) {
        phrase += phrase.empty() ? "(" : " <-> ";
        append_lexeme(phrase, word);
    }
    if (!phrase.empty()) phrase += ')';
    return phrase;
}

void append_joined(std::string& out, const std::string& phrase, std::string_view separator) {
    if (!out.empty()) out += separator;
    out += phrase;
}

std::string any_of(const std::vector<std::string>& terms) {
    std::string any;
    for (const std::string& term : terms) {
        const std::string phrase = phrase_of(term);
        if (!phrase.empty()) append_joined(any, phrase, " | ");
    }
    return any;
}

// Empty when one of the terms has no word, and so never occurs.
std::string all_of(const std::vector<std::string>& terms) {
    std::string all;
    for (const std::string& term : terms) {
        const std::string phrase = phrase_of(term);
        if (phrase.empty()) return {};
        append_joined(all, phrase, " & ");
    }
    return all;
}

}  // namespace

std::string to_tsvector(std::string_view name, std::string_view description) {
    std::string vector;
    const std::size_t behind_name = append_places(vector, name, 1, 'A');
    // One place stays free, so that no phrase reaches from the name into the description.
    append_places(vector, description, behind_name + 1, 'B');
    return vector;
}

SearchExpression to_tsquery(const SearchQuery& query) {
    const std::string words = any_of(query.words);
    SearchExpression expression{.match = query.phrases.empty() ? words : all_of(query.phrases)};
    if (expression.match.empty()) return expression;
    // Words beside a phrase do not decide whether a product is found, only how good it is.
    expression.rank = any_of(query.phrases);
    if (!words.empty()) append_joined(expression.rank, words, " | ");
    const std::string excluded = any_of(query.excluded);
    if (!excluded.empty()) expression.match = '(' + expression.match + ") & !(" + excluded + ')';
    return expression;
}

}  // namespace haat::catalog
