#include "platform/http/response_writer.hpp"

#include <algorithm>
#include <charconv>

#include "kernel/clock.hpp"
#include "platform/http/etag.hpp"

namespace haat::http {
namespace {

// What helmet sets (contract, §1). Cross-Origin-Resource-Policy is apart: media have another.
constexpr std::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action "
    "'self';"
    "frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';"
    "style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Origin-Agent-Cluster: ?1\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-DNS-Prefetch-Control: off\r\n"
    "X-Download-Options: noopen\r\n"
    "X-Frame-Options: SAMEORIGIN\r\n"
    "X-Permitted-Cross-Domain-Policies: none\r\n"
    "X-XSS-Protection: 0\r\n";

constexpr std::string_view kVaryByEncoding = "Vary: Accept-Encoding\r\n";
constexpr std::string_view kMediaPrefix = "/media/";

std::string_view reason(std::uint16_t status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Payload Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 507:
            return "Insufficient Storage";
        default:
            return "Unknown";
    }
}

void add_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

void add_length(std::string& out, std::size_t length) {
    out += "Content-Length: ";
    add_number(out, length);
    out += "\r\n";
}

bool is_read(const Request& request) {
    return request.method == Method::get || request.method == Method::head;
}

// RFC 9111, 5.2.1.4: a client that says no-cache wants the whole answer.
bool wants_fresh(const Request& request) {
    const auto control = request.header("cache-control");
    return control && control->find("no-cache") != std::string_view::npos;
}

bool is_not_modified(const Request& request, std::string_view etag) {
    if (!is_read(request) || etag.empty()) return false;
    const auto wanted = request.header("if-none-match");
    return wanted && matches_etag(*wanted, etag) && !wants_fresh(request);
}

Encoding wanted_encoding(const Request& request, std::size_t body_bytes) {
    if (body_bytes <= kMinCompressedBytes) return Encoding::identity;
    return choose_encoding(request.header("accept-encoding").value_or(""));
}

bool is_compressible(std::string_view content_type) {
    return content_type.starts_with("application/json") || content_type.starts_with("text/");
}

// The part of a finished answer's head that depends on the form alone.
std::string form_head(std::string_view etag, Encoding encoding, std::size_t body_bytes, bool varies) {
    std::string head = "Content-Type: application/json; charset=utf-8\r\n";
    if (varies) head += kVaryByEncoding;
    if (encoding != Encoding::identity) add_line(head, "Content-Encoding", to_text(encoding));
    add_length(head, body_bytes);
    add_line(head, "ETag", etag);
    head += "\r\n";
    return head;
}

CachedAnswer::Form& form_of(CachedAnswer& answer, Encoding encoding) {
    auto& form = answer.forms[static_cast<std::size_t>(encoding)];
    if (!form) {
        auto made = std::make_unique<CachedAnswer::Form>();
        made->body = compress(answer.forms[0]->body, encoding, Effort::thorough);
        made->head = form_head(answer.etag, encoding, made->body.size(), true);
        form = std::move(made);  // last: what is half made when memory runs out is nobody's answer
    }
    return *form;
}

}  // namespace

std::size_t CachedAnswer::bytes() const {
    std::size_t sum = sizeof(*this) + etag.size();
    for (const auto& form : forms) {
        if (form) sum += form->head.size() + form->body.size();
    }
    return sum;
}

ResponseWriter::ResponseWriter(CorsOptions cors) : cors_{std::move(cors)}, fixed_{kSecurityHeaders} {
    if (!cors_.origins.empty()) {
        fixed_ += "Vary: Origin\r\nAccess-Control-Allow-Credentials: true\r\n";
    }
    if (cors_.origins.size() == 1) add_line(fixed_, "Access-Control-Allow-Origin", cors_.origins.front());
    refresh_date();
}

void ResponseWriter::refresh_date() {
    const auto now = to_http_date(Timestamp::now());
    date_line_.clear();
    add_line(date_line_, "Date", view(now));
}

void ResponseWriter::add_cors(std::string& out, const Request& request) const {
    if (cors_.origins.size() < 2) return;
    const auto origin = request.header("origin");
    if (!origin || std::ranges::find(cors_.origins, *origin) == cors_.origins.end()) return;
    add_line(out, "Access-Control-Allow-Origin", *origin);
}

