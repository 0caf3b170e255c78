#include "app/config/dotenv.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

namespace haat::config {
namespace {

constexpr std::string_view kBlanks = " \t";

bool is_key_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

char unescaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

class Parser {
public:
    explicit Parser(std::string_view text) : rest_{text} {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    DotenvEntries run() {
        while (!rest_.empty()) {
            read_line();
            skip_line();
        }
        if (!errors_.empty()) return std::unexpected{std::move(errors_)};
        return std::move(entries_);
    }

private:
    void read_line() {
        skip_blanks();
        if (at_line_end() || rest_.front() == '#') return;
        DotenvEntry entry{.key = read_key(), .value = {}, .line = line_};
        if (entry.key == "export" && !rest_.starts_with('=')) entry.key = read_key();
        if (entry.key.empty() || !rest_.starts_with('=')) return error("expected KEY=value");
        rest_.remove_prefix(1);
        skip_blanks();
        const bool quoted = !rest_.empty() && std::string_view{"'\"`"}.contains(rest_.front());
        if (!(quoted ? read_quoted(entry) : read_bare(entry))) return;
        entries_.push_back(std::move(entry));
    }

    // The key, and the blanks behind it.
    std::string read_key() {
        const auto end = std::ranges::find_if_not(rest_, is_key_character);
        std::string key{rest_.begin(), end};
        rest_.remove_prefix(key.size());
        skip_blanks();
        return key;
    }

    bool read_bare(DotenvEntry& entry) {
        const auto end = std::min(rest_.find_first_of("#\n"), rest_.size());
        auto value = rest_.substr(0, end);
        rest_.remove_prefix(end);
        const bool comment = rest_.starts_with('#');
        if (value.ends_with('\r')) value.remove_suffix(1);
        const auto last = value.find_last_not_of(kBlanks);
        entry.cut_at_hash = comment && !value.empty() && last == value.size() - 1;
        entry.value = value.substr(0, last + 1);  // npos + 1 == 0
        return true;
    }

    bool read_quoted(DotenvEntry& entry) {
        const char quote = rest_.front();
        const int opened = line_;
        rest_.remove_prefix(1);
        const auto value = read_until(quote);
        if (!value) {
            error("the quote opened here is never closed", opened);
            return false;
        }
        entry.value = *value;
        skip_blanks();
        if (at_line_end() || rest_.front() == '#') return true;
        error("only a comment may follow the closing quote");
        return false;
    }

    std::optional<std::string> read_until(char quote) {
        std::string value;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == quote) return value;
            if (c == '\n') ++line_;
            const bool escape = quote == '"' && c == '\\' && !rest_.empty();
            if (escape && std::string_view{"nrt\"\\$"}.contains(rest_.front())) {
                c = unescaped(rest_.front());
                rest_.remove_prefix(1);
            }
            value += c;
        }
        return std::nullopt;
    }

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

    void skip_line() {
        const auto end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++line_;
    }

    [[nodiscard]] bool at_line_end() const {
        return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n") || rest_ == "\r";
    }

    void error(const std::string& what) { error(what, line_); }
    void error(const std::string& what, int line) {
        errors_.push_back("line " + std::to_string(line) + ": " + what);
    }

    std::string_view rest_;
    int line_ = 1;
    std::vector<DotenvEntry> entries_;
    std::vector<std::string> errors_;
};

}  // namespace

DotenvEntries parse_dotenv(std::string_view text) { return Parser{text}.run(); }

DotenvEntries read_dotenv(const std::filesystem::path& path) {
    std::error_code absent;
    if (!std::filesystem::exists(path, absent) && !absent) return {};
    const auto fail = [](std::string why) { return std::unexpected{std::vector{std::move(why)}}; };
    std::ifstream file{path, std::ios::binary};
    std::string text(kMaxDotenvBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) return fail("cannot be read: " + std::string{std::strerror(errno)});
    if (static_cast<std::size_t>(file.gcount()) > kMaxDotenvBytes) return fail("is larger than 64 KiB");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse_dotenv(text);
}

}  // namespace haat::config
