#include "platform/json/decode.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

#include "kernel/decimal.hpp"
#include "kernel/fold.hpp"
#include "platform/json/write.hpp"

namespace haat::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n\f\v";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMaxDepth = 32;

// PostgreSQL cannot keep a NUL in a text, and no person types one: it becomes U+FFFD on either engine.
std::string without_nul(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (const char c : text) {
        if (c == '\0') {
            kept += kReplacement;
        } else {
            kept += c;
        }
    }
    return kept;
}

// The text of a number or of a numeric string.
std::optional<std::string> number_text(const boost::json::value& value) {
    auto text = text_of(value);
    if (text && value.is_string()) text = std::string{trim(*text)};
    return text;
}

}  // namespace

Result<boost::json::object> parse_object(std::string_view body) {
    if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
    if (body.find_first_not_of(kSpace) == std::string_view::npos) return boost::json::object{};
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = kMaxDepth;
    auto value = boost::json::parse(body, error, {}, options);
    if (error) return fail(ErrorCode::malformed_json);
    if (!value.is_object()) return fail(ErrorCode::not_an_object);
    return std::move(value.get_object());
}

bool is_falsy(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return true;
        case boost::json::kind::bool_:
            return !value.get_bool();
        case boost::json::kind::int64:
            return value.get_int64() == 0;
        case boost::json::kind::uint64:
            return value.get_uint64() == 0;
        case boost::json::kind::double_:
            return value.get_double() == 0;
        case boost::json::kind::string:
            return value.get_string().empty();
        case boost::json::kind::array:
            return value.get_array().empty();
        case boost::json::kind::object:
            return false;
    }
    return false;
}

std::optional<std::string> text_of(const boost::json::value& value) {
    if (value.is_string()) return without_nul(value.get_string());
    if (!value.is_number()) return std::nullopt;
    if (value.is_double() && !std::isfinite(value.get_double())) return std::nullopt;
    std::string text;
    write(text, value);
    return text;
}

bool read(const boost::json::value& value, std::string& out) {
    auto text = text_of(value);
    if (!text) return false;
    out = std::move(*text);
    return true;
}

bool read(const boost::json::value& value, std::int64_t& out) {
    const auto text = number_text(value);
    if (!text) return false;
    const auto number = parse_decimal(*text, 0, INT64_MAX);
    if (!number) return false;
    out = *number;
    return true;
}

bool read(const boost::json::value& value, bool& out) {
    if (const auto* truth = value.if_bool()) {
        out = *truth;
        return true;
    }
    const auto* word = value.if_string();
    if (word == nullptr || (*word != "true" && *word != "false")) return false;
    out = *word == "true";
    return true;
}

bool read(const boost::json::value& value, Money& out) {
    const auto text = number_text(value);
    const auto amount = text ? parse_money(*text) : std::nullopt;
    if (!amount) return false;
    out = *amount;
    return true;
}

bool read(const boost::json::value& value, Percent& out) {
    const auto text = number_text(value);
    const auto percent = text ? parse_percent(*text) : std::nullopt;
    if (!percent) return false;
    out = *percent;
    return true;
}

bool read(const boost::json::value& value, std::vector<std::string>& out) {
    if (const auto* list = value.if_array()) {
        return std::ranges::all_of(*list,
                                   [&](const auto& element) { return read(element, out.emplace_back()); });
    }
    return read(value, out.emplace_back());
}

bool read(const boost::json::value& value, Loose& out) {
    auto text = text_of(value);
    out.valid = text.has_value();
    out.is_null = value.is_null();
    if (text) out.text = std::move(*text);
    return true;
}

bool read(const boost::json::value& value, IdTexts& out) {
    const auto* list = value.if_array();
    if (list == nullptr) {
        out.texts.emplace_back();
        return true;
    }
    for (const auto& element : *list) {
        const auto* text = element.if_string();
        out.texts.emplace_back(text != nullptr ? std::string_view{*text} : std::string_view{});
    }
    return true;
}

bool read(const boost::json::value& value, RawObject& out) {
    if (!value.is_object()) return false;
    out.text.clear();
    write(out.text, value);
    return true;
}

std::optional<std::string_view> detail::first_missing(const boost::json::object& object, const Rules& rules) {
    const auto missing = [&](std::string_view name) {
        const auto* value = object.if_contains(name);
        if (value == nullptr) return true;
        // 0 and false are values where falsy values count, but no empty text or list is.
        return is_falsy(*value) &&
               (rules.falsy == Falsy::absent || !(value->is_number() || value->is_bool()));
    };
    const auto found = std::ranges::find_if(rules.required, missing);
    return found == rules.required.end() ? std::nullopt : std::optional{*found};
}

}  // namespace haat::json
