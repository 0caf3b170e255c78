#include "mail/letter.hpp"

namespace haat::mail {
namespace {

using Kind = Paragraph::Kind;

constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
constexpr std::string_view kBody =
    "</head>\n<body style=\"margin:0;padding:24px "
    "12px;background:#f3f4f6;font-family:Helvetica,Arial,sans-serif\">\n"
    "<div style=\"max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border-radius:8px;"
    "color:#1f2937;font-size:16px;line-height:1.5\">\n";
constexpr std::string_view kCode =
    "<p style=\"margin:0 0 16px;padding:16px;background:#f3f4f6;border-radius:6px;text-align:center;"
    "font-family:monospace;font-size:28px;letter-spacing:6px\">";
constexpr std::string_view kButton =
    "\" style=\"display:inline-block;padding:12px 24px;background:#166534;border-radius:6px;color:#ffffff;"
    "text-decoration:none\">";

std::string html_of(const Paragraph& paragraph) {
    const auto text = escape_html(paragraph.text);
    switch (paragraph.kind) {
        case Kind::words:
            return "<p style=\"margin:0 0 16px\">" + text + "</p>\n";
        case Kind::code:
            return std::string{kCode} + text + "</p>\n";
        case Kind::link:
            return "<p style=\"margin:0 0 16px\"><a href=\"" + text + std::string{kButton} +
                   escape_html(paragraph.label) + "</a></p>\n<p style=\"margin:0 0 16px;font-size:13px;" +
                   "color:#6b7280;word-break:break-all\">" + text + "</p>\n";
    }
    return {};
}

}  // namespace

std::string to_text(const Letter& letter) {
    std::string out;
    for (const auto& paragraph : letter.paragraphs) {
        if (!paragraph.label.empty()) out += paragraph.label + ":\n";
        if (paragraph.kind == Kind::code) out += "    ";
        out += paragraph.text;
        out += "\n\n";
    }
    out += letter.signature;
    out += '\n';
    return out;
}

std::string to_html(const Letter& letter) {
    std::string out{kHead};
    out += "<title>" + escape_html(letter.subject) + "</title>\n";
    out += kBody;
    for (const auto& paragraph : letter.paragraphs) out += html_of(paragraph);
    out += "<p style=\"margin:24px 0 0;color:#6b7280\">" + escape_html(letter.signature) + "</p>\n";
    out += "</div>\n</body>\n</html>\n";
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string escape_query(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kUnreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (kUnreserved.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 0xF];
    }
    return out;
}

}  // namespace haat::mail
