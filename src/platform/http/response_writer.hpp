// Writes answers as bytes at the end of a connection's output buffer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/compress.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace haat::http {

// A finished answer: everything that is the same for all who get it. Compressed forms are made when first
// asked for. Belongs to one thread.
struct CachedAnswer {
    struct Form {
        std::string head;  // header lines after the ones that every answer has
        std::string body;
    };
    std::string etag;
    std::array<std::unique_ptr<Form>, kEncodings> forms{};

    [[nodiscard]] std::size_t bytes() const;
};

// Which origins browsers may call from.
struct CorsOptions {
    std::vector<std::string> origins;  // of FRONTEND_URL; empty: no CORS headers
};

// The lines that stand on every answer, ready to copy. One per thread: it keeps the text of the date.
class ResponseWriter {
public:
    explicit ResponseWriter(CorsOptions cors);

    // Closes after this answer, or is HTTP/1.0 and stays open.
    enum class Ending : std::uint8_t { keep_open, keep_open_1_0, close };

    // An answer of a handler: ETag, 304, HEAD and compression included. Returns what was sent as status.
    std::uint16_t write(std::string& out, const Request& request, Response& response, Ending ending);

    // A finished answer.
    std::uint16_t write_cached(std::string& out, const Request& request, CachedAnswer& answer, Ending ending);

    // 204 to an OPTIONS request.
    std::uint16_t write_preflight(std::string& out, const Request& request, Ending ending);

    // Turns a 200 answer of a handler into a finished one.
    static std::unique_ptr<CachedAnswer> finish(const Response& response);

    // Called by the thread's timer at least once a second.
    void refresh_date();

private:
    void begin(std::string& out, const Request& request, std::uint16_t status, Ending ending);
    void add_cors(std::string& out, const Request& request) const;

    CorsOptions cors_;
    std::string fixed_;  // security headers, and CORS where it does not depend on the request
    std::string date_line_;
};

}  // namespace haat::http
