#include "mail/templates.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "mail/encoding.hpp"
#include "mail/letter.hpp"
#include "platform/json/decode.hpp"

namespace haat::mail {
namespace {

using Kind = Paragraph::Kind;

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxNameCharacters = 64;

struct Payload {
    std::optional<std::string> email, name, code, otp, new_email;
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(Payload, (), (email, name, code, otp, new_email))

// The same with "" for what is not there.
struct Facts {
    std::string email, name, code, otp, new_email;
};

using Field = std::string Facts::*;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string greeting(const Facts& facts) {
    return is_greetable(facts.name) ? "Hello " + facts.name + "," : "Hello,";
}

Paragraph verification_link(const Facts& facts, const Shop& shop) {
    std::string_view base = shop.public_url;
    while (base.ends_with('/')) base.remove_suffix(1);
    std::string url{base};
    url += "/api/user/verify-user?code=" + escape_query(facts.code);
    return {.kind = Kind::link, .text = std::move(url), .label = "Verify your email address"};
}

Paragraph words(std::string text) { return {.kind = Kind::words, .text = std::move(text), .label = {}}; }

Letter registered(const Facts& facts, const Shop& shop) {
    return {"Verifying email from " + shop.name,
            {words(greeting(facts)),
             words("Thank you for registering with " + shop.name +
                   ". Please confirm that this is your email address. The link works for 24 hours."),
             verification_link(facts, shop), words("If you did not register, ignore this mail.")},
            shop.name};
}

Letter otp_requested(const Facts& facts, const Shop& shop) {
    return {
        "Password Reset Verification Code Sent!",
        {words(greeting(facts)),
         words("This is the code to reset your password. It is valid for 10 minutes."),
         {.kind = Kind::code, .text = facts.otp, .label = {}},
         words("Give it to nobody; we never ask for it. If you did not want to reset your password, ignore "
               "this mail: nothing changes.")},
        shop.name};
}

Letter password_notice(const Facts& facts, const Shop& shop, std::string what) {
    return {"Your password was changed",
            {words(greeting(facts)), words(std::move(what)),
             words("If that was not you, reset your password now and contact us.")},
            shop.name};
}

Letter password_reset(const Facts& facts, const Shop& shop) {
    return password_notice(
        facts, shop,
        "The password of your account was reset with a code that we had mailed to you. All "
        "devices were logged out.");
}

Letter password_changed(const Facts& facts, const Shop& shop) {
    return password_notice(facts, shop,
                           "The password of your account was changed. Other devices were logged out.");
}

Letter email_changed_old(const Facts& facts, const Shop& shop) {
    return {"Your email address was changed",
            {words(greeting(facts)),
             words("The email address of your account was changed to " + mask_email(facts.new_email) +
                   ". This address gets no more mail from us."),
             words("If that was not you, contact us now.")},
            shop.name};
}

Letter email_changed_new(const Facts& facts, const Shop& shop) {
    return {"Verifying email from " + shop.name,
            {words(greeting(facts)),
             words("This address was set as the email address of an account at " + shop.name +
                   ". Please confirm that it is yours. The link works for 24 hours."),
             verification_link(facts, shop), words("If you did not do that, ignore this mail.")},
            shop.name};
}

struct Template {
    std::string_view kind;
    Field needs;  // besides the address; nullptr: nothing
    Letter (*write)(const Facts&, const Shop&);
};

constexpr std::array kTemplates = std::to_array<Template>({
    {"accounts.registered", &Facts::code, registered},
    {"accounts.otp_requested", &Facts::otp, otp_requested},
    {"accounts.password_reset", nullptr, password_reset},
    {"accounts.password_changed", nullptr, password_changed},
    {"accounts.email_changed_old", &Facts::new_email, email_changed_old},
    {"accounts.email_changed_new", &Facts::code, email_changed_new},
});

std::optional<Facts> read_facts(std::string_view payload) {
    const auto read = json::decode<Payload>(payload);
    if (!read) return std::nullopt;
    const auto or_nothing = [](const std::optional<std::string>& text) { return text.value_or(""); };
    return Facts{or_nothing(read->email), or_nothing(read->name), or_nothing(read->code),
                 or_nothing(read->otp), or_nothing(read->new_email)};
}

std::unexpected<std::string> unusable(std::string_view why) { return std::unexpected{std::string{why}}; }

}  // namespace

std::expected<Mail, std::string> render(std::string_view kind, std::string_view payload, const Shop& shop) {
    const auto found = std::ranges::find(kTemplates, kind, &Template::kind);
    if (found == kTemplates.end()) return unusable("no mail belongs to this kind of event");
    const auto facts = read_facts(payload);
    if (!facts) return unusable("the payload is no JSON object of texts");
    if (!is_mailable(facts->email)) return unusable("the payload has no mailable address");
    if (found->needs != nullptr && ((*facts).*(found->needs)).empty())
        return unusable("the payload lacks a field");

    const auto letter = found->write(*facts, shop);
    Mail mail;
    mail.to = facts->email;
    mail.subject = letter.subject;
    mail.text = to_text(letter);
    mail.html = to_html(letter);
    return mail;
}

bool is_greetable(std::string_view name) {
    const auto characters = std::ranges::count_if(name, [](char c) { return !is_continuation(c); });
    if (name.size() > kMaxNameBytes || static_cast<std::size_t>(characters) > kMaxNameCharacters)
        return false;
    if (name.empty() || std::ranges::any_of(name, is_control)) return false;
    if (name.find("://") != std::string_view::npos || name.find("www.") != std::string_view::npos)
        return false;
    for (std::size_t i = 0; i + 2 < name.size(); ++i) {
        if (name[i] == '.' && is_letter(name[i + 1]) && is_letter(name[i + 2])) return false;
    }
    return true;
}

std::string mask_email(std::string_view email) {
    const auto at = email.rfind('@');
    if (at == std::string_view::npos || at == 0) return "***";
    std::size_t first = 1;
    while (first < at && is_continuation(email[first])) ++first;
    return std::string{email.substr(0, first)} + "***" + std::string{email.substr(at)};
}

}  // namespace haat::mail
