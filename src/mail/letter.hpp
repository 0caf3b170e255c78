// What a mail says, once; its text and its HTML are two ways of writing it and cannot differ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace haat::mail {

struct Paragraph {
    enum class Kind : std::uint8_t {
        words,
        code,  // to be read and typed
        link,  // a button in HTML
    };
    Kind kind = Kind::words;
    std::string text{};   // UTF-8; may hold what a user typed
    std::string label{};  // of a link
};

struct Letter {
    std::string subject{};
    std::vector<Paragraph> paragraphs{};
    std::string signature{};
};

// Lines of plain text ended by LF.
std::string to_text(const Letter& letter);

// A whole HTML document, with its style inline and nothing to load. Every inserted text is escaped.
std::string to_html(const Letter& letter);

// For HTML text and quoted attributes.
std::string escape_html(std::string_view text);

// For a value in a URL's query (RFC 3986): all but unreserved characters.
std::string escape_query(std::string_view text);

}  // namespace haat::mail
