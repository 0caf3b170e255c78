// One request, as handlers see it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"
#include "kernel/object_id.hpp"

namespace haat::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_text(Method method);
Method parse_method(std::string_view text);

// Who is calling, once the access stage has found out.
struct Principal {
    UserId user{};
    SessionId session{};
    bool is_admin = false;
    Timestamp login_at{};    // when this session's password was checked
    bool by_cookie = false;  // else by an Authorization header
};

// Takes a body while it arrives, for routes that do not want it in memory as a whole. Runs on the
// connection's I/O thread: it must not block. The first error ends the upload and is the answer.
class BodySink {
public:
    virtual ~BodySink() = default;
    virtual Result<void> write(std::string_view bytes) = 0;
    virtual Result<void> finish() = 0;
};

struct Header {
    std::string_view name;   // as it was sent; compared without regard to case
    std::string_view value;  // without surrounding white space
};

// Views point into the connection's buffer and live as long as the request.
class Request {
public:
    Method method = Method::other;
    std::string_view method_text{};
    std::string_view target{};  // as it was sent, without an absolute form's scheme and authority
    std::string_view path{};    // the target before `?`, still percent-encoded
    std::string_view query{};   // the target behind `?`, still percent-encoded
    std::string_view body{};    // of routes with BodyKind::json
    std::vector<Header> headers{};
    std::string id{};  // X-Request-Id
    std::string client_address{};
    std::optional<Principal> principal{};  // set on routes that are not open
    std::unique_ptr<BodySink> sink{};      // of routes with BodyKind::upload, after its finish()

    static constexpr std::size_t kMaxParams = 2;
    std::array<std::string, kMaxParams> params{};  // decoded `:name` segments of the route, in order

    // The first header of that name.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

    // The values of all headers of that name as one list (RFC 9110, 5.3): proxies may add a line of their
    // own.
    [[nodiscard]] std::optional<std::string> joined_header(std::string_view name) const;

    // The decoded first value of a query parameter; U+FFFD where it cannot be decoded.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

    // The value of the first cookie of that name, without surrounding quotes.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;

    // On routes that are not open.
    [[nodiscard]] const Principal& caller() const {
        HAAT_ASSERT(principal.has_value());
        return *principal;
    }
};

// Decodes %xx (and `+` as a space when it is a form's text). nullopt when an escape is malformed or the
// result is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

bool is_utf8(std::string_view text);

// Without the blanks that HTTP allows around a value: spaces and tabs (OWS, RFC 9110, 5.6.3), and no others.
// Who trims more reads a name that the browser keeps apart, `\u00A0name` for instance, as another.
std::string_view trim_blanks(std::string_view text);

// ASCII, without regard to case.
bool iequals(std::string_view a, std::string_view b);

}  // namespace haat::http
