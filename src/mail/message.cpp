#include "mail/message.hpp"

#include <algorithm>

#include "mail/encoding.hpp"

namespace haat::mail {
namespace {

constexpr std::string_view kBreak = "\r\n";
constexpr std::size_t kMaxAddress = 254;  // RFC 5321 with its erratum 1690
constexpr std::size_t kMaxHeaderLine = 78;

bool is_ascii_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 5322 atext, with what RFC 6532 adds to it.
bool is_atom(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
    return is_ascii_alnum(c) || kMarks.find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_dot_atom(std::string_view text) {
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    if (text.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(text, [](char c) { return c == '.' || is_atom(c); });
}

std::string without_controls(std::string_view text) {
    std::string clean{text};
    std::ranges::replace_if(clean, is_control, ' ');
    return clean;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a header may say it as it is: not when a reader would take it for an encoded word.
bool is_plain_header(std::string_view text, std::size_t max_length) {
    return text.size() <= max_length && text.find("=?") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// The name of an address, plain where it needs no quotes.
std::string phrase(std::string_view name) {
    const bool plain = std::ranges::all_of(name, [](char c) { return c == ' ' || is_atom(c); });
    return plain && is_plain_header(name, kMaxHeaderLine - 6) ? std::string{name} : encoded_words(name);
}

std::string mailbox(const Address& address) {
    const auto name = without_controls(address.name);
    const auto shown = trim(name);
    if (shown.empty()) return "<" + address.email + ">";
    return phrase(shown) + "\r\n <" + address.email + ">";
}

std::string subject_line(std::string_view subject) {
    const auto text = without_controls(subject);
    constexpr std::string_view kName = "Subject: ";
    return std::string{kName} +
           (is_plain_header(text, kMaxHeaderLine - kName.size()) ? text : encoded_words(text));
}

// RFC 5322 writes the zone of an HTTP date as a number.
std::string date_line(Timestamp at) {
    const auto date = to_http_date(at);
    return "Date: " + std::string{view(date).substr(0, view(date).size() - 3)} + "+0000";
}

void append_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view text) {
    out += "--";
    out += boundary;
    out += "\r\nContent-Type: ";
    out += type;
    out += "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    out += quoted_printable(text);
    out += kBreak;
}

}  // namespace

std::string_view Address::domain() const {
    const auto at = email.rfind('@');
    return at == std::string::npos ? std::string_view{} : std::string_view{email}.substr(at + 1);
}

bool is_mailable(std::string_view email) {
    const auto at = email.find('@');
    if (at == std::string_view::npos || email.size() > kMaxAddress) return false;
    return is_dot_atom(email.substr(0, at)) && is_dot_atom(email.substr(at + 1));
}

std::optional<Address> parse_address(std::string_view text) {
    text = trim(text);
    Address address;
    if (const auto open = text.find('<'); open != std::string_view::npos && text.ends_with('>')) {
        address.name = trim(text.substr(0, open));
        address.email = text.substr(open + 1, text.size() - open - 2);
        if (address.name.size() >= 2 && address.name.starts_with('"') && address.name.ends_with('"')) {
            address.name = address.name.substr(1, address.name.size() - 2);
        }
    } else {
        address.email = text;
    }
    return is_mailable(address.email) ? std::optional{address} : std::nullopt;
}

std::string format_address(const Address& address) {
    std::string name;
    std::ranges::copy_if(without_controls(address.name), std::back_inserter(name), [](char c) {
        return std::string_view{"<>\"\\,;:()[]@"}.find(c) == std::string_view::npos;
    });
    const auto shown = trim(name);
    return shown.empty() ? address.email : std::string{shown} + " <" + address.email + ">";
}

std::optional<std::string> format_message(const Mail& mail) {
    if (!is_mailable(mail.from.email) || !is_mailable(mail.to)) return std::nullopt;
    const std::string boundary = "=_" + mail.id.str();  // quoted-printable text never has "=_"
    std::string out = "From: " + mailbox(mail.from) + "\r\nTo: <" + mail.to + ">\r\n";
    out += subject_line(mail.subject);
    out += kBreak;
    out += date_line(mail.created_at);
    out += "\r\nMessage-ID: <" + mail.id.str() + "@" + std::string{mail.from.domain()} + ">\r\n";
    out +=
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n";  // RFC 3834: nobody answers it by machine
    out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    append_part(out, boundary, "text/plain", mail.text);
    append_part(out, boundary, "text/html", mail.html);
    out += "--" + boundary + "--\r\n";
    return out;
}

}  // namespace haat::mail
