#include "platform/http/parameters.hpp"

#include <algorithm>

#include "platform/http/request.hpp"

namespace haat::http {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(
        out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > 0x20 && c < 0x7F &&
               std::string_view{"()<>@,;:\\\"/[]?="}.find(c) == std::string_view::npos;
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

// Takes the text up to the next `;` off `rest`, the `;` too.
std::string_view take_section(std::string_view& rest) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto section = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return section;
}

// Takes a quoted string, whose opening quote is gone already, and what separates it from the next parameter.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string value;
    while (!rest.empty() && rest.front() != '"') {
        const bool escapes = rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\');
        if (escapes) rest.remove_prefix(1);
        value += rest.front();
        rest.remove_prefix(1);
    }
    if (rest.empty()) return std::nullopt;
    rest.remove_prefix(1);
    if (!trim_blanks(take_section(rest)).empty()) return std::nullopt;
    return value;
}

std::optional<std::string> take_value(std::string_view& rest) {
    const auto start = std::min(rest.find_first_not_of(" \t"), rest.size());
    rest.remove_prefix(start);
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return take_quoted(rest);
    }
    const auto value = trim_blanks(take_section(rest));
    if (value.empty()) return std::nullopt;
    return std::string{value};
}

}  // namespace

const std::string* ParameterizedValue::find(std::string_view name) const {
    const auto found = std::ranges::find(
        parameters, name, [](const auto& parameter) -> std::string_view { return parameter.first; });
    return found == parameters.end() ? nullptr : &found->second;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
    if (has_control(text)) return std::nullopt;
    ParameterizedValue parsed;
    parsed.type = lower(trim_blanks(take_section(text)));
    while (!trim_blanks(text).empty()) {
        const auto equals = text.find('=');
        const auto name = trim_blanks(text.substr(0, std::min(equals, text.size())));
        if (equals == std::string_view::npos || !is_token(name)) return std::nullopt;
        std::string key = lower(name);
        if (parsed.find(key)) return std::nullopt;
        text.remove_prefix(equals + 1);
        auto value = take_value(text);
        if (!value) return std::nullopt;
        parsed.parameters.emplace_back(std::move(key), std::move(*value));
    }
    return parsed;
}

}  // namespace haat::http
