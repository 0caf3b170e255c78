#include "accounts/email.hpp"
#include "mail/encoding.hpp"
#include "mail/letter.hpp"
#include "mail/message.hpp"
#include "mail/templates.hpp"
#include "platform/http/request.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

constexpr std::size_t kMaxHeaderLine = 998;  // RFC 5322, 2.1.1

// Header lines of a message, which ends them with an empty line.
void check_message(const std::string& message) {
    const auto head_end = message.find("\r\n\r\n");
    require(head_end != std::string::npos, "a message has a head");
    int recipients = 0;
    for (std::size_t begin = 0; begin < head_end;) {
        const auto end = message.find("\r\n", begin);
        const std::string_view line = std::string_view{message}.substr(begin, end - begin);
        require(line.size() <= kMaxHeaderLine, "a header line is bounded");
        require(line.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
                "a line is one line");
        if (line.starts_with("To:") || line.starts_with("Bcc:") || line.starts_with("Cc:")) ++recipients;
        begin = end + 2;
    }
    require(recipients == 1, "a mail goes to one");
}

}  // namespace

// A text as an address, as a name and as a shop's name.
void emails(std::string_view text) {
    if (!http::is_utf8(text)) return;
    const std::string key = accounts::email_key(text);
    require(accounts::email_key(key) == key, "a key is its own key");
    if (accounts::is_email(text)) {
        require(text.size() <= 254, "an address is bounded");
        require(mail::is_mailable(text), "whoever registers can be written to");
    }
    mail::is_greetable(text);
    mail::parse_address(text);
    const bool is_address = mail::is_mailable(text);
    const mail::Mail letter{.id = {},
                            .created_at = {},
                            .from = {.name = std::string{text}, .email = "shop@example.com"},
                            .to = is_address ? std::string{text} : "asha@example.com",
                            .subject = std::string{text},
                            .text = std::string{text},
                            .html = mail::escape_html(text)};
    const auto message = mail::format_message(letter);
    require(message.has_value(), "a mail to an address can be written");
    check_message(*message);
    const std::string html = mail::escape_html(text);
    require(html.find_first_of("<>\"") == std::string::npos, "text in HTML is no markup");
}

}  // namespace haat::fuzz
