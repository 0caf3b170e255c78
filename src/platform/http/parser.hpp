// Turns the bytes of a connection into requests: RFC 9112, strictly. What two parsers could read in two
// ways (a bare LF, a folded header, Content-Length beside Transfer-Encoding, a doubled Content-Length) is
// refused, so that no proxy in front can be made to see other requests than this one.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/error.hpp"
#include "platform/http/request.hpp"

namespace haat::http {

inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;
inline constexpr std::size_t kMaxHeaders = 100;
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;
inline constexpr std::size_t kMaxChunkHeaderBytes = 8 * 1024;  // and of the trailers

// Looks for the end of a request's head, in pieces as they come.
class HeadScanner {
public:
    // data: everything of this request so far, which only grows between calls. The head's length with its
    // empty line; nullopt while that has not come; an error when it never will.
    Result<std::optional<std::size_t>> scan(std::string_view data);

    void reset() { *this = {}; }

    // How many bytes of empty lines stand before a request: some clients send one too many (RFC 9112, 2.2).
    static std::size_t empty_lines(std::string_view data);

private:
    std::size_t line_begin_ = 0;
};

// Where a parsed body goes.
class BodyReceiver {
public:
    virtual ~BodyReceiver() = default;
    virtual Result<void> receive(std::string_view bytes) = 0;
};

// Parses one request. A new one for each.
class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    RequestParser();

    // head: as long as HeadScanner said. Its bytes must outlive the request, which points into them.
    Result<void> parse_head(std::string_view head, Request& request);

    // Whether a body follows. After parse_head.
    [[nodiscard]] bool has_body() const;
    // What Content-Length announces.
    [[nodiscard]] std::optional<std::uint64_t> announced_length() const;
    // RFC 9110, 10.1.1: not of HTTP/1.0.
    [[nodiscard]] bool expects_continue() const { return expects_continue_ && !is_http_1_0(); }
    // HTTP/1.0, or Connection: close.
    [[nodiscard]] bool wants_close() const { return !keep_alive(); }
    [[nodiscard]] bool is_http_1_0() const { return http_version_ == 10; }

    // Feeds bytes of the body; how many were used: what is left comes again, with more behind it. Errors:
    // bad_request, or the receiver's own. Never leaves more than kMaxChunkHeaderBytes.
    Result<std::size_t> parse_body(std::string_view bytes, BodyReceiver& receiver);
    [[nodiscard]] bool body_complete() const { return is_done(); }

private:
    using Field = boost::beast::http::field;
    using Verb = boost::beast::http::verb;
    using ErrorCodeRef = boost::beast::error_code&;
    using View = boost::beast::string_view;

    void on_request_impl(Verb method, View method_text, View target, int version,
                         ErrorCodeRef error) override;
    void on_response_impl(int, View, int, ErrorCodeRef) override {}
    void on_field_impl(Field field, View name, View value, ErrorCodeRef error) override;
    void on_header_impl(ErrorCodeRef error) override;
    void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCodeRef error) override { error = {}; }
    std::size_t on_body_impl(View body, ErrorCodeRef error) override;
    void on_chunk_header_impl(std::uint64_t size, View extensions, ErrorCodeRef error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, View body, ErrorCodeRef error) override;
    void on_finish_impl(ErrorCodeRef error) override { error = {}; }

    void refuse(Error error, ErrorCodeRef code);
    Result<void> put_all(std::string_view bytes, std::size_t& used);
    Result<void> check_framing();

    Request* request_ = nullptr;
    BodyReceiver* receiver_ = nullptr;
    bool got_body_ = false;  // in the last step
    bool in_head_ = true;    // trailers are fields too, but not the request's
    bool expects_continue_ = false;
    int http_version_ = 11;
    int content_lengths_ = 0;
    int transfer_encodings_ = 0;
    int hosts_ = 0;
    std::optional<Error> error_;  // what to say instead of Beast's reason
};

}  // namespace haat::http
