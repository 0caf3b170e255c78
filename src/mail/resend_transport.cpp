#include "mail/resend_transport.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <stdexcept>
#include <vector>

#include "mail/transfer.hpp"
#include "platform/json/decode.hpp"
#include "platform/json/write.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

struct Request {
    std::string from;
    std::vector<std::string> to;
    std::string subject, html, text;
};
BOOST_DESCRIBE_STRUCT(Request, (), (from, to, subject, html, text))

struct Answer {
    std::optional<std::string> name;  // of an error: `validation_error`
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(Answer, (), (name))

constexpr std::size_t kMaxNameLength = 64;

// The name of the error, when it is a slug: other text of the answer may quote the mail.
std::string error_name(const std::string& body) {
    const auto answer = json::decode<Answer>(body);
    const std::string name = answer ? answer->name.value_or("") : "";
    const auto is_slug = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return name.size() <= kMaxNameLength && std::ranges::all_of(name, is_slug) ? name : std::string{};
}

bool may_work_later(long status) {
    return status < 400 || status >= 500 || status == 401 || status == 403 || status == 408 ||
           status == 409 || status == 429;
}

// Once a status is there, the answer's rest does not matter.
jobs::Attempt judge_status(CURLcode code, const Transfer& transfer) {
    const long status = transfer.response_code();
    if (status >= 200 && status < 300) return {};
    if (status == 0)
        return {.outcome = Outcome::retry, .reason = std::string{"resend: "} + curl_easy_strerror(code)};
    const auto name = error_name(transfer.answer());
    if (status == 409 && name == "invalid_idempotent_request") return {};
    return {.outcome = may_work_later(status) ? Outcome::retry : Outcome::give_up,
            .reason = "resend answered " + std::to_string(status) + (name.empty() ? "" : " ") + name};
}

bool is_visible(char c) { return c > ' ' && c <= '~'; }

}  // namespace

ResendTransport::ResendTransport(ResendSettings settings) : settings_{std::move(settings)} {
    if (!settings_.url.starts_with("https://") && !settings_.url.starts_with("http://")) {
        throw std::invalid_argument{"RESEND_URL must begin with https:// or http://"};
    }
    if (settings_.api_key.empty() || !std::ranges::all_of(settings_.api_key.reveal(), is_visible)) {
        throw std::invalid_argument{"RESEND_API must be one line of visible ASCII characters"};
    }
}

jobs::Attempt ResendTransport::send(const Mail& mail, const std::stop_token& stop) {
    if (!is_mailable(mail.from.email) || !is_mailable(mail.to)) {
        return {.outcome = Outcome::give_up, .reason = "an address is not mailable"};
    }
    const Request request{format_address(mail.from), {mail.to}, mail.subject, mail.html, mail.text};
    const auto body = json::to_string(request);

    Transfer transfer{settings_.limits, stop};
    transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
    transfer.set(CURLOPT_URL, (settings_.url + "/emails").c_str());
    transfer.add_to_list("Content-Type: application/json");
    transfer.add_to_list("Idempotency-Key: " + mail.id.str());
    transfer.set(CURLOPT_HTTPHEADER,
                 transfer.add_to_list("Authorization: Bearer " + std::string{settings_.api_key.reveal()}));
    transfer.set(CURLOPT_USERAGENT, "haat");  // Resend refuses requests without one
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.set(CURLOPT_POSTFIELDS, body.c_str());
    const auto code = transfer.perform();
    return judge_status(code, transfer);
}

}  // namespace haat::mail
