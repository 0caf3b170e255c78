#include "mail/smtp_transport.hpp"

#include <memory>
#include <stdexcept>

#include "mail/transfer.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string part_of(const Url& url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned{text, &curl_free};
    return text;
}

// Whether a password would cross a network.
bool check_needs_tls(const std::string& text) {
    const Url url{curl_url(), &curl_url_cleanup};
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        throw std::invalid_argument{"SMTP_URL is not a URL"};
    }
    const auto scheme = part_of(url, CURLUPART_SCHEME);
    if (scheme != "smtp" && scheme != "smtps") {
        throw std::invalid_argument{"SMTP_URL must begin with smtp:// or smtps://"};
    }
    const auto host = part_of(url, CURLUPART_HOST);
    const bool is_local = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    return !part_of(url, CURLUPART_USER).empty() && !is_local;
}

// Steps at which a 5xx speaks of this mail and not of how the shop is set up.
bool is_about_the_mail(const std::string& verb) { return verb == "RCPT" || verb == "DATA"; }

jobs::Attempt judge_reply(CURLcode code, const Transfer& transfer) {
    if (code == CURLE_OK) return {};
    const long reply = transfer.response_code();
    const auto& verb = transfer.last_verb();
    const bool is_final = reply >= 500 && reply < 600 && is_about_the_mail(verb);
    std::string reason = "smtp: " + std::string{curl_easy_strerror(code)};
    if (!verb.empty()) reason += " after " + verb;
    if (reply != 0) reason += ", last reply " + std::to_string(reply);
    return {.outcome = is_final ? Outcome::give_up : Outcome::retry, .reason = std::move(reason)};
}

}  // namespace

SmtpTransport::SmtpTransport(SmtpSettings settings)
    : settings_{std::move(settings)}, needs_tls_{check_needs_tls(std::string{settings_.url.reveal()})} {}

jobs::Attempt SmtpTransport::send(const Mail& mail, const std::stop_token& stop) {
    const auto message = format_message(mail);
    if (!message) return {.outcome = Outcome::give_up, .reason = "an address is not mailable"};

    const std::string url{settings_.url.reveal()};
    Transfer transfer{settings_.limits, stop};
    transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    transfer.set(CURLOPT_URL, url.c_str());
    transfer.set(CURLOPT_USE_SSL, static_cast<long>(needs_tls_ ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (!settings_.ca_file.empty()) transfer.set(CURLOPT_CAINFO, settings_.ca_file.c_str());
    transfer.set(CURLOPT_MAIL_FROM, ("<" + mail.from.email + ">").c_str());
    transfer.set(CURLOPT_MAIL_RCPT, transfer.add_to_list("<" + mail.to + ">"));
    transfer.upload(*message);
    const auto code = transfer.perform();
    return judge_reply(code, transfer);
}

}  // namespace haat::mail
