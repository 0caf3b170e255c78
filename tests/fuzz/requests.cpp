#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <vector>

#include "platform/http/body_receivers.hpp"
#include "platform/http/parser.hpp"
#include "platform/http/share.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

using namespace http;

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// A request as handlers would see it.
struct Seen {
    std::string method, target, path, query, body;
    std::vector<std::pair<std::string, std::string>> headers;
    bool closes = false;

    bool operator==(const Seen&) const = default;
};

struct Conversation {
    std::vector<Seen> requests{};
    std::string error{};  // of what followed; empty when none
    std::string rest{};   // bytes that are no whole request yet, of a head only

    bool operator==(const Conversation&) const = default;
};

// Reads a connection's bytes in the order in which platform/http/connection.cpp does.
class Reader {
public:
    void feed(std::string_view bytes) {
        if (over_) return;
        in_ += bytes;
        while (!over_ && step()) continue;
    }

    Conversation outcome() {
        if (!over_ && !parser_) outcome_.rest = in_;
        return std::move(outcome_);
    }

private:
    // false: more bytes are needed.
    bool step() { return parser_ ? read_body() : read_head(); }

    bool read_head() {
        while (in_.starts_with("\r\n")) in_.erase(0, 2);
        if (in_.empty()) return false;
        const auto length = scanner_.scan(in_);
        if (!length) return refuse(length.error());
        if (!*length) return false;
        head_ = in_.substr(0, **length);
        in_.erase(0, **length);
        parser_.emplace();
        request_ = Request{};
        body_.clear();
        const auto parsed = parser_->parse_head(head_, request_);
        return parsed ? true : refuse(parsed.error());
    }

    bool read_body() {
        if (parser_->has_body()) {
            Share share{held_, kNoLimit};
            Collect receiver{body_, share};
            const auto used = parser_->parse_body(in_, receiver);
            if (!used) return refuse(used.error());
            in_.erase(0, *used);
            if (!parser_->body_complete()) return false;
        }
        note();
        return true;
    }

    void note() {
        Seen seen{.method = std::string{request_.method_text},
                  .target = std::string{request_.target},
                  .path = std::string{request_.path},
                  .query = std::string{request_.query},
                  .body = body_,
                  .headers = {},
                  .closes = parser_->wants_close()};
        for (const auto& [name, value] : request_.headers) seen.headers.emplace_back(name, value);
        outcome_.requests.push_back(std::move(seen));
        over_ = parser_->wants_close();
        parser_.reset();
        scanner_.reset();
    }

    bool refuse(const Error& error) {
        outcome_.error = info(error.code).slug;
        over_ = true;
        return false;
    }

    std::string in_, head_, body_;
    std::atomic<std::size_t> held_{0};  // by bodies
    HeadScanner scanner_;
    std::optional<RequestParser> parser_;
    Request request_;
    Conversation outcome_;
    bool over_ = false;
};

template <class... Pieces>
Conversation read(Pieces... pieces) {
    Reader reader;
    (reader.feed(pieces), ...);
    return reader.outcome();
}

Conversation read_bytewise(std::string_view bytes) {
    Reader reader;
    for (std::size_t i = 0; i < bytes.size(); ++i) reader.feed(bytes.substr(i, 1));
    return reader.outcome();
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

// What later stages rely on.
void check(const Seen& seen) {
    require(seen.target.size() <= kMaxTargetBytes, "a target is bounded");
    require(!seen.path.empty() && (seen.path.front() == '/' || seen.path == "*"), "a path is absolute");
    require(seen.headers.size() <= kMaxHeaders, "headers are bounded");
    require(is_one_line(seen.target) && is_one_line(seen.method), "a request line is one line");
    require(seen.body.size() <= kMaxJsonBody, "a body is bounded");
    const auto count = [&](std::string_view wanted) {
        return std::ranges::count_if(seen.headers,
                                     [&](const auto& header) { return iequals(header.first, wanted); });
    };
    require(count("content-length") + count("transfer-encoding") <= 1, "one header says where a body ends");
    require(count("host") <= 1, "one Host at most");
    for (const auto& [name, value] : seen.headers) {
        require(is_one_line(name) && is_one_line(value), "a header is one line");
        require(name.find_first_of(" \t:") == std::string::npos, "a header's name is a token");
    }
}

}  // namespace

void requests(std::string_view bytes) {
    const Conversation whole = read(bytes);
    for (const Seen& seen : whole.requests) check(seen);
    require(read_bytewise(bytes) == whole, "byte by byte is the same");
    const std::size_t stride = bytes.size() <= kCutEverywhereBytes ? 1 : bytes.size() / kCuts;
    for (std::size_t at = 1; at < bytes.size(); at += stride) {
        require(read(bytes.substr(0, at), bytes.substr(at)) == whole,
                "cut at " + std::to_string(at) + " is the same");
    }
}

}  // namespace haat::fuzz
