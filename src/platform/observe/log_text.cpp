#include "platform/observe/log_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

namespace haat::observe {
namespace {

// Characters that stand for themselves inside a JSON string.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

struct CodePoint {
    std::uint32_t value;
    std::size_t length;  // bytes; 0 when they are no UTF-8 (RFC 3629)
};

CodePoint first_code_point(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {0, 0};
    std::uint32_t value = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {0, 0};
        value = value << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < kSmallest[length] || value > 0x10ffff || surrogate) return {0, 0};
    return {value, length};
}

bool is_harmless(std::uint32_t code_point) {
    return code_point > 0x9f && code_point != 0x2028 && code_point != 0x2029;
}

// Appends what begins text and is not plain; says how many bytes that was.
std::size_t append_special(std::string& out, std::string_view text) {
    switch (text.front()) {
        case '"':
            out += "\\\"";
            return 1;
        case '\\':
            out += "\\\\";
            return 1;
        case '\n':
            out += "\\n";
            return 1;
        case '\r':
            out += "\\r";
            return 1;
        case '\t':
            out += "\\t";
            return 1;
        default:
            break;
    }
    const auto [value, length] = first_code_point(text);
    if (length == 0) {
        out += "\\ufffd";
        return 1;
    }
    if (is_harmless(value)) {
        out += text.substr(0, length);
    } else {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
    }
    return length;
}

std::string_view level_name(LogLevel level, bool padded) {
    switch (level) {
        case LogLevel::debug:
            return padded ? "DEBUG" : "debug";
        case LogLevel::info:
            return padded ? "INFO " : "info";
        case LogLevel::warn:
            return padded ? "WARN " : "warn";
        case LogLevel::error:
        case LogLevel::off:
            break;
    }
    return padded ? "ERROR" : "error";
}

void append_value(std::string& out, std::int64_t number) { append_decimal(out, number); }
void append_value(std::string& out, bool truth) { out += truth ? "true" : "false"; }
void append_value(std::string& out, double number) {
    if (std::isfinite(number)) {
        fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
        out += "null";  // JSON knows no other word for it
    }
}
void append_value(std::string& out, std::string_view text) { append_quoted(out, text); }

// Text that needs no quotes to be told from what is around it.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= kMaxFieldBytes &&
           std::ranges::all_of(text, [](char c) { return is_plain(c) && c != ' ' && c != '='; });
}

void append_pretty(std::string& out, Fields fields) {
    for (const auto& field : fields) {
        out += ' ';
        append_escaped(out, field.key);
        out += '=';
        if (const auto* text = std::get_if<std::string_view>(&field.value);
            text != nullptr && is_word(*text)) {
            out += *text;
        } else {
            std::visit([&out](const auto& value) { append_value(out, value); }, field.value);
        }
    }
}

void append_json(std::string& out, Fields fields) {
    for (const auto& field : fields) {
        out += ',';
        append_quoted(out, field.key);
        out += ':';
        std::visit([&out](const auto& value) { append_value(out, value); }, field.value);
    }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::size_t room = kMaxFieldBytes;
    while (!text.empty()) {
        const auto here = out.size();
        const auto span = text.substr(0, room);
        const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(span, is_plain) - span.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (!text.empty() && plain < room) text.remove_prefix(append_special(out, text));
        const auto added = out.size() - here;
        if (added >= room && !text.empty()) {
            out += "…";
            return;
        }
        room -= std::min(room, added);
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

void append_decimal(std::string& out, std::int64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_event(std::string& out, LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                  Fields fields) {
    const auto time = to_iso(at);
    if (format == LogFormat::json) {
        out += R"({"time":")";
        out += view(time);
        out += R"(","level":")";
        out += level_name(level, false);
        out += R"(","event":)";
        append_quoted(out, event);
        append_json(out, fields);
        out += "}\n";
        return;
    }
    out += view(time);
    out += ' ';
    out += level_name(level, true);
    out += ' ';
    append_escaped(out, event);
    append_pretty(out, fields);
    out += '\n';
}

}  // namespace haat::observe
