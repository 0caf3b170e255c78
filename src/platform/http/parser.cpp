#include "platform/http/parser.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>

namespace haat::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kMaxChunkExtensionBytes = 256;

// `0 CR LF CR LF`: no chunked body ends in less. Beast asserts that it gets as much for its last chunk.
constexpr std::size_t kShortestChunkedEnd = 5;

Error bad_request(std::string reason) { return {ErrorCode::bad_request, {}, std::move(reason)}; }

std::unexpected<Error> oversized_chunk_header() {
    return std::unexpected{bad_request("an oversized chunk header")};
}

std::string_view to_std(beast::string_view text) { return {text.data(), text.size()}; }

// `http://host/path` is `/path` (RFC 9112, 3.2.2). nullopt when neither that nor a path.
std::optional<std::string_view> origin_form(std::string_view target) {
    if (target.starts_with('/') || target == "*") return target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() || !iequals(target.substr(0, scheme.size()), scheme)) continue;
        const auto slash = target.find_first_of("/?", scheme.size());
        if (slash == std::string_view::npos) return "/";
        if (target[slash] == '?') return std::nullopt;
        return target.substr(slash);
    }
    return std::nullopt;
}

bool is_plain_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view data) {
    for (;;) {
        const auto newline = data.find('\n', line_begin_);
        const bool first_line = line_begin_ == 0;
        if (std::min(newline, data.size()) >= kMaxHeadBytes) {
            return fail(first_line ? ErrorCode::uri_too_long : ErrorCode::headers_too_large);
        }
        if (newline == std::string_view::npos) return std::nullopt;
        if (newline == 0 || data[newline - 1] != '\r')
            return std::unexpected{bad_request("a line ends without CR")};
        const std::size_t length = newline - 1 - line_begin_;
        const char first = data[line_begin_];
        if (!first_line && (first == ' ' || first == '\t'))
            return std::unexpected{bad_request("a folded header")};
        if (length == 0 && !first_line) return newline + 1;
        if (length == 0) return std::unexpected{bad_request("an empty request line")};
        line_begin_ = newline + 1;
    }
}

std::size_t HeadScanner::empty_lines(std::string_view data) {
    std::size_t bytes = 0;
    while (data.substr(bytes).starts_with("\r\n")) bytes += 2;
    return bytes;
}

RequestParser::RequestParser() {
    header_limit(kMaxHeadBytes + 1);
    body_limit(boost::none);  // the receiver decides
    skip(false);
    eager(false);
}

Result<void> RequestParser::parse_head(std::string_view head, Request& request) {
    request_ = &request;
    std::size_t used = 0;
    if (auto parsed = put_all(head, used); !parsed) return parsed;
    if (!is_header_done() || used != head.size()) return std::unexpected{bad_request("an incomplete head")};
    in_head_ = false;
    return check_framing();
}

Result<void> RequestParser::check_framing() {
    if (content_lengths_ > 1) return std::unexpected{bad_request("more than one Content-Length")};
    if (content_lengths_ == 1 && transfer_encodings_ > 0) {
        return std::unexpected{bad_request("Content-Length beside Transfer-Encoding")};
    }
    if (transfer_encodings_ > 0 && (transfer_encodings_ > 1 || !chunked() || is_http_1_0())) {
        return std::unexpected{bad_request("an unsupported Transfer-Encoding")};
    }
    if (hosts_ > 1 || (hosts_ == 0 && !is_http_1_0()))
        return std::unexpected{bad_request("one Host header is needed")};
    return {};
}

bool RequestParser::has_body() const { return !is_done() && (chunked() || content_length().value_or(0) > 0); }

std::optional<std::uint64_t> RequestParser::announced_length() const {
    const auto length = content_length();
    return length ? std::optional{*length} : std::nullopt;
}

Result<std::size_t> RequestParser::parse_body(std::string_view bytes, BodyReceiver& receiver) {
    receiver_ = &receiver;
    std::size_t used = 0;
    if (auto parsed = put_all(bytes, used); !parsed) return std::unexpected{parsed.error()};
    if (!is_done() && bytes.size() - used > kMaxChunkHeaderBytes) return oversized_chunk_header();
    return used;
}

Result<void> RequestParser::put_all(std::string_view bytes, std::size_t& used) {
    while (used < bytes.size() && !is_done()) {
        beast::error_code error;
        const std::string_view rest = bytes.substr(used);
        if (!in_head_ && chunked() && rest.size() < kShortestChunkedEnd) return {};
        got_body_ = false;
        const std::size_t count = put(boost::asio::buffer(rest.data(), rest.size()), error);
        used += count;
        if (error == beast::http::error::need_more) return {};
        if (error) return std::unexpected{error_ ? *error_ : bad_request(error.message())};
        if (in_head_ && is_header_done()) return {};
        // However its bytes came: all at once it is no better than in pieces.
        if (!in_head_ && !got_body_ && count > kMaxChunkHeaderBytes) return oversized_chunk_header();
        if (count == 0) return {};
    }
    return {};
}

void RequestParser::refuse(Error error, ErrorCodeRef code) {
    error_ = std::move(error);
    code = beast::http::error::bad_value;
}

void RequestParser::on_request_impl(Verb, View method_text, View target, int version, ErrorCodeRef error) {
    error = {};
    http_version_ = version;
    Request& request = *request_;
    request.method_text = to_std(method_text);
    request.method = http::parse_method(request.method_text);
    if (target.size() > kMaxTargetBytes) return refuse(Error{ErrorCode::uri_too_long}, error);
    const auto origin = origin_form(to_std(target));
    if (!origin) return refuse(bad_request("an unusable request target"), error);
    request.target = *origin;
    const auto mark = request.target.find('?');
    request.path = request.target.substr(0, mark);
    request.query = mark == std::string_view::npos ? std::string_view{} : request.target.substr(mark + 1);
    if (const auto hash = request.query.find('#'); hash != std::string_view::npos)
        request.query = request.query.substr(0, hash);
}

void RequestParser::on_field_impl(Field field, View name, View value, ErrorCodeRef error) {
    error = {};
    if (!in_head_) return;
    Request& request = *request_;
    if (request.headers.size() >= kMaxHeaders) return refuse(Error{ErrorCode::headers_too_large}, error);
    request.headers.push_back({to_std(name), to_std(value)});
    switch (field) {
        case Field::content_length:
            ++content_lengths_;
            if (!is_plain_digits(to_std(value))) refuse(bad_request("a malformed Content-Length"), error);
            break;
        case Field::transfer_encoding:
            ++transfer_encodings_;
            if (!iequals(to_std(value), "chunked"))
                refuse(bad_request("an unsupported Transfer-Encoding"), error);
            break;
        case Field::host:
            ++hosts_;
            break;
        case Field::expect:
            expects_continue_ = iequals(to_std(value), "100-continue");
            break;
        default:
            break;
    }
}

void RequestParser::on_header_impl(ErrorCodeRef error) { error = {}; }

std::size_t RequestParser::on_body_impl(View body, ErrorCodeRef error) {
    error = {};
    got_body_ = true;
    const auto received = receiver_->receive(to_std(body));
    if (!received) refuse(received.error(), error);
    return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, View extensions, ErrorCodeRef error) {
    error = {};
    if (extensions.size() > kMaxChunkExtensionBytes)
        refuse(bad_request("an oversized chunk extension"), error);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View body, ErrorCodeRef error) {
    return on_body_impl(body, error);
}

}  // namespace haat::http