void ResponseWriter::begin(std::string& out, const Request& request, std::uint16_t status, Ending ending) {
    out += "HTTP/1.1 ";
    add_number(out, status);
    out += ' ';
    out += reason(status);
    out += "\r\n";
    out += fixed_;
    add_cors(out, request);
    out += request.path.starts_with(kMediaPrefix) ? "Cross-Origin-Resource-Policy: cross-origin\r\n"
                                                  : "Cross-Origin-Resource-Policy: same-origin\r\n";
    out += date_line_;
    add_line(out, "X-Request-Id", request.id);
    if (ending == Ending::close) out += "Connection: close\r\n";
    if (ending == Ending::keep_open_1_0) out += "Connection: keep-alive\r\n";
}

std::uint16_t ResponseWriter::write(std::string& out, const Request& request, Response& response,
                                    Ending ending) {
    const auto own_etag =
        std::ranges::find(response.headers, "ETag", [](const auto& header) { return header.first; });
    std::string etag;
    if (own_etag != response.headers.end()) {
        etag = own_etag->second;
        response.headers.erase(own_etag);
    } else if (is_read(request) && !response.body.empty()) {
        etag = weak_etag(response.body);
    }
    const bool not_modified = response.status == 200 && is_not_modified(request, etag);
    const std::uint16_t status = not_modified ? 304 : response.status;

    begin(out, request, status, ending);
    for (const auto& [name, value] : response.headers) add_line(out, name, value);
    if (!response.cache_control.empty()) add_line(out, "Cache-Control", response.cache_control);
    if (!etag.empty()) add_line(out, "ETag", etag);
    const bool varies = is_compressible(response.content_type) && response.body.size() > kMinCompressedBytes;
    if (varies) out += kVaryByEncoding;
    if (not_modified) {
        out += "\r\n";
        return status;
    }
    if (!response.content_type.empty()) add_line(out, "Content-Type", response.content_type);
    if (varies) {
        const Encoding encoding = wanted_encoding(request, response.body.size());
        if (encoding != Encoding::identity) {
            add_line(out, "Content-Encoding", to_text(encoding));
            response.body = compress(response.body, encoding, Effort::fast);
        }
    }
    add_length(out, response.body.size());
    out += "\r\n";
    if (request.method != Method::head) out += response.body;
    return status;
}

std::uint16_t ResponseWriter::write_cached(std::string& out, const Request& request, CachedAnswer& answer,
                                           Ending ending) {
    if (is_not_modified(request, answer.etag)) {
        begin(out, request, 304, ending);
        if (answer.forms[0]->body.size() > kMinCompressedBytes) out += kVaryByEncoding;
        add_line(out, "ETag", answer.etag);
        out += "\r\n";
        return 304;
    }
    const Encoding encoding = wanted_encoding(request, answer.forms[0]->body.size());
    const CachedAnswer::Form& form = form_of(answer, encoding);
    begin(out, request, 200, ending);
    out += form.head;
    if (request.method != Method::head) out += form.body;
    return 200;
}

std::uint16_t ResponseWriter::write_preflight(std::string& out, const Request& request, Ending ending) {
    begin(out, request, 204, ending);
    if (!cors_.origins.empty()) {
        out +=
            "Vary: Access-Control-Request-Headers\r\n"
            "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\r\n";
        const auto asked = request.header("access-control-request-headers");
        if (asked) add_line(out, "Access-Control-Allow-Headers", *asked);
    }
    out += "Content-Length: 0\r\n\r\n";
    return 204;
}

std::unique_ptr<CachedAnswer> ResponseWriter::finish(const Response& response) {
    auto answer = std::make_unique<CachedAnswer>();
    answer->etag = weak_etag(response.body);
    auto form = std::make_unique<CachedAnswer::Form>();
    form->body = response.body;
    form->head = form_head(answer->etag, Encoding::identity, form->body.size(),
                           form->body.size() > kMinCompressedBytes);
    answer->forms[0] = std::move(form);
    return answer;
}

}  // namespace haat::http
