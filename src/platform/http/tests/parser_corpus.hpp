// Requests that are correct, and requests that two parsers could read in two ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/http/parser.hpp"

namespace haat::http::sample {

inline std::string get(std::string_view lines) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string{lines} + "\r\n";
}
inline std::string post(std::string_view lines, std::string_view body) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string{lines} + "\r\n" + std::string{body};
}
inline std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

inline const std::vector<std::string>& good_corpus() {
    static const std::vector<std::string> corpus{
        get(""),
        get("X:\r\nY:   padded \t \r\n"),
        "GET /a/b?c=d&e#f HTTP/1.1\r\nhOST: a\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "HEAD http://example.com:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET HTTPS://example.com HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n",
        post("Content-Length: 5\r\n", "hello"),
        post("Content-Length: 0\r\n", ""),
        post("", ""),
        chunked("5\r\nhello\r\n0\r\n\r\n"),
        chunked("5;a=b;c=\"d\"\r\nhello\r\n1\r\n!\r\n0;x\r\nX-Trailer: t\r\nHost: evil\r\n\r\n"),
        chunked("00005\r\nhello\r\nA\r\n0123456789\r\n000\r\n\r\n"),
        post("transfer-encoding: CHUNKED\r\n", "0\r\n\r\n"),
        post("Content-Length: 5\r\n", "helloGET / HTTP/1.1\r\n")};
    return corpus;
}

struct Bad {
    std::string bytes;
    std::string_view error = "bad_request";
};

inline const std::vector<Bad>& bad_corpus() {
    using namespace std::string_literals;
    static const std::vector<Bad> corpus{
        // lines
        {"GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\n"},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {get("X: a\r\n b\r\n")},
        {get("X: a\r\n\tb\r\n")},
        {"GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        {get("X: a\rb\r\n")},
        {get("X: a\r\r\n")},
        {get("X : a\r\n")},
        {get("X\t: a\r\n")},
        {get(": a\r\n")},
        {get("X\r\n")},
        {get("X(y): a\r\n")},
        {get("X: a\0b\r\n"s)},
        {get("X\0: a\r\n"s)},
        {get("X: a\x7f\r\n")},
        {get("X: a\x01\r\n")},
        // the request line
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET /\r\nHost: a\r\n\r\n"},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
        {"GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
        {"GET / http/1.1\r\nHost: a\r\n\r\n"},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
        {" GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s},
        {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
        // Host
        {"GET / HTTP/1.1\r\n\r\n"},
        {get("Host: a\r\n")},
        {get("host: b\r\n")},
        // Content-Length
        {post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
        {post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
        {post("Content-Length: 5, 5\r\n", "hello")},
        {post("Content-Length: +5\r\n", "hello")},
        {post("Content-Length: -5\r\n", "hello")},
        {post("Content-Length: 0x5\r\n", "hello")},
        {post("Content-Length: 5.0\r\n", "hello")},
        {post("Content-Length: 5 5\r\n", "hello")},
        {post("Content-Length: 5a\r\n", "hello")},
        {post("Content-Length:\r\n", "hello")},
        {post("Content-Length: 99999999999999999999999\r\n", "hello")},
        // Transfer-Encoding
        {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: identity\r\n", "")},
        {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: chunked;x=y\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
        {post("Transfer-Encoding: \x0b"
              "chunked\r\n",
              "0\r\n\r\n")},
        {post("Transfer-Encoding:\r\n", "")},
        {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        // chunks
        {chunked("g\r\nhello\r\n")},
        {chunked("-1\r\nh\r\n")},
        {chunked("0x5\r\nhello\r\n0\r\n\r\n")},
        {chunked("\r\n0\r\n\r\n")},
        {chunked("5\r\nhelloX\r\n0\r\n\r\n")},
        {chunked("5\r\nhello0\r\n\r\n")},
        {chunked("5\nhello\r\n0\r\n\r\n")},
        {chunked("5\r\nhello\n0\r\n\r\n")},
        {chunked("11111111111111111\r\n")},
        // sizes
        {"GET /" + std::string(kMaxTargetBytes, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", "uri_too_long"},
        {"GET /" + std::string(2 * kMaxHeadBytes, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", "uri_too_long"},
        {get("X: " + std::string(kMaxHeadBytes, 'a') + "\r\n"), "headers_too_large"}};
    return corpus;
}

}  // namespace haat::http::sample
