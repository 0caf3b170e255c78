#include "catalog/search_query.hpp"

#include <algorithm>
#include <array>

#include "catalog/postgres_search.hpp"
#include "kernel/fold.hpp"

namespace haat::catalog {
namespace {

// Words too common to tell products apart, sorted.
constexpr auto kStopWords = std::to_array<std::string_view>({
    "a",      "about",   "above", "after",  "again", "against", "all",    "am",    "an",    "and",
    "any",    "are",     "as",    "at",     "be",    "been",    "before", "being", "below", "between",
    "both",   "but",     "by",    "can",    "could", "did",     "do",     "does",  "doing", "down",
    "during", "each",    "few",   "for",    "from",  "further", "had",    "has",   "have",  "having",
    "he",     "her",     "here",  "hers",   "him",   "his",     "how",    "i",     "if",    "in",
    "into",   "is",      "it",    "its",    "me",    "more",    "most",   "my",    "no",    "nor",
    "not",    "of",      "off",   "on",     "once",  "only",    "or",     "other", "our",   "ours",
    "out",    "over",    "own",   "same",   "she",   "should",  "so",     "some",  "such",  "than",
    "that",   "the",     "their", "theirs", "them",  "then",    "there",  "these", "they",  "this",
    "those",  "through", "to",    "too",    "under", "until",   "up",     "very",  "was",   "we",
    "were",   "what",    "when",  "where",  "which", "while",   "who",    "whom",  "why",   "will",
    "with",   "would",   "you",   "your",   "yours",
});
static_assert(std::ranges::is_sorted(kStopWords));

bool is_stop_word(std::string_view word) { return std::ranges::binary_search(kStopWords, fold_case(word)); }

// Within a word of the index; every byte of a character beyond ASCII counts, the index sorts those out.
bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool has_word(std::string_view text) { return std::ranges::any_of(text, is_word_byte); }

// At most bytes, without cutting a character in two.
std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

class Reader {
public:
    explicit Reader(std::string_view text) : rest_{text} {}

    SearchQuery read() {
        while (!rest_.empty() && terms_ < kMaxSearchTerms) {
            const bool excludes = rest_.front() == '-';
            if (excludes) rest_.remove_prefix(1);
            if (rest_.starts_with('"')) {
                read_phrase(excludes);
            } else if (!rest_.empty() && is_word_byte(rest_.front())) {
                read_words(excludes);
            } else if (!rest_.empty()) {
                rest_.remove_prefix(1);
            }
        }
        return std::move(query_);
    }

private:
    void read_phrase(bool excludes) {
        rest_.remove_prefix(1);
        const auto end = rest_.find('"');
        const std::string_view phrase = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (has_word(phrase)) add(excludes ? query_.excluded : query_.phrases, phrase);
    }

    // `e-mail` is two words: a dash excludes only at the beginning of what white space separates.
    void read_words(bool excludes) {
        const auto end = rest_.find_first_of(" \t\r\n\"");
        std::string_view chunk = rest_.substr(0, end);
        rest_.remove_prefix(chunk.size());
        while (!chunk.empty()) {
            const auto stop = std::ranges::find_if_not(chunk, is_word_byte);
            const auto word = chunk.substr(0, static_cast<std::size_t>(stop - chunk.begin()));
            if (!word.empty() && !is_stop_word(word)) add(excludes ? query_.excluded : query_.words, word);
            chunk.remove_prefix(std::min(chunk.size(), word.size() + 1));
        }
    }

    void add(std::vector<std::string>& to, std::string_view term) {
        if (terms_ >= kMaxSearchTerms) return;
        to.emplace_back(term);
        ++terms_;
    }

    std::string_view rest_;
    SearchQuery query_;
    std::size_t terms_ = 0;
};

// A string of FTS5: in quotes, which are doubled inside. A NUL would end the expression.
void append_fts5_string(std::string& out, std::string_view term) {
    out += '"';
    for (const char c : term) {
        if (c == '\0') continue;
        out += c;
        if (c == '"') out += '"';
    }
    out += '"';
}

void append_joined(std::string& out, const std::vector<std::string>& terms, std::string_view separator) {
    for (bool first = true; const std::string& term : terms) {
        if (!first) out += separator;
        first = false;
        append_fts5_string(out, term);
    }
}

}  // namespace

SearchQuery parse_search(std::string_view text) { return Reader{cut(text, kMaxSearchBytes)}.read(); }

std::string to_fts5(const SearchQuery& query) {
    std::string expression = "(";
    if (query.phrases.empty()) {
        append_joined(expression, query.words, " OR ");
    } else {
        append_joined(expression, query.phrases, " AND ");
        if (!query.words.empty()) {
            // Words beside a phrase do not decide whether a product is found, only how good it is.
            expression += ") AND (";
            append_joined(expression, query.phrases, " OR ");
            expression += " OR ";
            append_joined(expression, query.words, " OR ");
        }
    }
    expression += ')';
    if (!query.excluded.empty()) {
        expression.insert(0, "(");
        expression += ") NOT (";
        append_joined(expression, query.excluded, " OR ");
        expression += ')';
    }
    return expression;
}

SearchExpression search_expression(const SearchQuery& query, std::string_view engine) {
    if (query.finds_nothing()) return {};
    if (engine == "postgres") return to_tsquery(query);
    return {.match = to_fts5(query)};
}

}  // namespace haat::catalog
