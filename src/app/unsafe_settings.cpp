#include "app/unsafe_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "app/config/url_parts.hpp"
#include "app/well_known_secrets.hpp"

namespace haat::app {
namespace {

using config::Settings;

constexpr std::size_t kGoodKeyBytes = 32;     // as many as the HMAC's result has (RFC 7518, 3.2)
constexpr std::size_t kGoodPhraseBytes = 16;  // what is typed by people and limited in tries

struct NamedSecret {
    std::string_view name;
    const crypto::Secret& secret;
    std::size_t good_bytes;
    std::string_view maker;  // a command that prints a good one
};

std::array<NamedSecret, 4> secrets_of(const config::AccessSettings& access) {
    constexpr std::string_view kKeyMaker = "openssl rand -hex 32";
    return {{{"SECRET_KEY_ACCESS_TOKEN", access.access_key, kGoodKeyBytes, kKeyMaker},
             {"SECRET_KEY_REFRESH_TOKEN", access.refresh_key, kGoodKeyBytes, kKeyMaker},
             {"ADMIN_SECRET_KEY", access.admin_key, kGoodPhraseBytes, "openssl rand -hex 16"},
             {"DEFAULT_ADMIN_PASSWORD", access.default_admin_password, kGoodPhraseBytes,
              "openssl rand -base64 18"}}};
}

Finding judge(const NamedSecret& named, bool is_in_production) {
    const auto bytes = named.secret.reveal().size();
    const auto advice = fmt::format("set it to what `{}` prints", named.maker);
    if (is_well_known(named.secret.reveal()))
        return {Verdict::fail, fmt::format("{}: a well-known value", named.name), advice};
    if (bytes >= named.good_bytes) return {Verdict::ok, fmt::format("{}: {} bytes", named.name, bytes)};
    return {is_in_production ? Verdict::fail : Verdict::warn,
            fmt::format("{}: only {} bytes, {} are good", named.name, bytes, named.good_bytes), advice};
}

bool is_https(std::string_view url) { return url.starts_with("https://"); }

bool is_local(std::string_view url) {
    const auto parts = config::split_url(url);
    return parts && (parts->host == "localhost" || parts->host.ends_with(".localhost") ||
                     parts->host == "::1" || parts->host.starts_with("127."));
}

bool is_all_the_world(std::string_view network) {
    const auto slash = network.find('/');
    int prefix = -1;
    if (slash != std::string_view::npos)
        std::from_chars(network.data() + slash + 1, network.data() + network.size(), prefix);
    return prefix == 0;
}

}  // namespace

bool in_production(const Settings& settings) { return is_https(settings.server.public_url); }

std::vector<Finding> judge_secrets(const Settings& settings) {
    std::vector<Finding> findings;
    for (const auto& named : secrets_of(settings.access)) {
        if (!named.secret.empty()) findings.push_back(judge(named, in_production(settings)));
    }
    return findings;
}

std::optional<Finding> judge_pages(const Settings& settings) {
    const auto& urls = settings.server.frontend_urls;
    if (urls.empty()) return std::nullopt;
    const auto plain =
        std::ranges::find_if(urls, [](const auto& url) { return !is_https(url) && !is_local(url); });
    if (!in_production(settings) || plain == urls.end())
        return Finding{Verdict::ok, fmt::format("FRONTEND_URL: {}", fmt::join(urls, ", "))};
    return Finding{Verdict::fail, fmt::format("FRONTEND_URL: {} is not https, though PUBLIC_URL is", *plain),
                   "serve the shop's pages by https and name them so"};
}

std::optional<Finding> judge_proxies(const Settings& settings) {
    const auto& proxies = settings.server.trusted_proxies;
    if (proxies.empty()) return std::nullopt;
    const auto all = std::ranges::find_if(proxies, is_all_the_world);
    if (all == proxies.end())
        return Finding{Verdict::ok, fmt::format("TRUSTED_PROXIES: {}", fmt::join(proxies, ", "))};
    return Finding{Verdict::fail,
                   fmt::format("TRUSTED_PROXIES: {} lets every client name its own address", *all),
                   "name the proxy's address only"};
}

std::vector<std::string> reasons_not_to_serve(const Settings& settings) {
    if (!in_production(settings)) return {};
    auto findings = judge_secrets(settings);
    for (const auto& judged : {judge_pages(settings), judge_proxies(settings)}) {
        if (judged) findings.push_back(*judged);
    }
    std::vector<std::string> reasons;
    for (const auto& [verdict, what, advice] : findings) {
        if (verdict != Verdict::fail) continue;
        std::string& reason = reasons.emplace_back(what);
        reason += ": ";
        reason += advice;
    }
    return reasons;
}

}  // namespace haat::app
