#include "platform/http/etag.hpp"
#include "platform/http/multipart.hpp"
#include "platform/http/parameters.hpp"
#include "platform/http/pipeline/client_address.hpp"
#include "platform/http/pipeline/csrf.hpp"
#include "platform/observe/request_id.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

using namespace http;

void check_parameters(std::string_view value) {
    const auto parsed = parse_parameterized(value);
    if (!parsed) return;
    for (const auto& [name, text] : parsed->parameters) {
        const std::string* found = parsed->find(name);
        require(found != nullptr && *found == text, "no parameter is named twice");
    }
    if (const auto boundary = boundary_of(value)) {
        require(!boundary->empty() && boundary->size() <= MultipartParser::kMaxBoundary,
                "a boundary is bounded");
        require(boundary->find_first_of("\r\n") == std::string::npos, "a boundary is one line");
    }
}

// The client is an address, whatever the header says.
void check_client(std::string_view forwarded_for) {
    static const Networks proxies = *Networks::parse({"10.0.0.0/8", "::1", "192.0.2.7"});
    const auto trusted = boost::asio::ip::make_address("10.1.2.3");
    const auto stranger = boost::asio::ip::make_address("198.51.100.1");
    const std::string client = client_of(proxies, trusted, forwarded_for);
    require(client.find_first_not_of("0123456789abcdefABCDEF.:/%") == std::string::npos || client.size() < 64,
            "a client is an address");
    require(client_of(proxies, stranger, forwarded_for) == client_of(proxies, stranger, std::nullopt),
            "a stranger's header says nothing");
    // What a client sent stands further left than what the proxy adds, and cannot change who it is.
    const std::string with_proxy = std::string{forwarded_for} + ", 203.0.113.9";
    require(client_of(proxies, trusted, with_proxy) == client_of(proxies, trusted, "203.0.113.9"),
            "the last untrusted address counts");
}

}  // namespace

// The first byte says which header; the rest is its value.
void fields(std::string_view bytes) {
    if (bytes.empty()) return;
    const std::string_view value = bytes.substr(1);
    constexpr std::string_view kNames[] = {"Cookie",  "Content-Type",  "X-Forwarded-For", "Origin",
                                           "Referer", "If-None-Match", "X-Request-Id",    "Sec-Fetch-Site"};
    Request request;
    request.method = Method::post;
    const std::string_view name = kNames[static_cast<unsigned char>(bytes.front()) % std::size(kNames)];
    request.headers.push_back({"Host", "shop.example"});
    request.headers.push_back({name, value});
    for (const std::string_view cookie : {"accessToken", "refreshToken", ""}) {
        const auto found = request.cookie(cookie);
        if (found) require(found->find(';') == std::string_view::npos, "a cookie ends at a semicolon");
    }
    check_parameters(value);
    check_client(value);
    is_cross_site(request, {"https://shop.example", "http://localhost:5173"});
    matches_etag(value, R"(W/"2-vyGp6PvFo4RvsFtPoIWeCReyIC8")");
    if (observe::is_acceptable_request_id(value))
        require(value.find_first_of("\r\n\"\\ ") == std::string_view::npos, "a request id is a word");
}

}  // namespace haat::fuzz
