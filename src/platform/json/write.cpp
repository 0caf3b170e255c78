#include "platform/json/write.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace haat::json {
namespace {

constexpr std::array<bool, 256> make_plain() {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 256; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}
constexpr std::array<bool, 256> kPlain = make_plain();

void write_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u00";
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 0xF];
}

template <class Number>
void write_number(std::string& out, Number number) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

// ECMAScript's Number::toString: the shortest digits that read back the same, with an exponent only where
// the point would be far away from them.
void write_as_javascript(std::string& out, double number) {
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                   std::chars_format::scientific)
                         .ptr;
    const std::string_view text{buffer.data(), end};  // `d.ddde-dd` or `de+dd`
    const auto mark = text.find('e');
    std::string digits{text.substr(0, 1)};
    if (mark > 2) digits += text.substr(2, mark - 2);
    int exponent = 0;
    std::from_chars(buffer.data() + mark + 2, end, exponent);
    if (text[mark + 1] == '-') exponent = -exponent;

    if (number < 0) out += '-';
    const auto count = static_cast<int>(digits.size());
    if (exponent >= 21 || exponent < -6) {
        if (count > 1) digits.insert(1, 1, '.');
        out += digits;
        out += exponent < 0 ? "e-" : "e+";
        write_number(out, std::abs(exponent));
    } else if (exponent < 0) {
        out += "0.";
        for (int place = -1; place > exponent; --place) out += '0';
        out += digits;
    } else if (exponent >= count - 1) {
        out += digits;
        for (int place = count; place <= exponent; ++place) out += '0';
    } else {
        out += digits.insert(static_cast<std::size_t>(exponent) + 1, 1, '.');
    }
}

}  // namespace

void write(std::string& out, std::string_view text) {
    out += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (kPlain[static_cast<unsigned char>(text[i])]) continue;
        out += text.substr(begin, i - begin);
        write_escaped(out, text[i]);
        begin = i + 1;
    }
    out += text.substr(begin);
    out += '"';
}

void write(std::string& out, std::int64_t number) { write_number(out, number); }

void write(std::string& out, double number) {
    constexpr double kExact = 1e15;  // whole numbers below have a short cut
    if (!std::isfinite(number)) {
        out += "null";
    } else if (std::abs(number) < kExact && number == std::trunc(number)) {
        write_number(out, static_cast<std::int64_t>(number));
    } else {
        write_as_javascript(out, number);
    }
}

void write(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            out += "null";
            return;
        case boost::json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case boost::json::kind::int64:
            write_number(out, value.get_int64());
            return;
        case boost::json::kind::uint64:
            write_number(out, value.get_uint64());
            return;
        case boost::json::kind::double_:
            write(out, value.get_double());
            return;
        case boost::json::kind::string:
            write(out, std::string_view{value.get_string()});
            return;
        case boost::json::kind::array: {
            out += '[';
            for (bool first = true; const auto& element : value.get_array()) {
                if (!first) out += ',';
                first = false;
                write(out, element);
            }
            out += ']';
            return;
        }
        case boost::json::kind::object: {
            out += '{';
            for (bool first = true; const auto& member : value.get_object()) {
                if (!first) out += ',';
                first = false;
                write(out, std::string_view{member.key()});
                out += ':';
                write(out, member.value());
            }
            out += '}';
            return;
        }
    }
}

}  // namespace haat::json
