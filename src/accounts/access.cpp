#include "accounts/access.hpp"

namespace haat::accounts {
namespace {

constexpr std::string_view kScheme = "bearer";

// One for each I/O thread and program; tests that make several contexts in one thread tell them apart.
AdmissionCache& cache_of(const Context& context) {
    thread_local const Context* owner = nullptr;
    thread_local AdmissionCache cache{kMaxAdmissionBytes};
    if (owner != &context) {
        cache = AdmissionCache{kMaxAdmissionBytes};
        owner = &context;
    }
    return cache;
}

// `Bearer <token>`: the scheme in any case, exactly one space (RFC 6750, 2.1).
std::optional<std::string_view> bearer_token(std::string_view header) {
    if (header.size() <= kScheme.size() || header[kScheme.size()] != ' ') return std::nullopt;
    if (!http::iequals(header.substr(0, kScheme.size()), kScheme)) return std::nullopt;
    const std::string_view token = header.substr(kScheme.size() + 1);
    if (token.empty() || token.front() == ' ') return std::nullopt;
    return token;
}

}  // namespace

std::optional<PresentedToken> presented_token(const http::Request& request, std::string_view cookie_name) {
    const auto cookie = request.cookie(cookie_name);
    if (cookie && !cookie->empty()) return PresentedToken{.text = *cookie, .by_cookie = true};
    const auto header = request.header("authorization");
    if (!header) return std::nullopt;
    const auto token = bearer_token(*header);
    if (!token) return std::nullopt;
    return PresentedToken{.text = *token, .by_cookie = false};
}

awaitable<Result<http::Principal>> Access::authenticate(const http::Request& request) {
    const auto token = presented_token(request, "accessToken");
    if (!token) co_return fail(ErrorCode::authentication_required);
    const Timestamp now = Timestamp::now();
    const auto admission = co_await admit(token->text, now);
    if (!admission || admission->claims.expires_at <= now || admission->session.expires_at <= now)
        co_return fail(ErrorCode::invalid_token);
    co_return http::Principal{.user = admission->claims.user_id,
                              .session = admission->claims.session_id,
                              .is_admin = admission->session.is_admin,
                              .login_at = admission->session.login_at,
                              .by_cookie = token->by_cookie};
}

awaitable<std::optional<Admission>> Access::admit(std::string_view token, Timestamp now) {
    if (const Admission* known = cache_of(context_).find(token, {})) {
        if (known->version == context_.users.version(known->claims.user_id.text())) co_return *known;
    }
    const auto claims = context_.access_tokens.verify(token, now);
    if (!claims) co_return std::nullopt;
    const std::uint64_t version =
        context_.users.version(claims->user_id.text());  // before the session is read
    auto find = [&](db::Session& session) {
        return sessions_.find_live(session, claims->session_id, claims->user_id);
    };
    const auto session = co_await context_.db.read_one(find);
    if (!session) co_return std::nullopt;
    const Admission admission{.claims = *claims, .session = *session, .version = version};
    cache_of(context_).add(std::string{token}, {}, admission,
                           token.size() + sizeof admission + AdmissionCache::kEntryOverhead);
    co_return admission;
}

}  // namespace haat::accounts
