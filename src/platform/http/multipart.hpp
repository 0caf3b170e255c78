// multipart/form-data (RFC 7578, RFC 2046 §5.1), read while it arrives.
//
// A state machine without I/O: it gets bytes, cut anywhere, and tells a PartReceiver what they mean. The
// outcome does not depend on where the bytes are cut. It holds at most one part head in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/error.hpp"

namespace haat::http {

enum class PartKind : std::uint8_t {
    text,
    file,
    empty_choice,  // what a browser sends for a file input in which nothing was chosen: filename=""
};

struct PartHead {
    std::string name{};  // of the form's field
    PartKind kind = PartKind::text;
};

// What becomes of the parts. An error ends the parsing.
class PartReceiver {
public:
    virtual ~PartReceiver() = default;
    virtual Result<void> begin_part(const PartHead& head) = 0;
    virtual Result<void> part_bytes(std::string_view bytes) = 0;
};

class MultipartParser {
public:
    static constexpr std::size_t kMaxBoundary = 70;  // RFC 2046 §5.1.1
    static constexpr std::size_t kMaxHead = 8 * 1024;
    static constexpr int kMaxParts = 32;

    // `boundary` has passed boundary_of(); `receiver` outlives the parser.
    MultipartParser(std::string_view boundary, PartReceiver& receiver);

    // Errors: invalid_multipart, and those of the receiver. After an error nothing more may be fed.
    Result<void> feed(std::string_view bytes);
    // The body is over. Errors: invalid_multipart when it stopped before the closing delimiter.
    [[nodiscard]] Result<void> finish() const;

private:
    enum class State : std::uint8_t {
        preamble,
        delimiter,
        closing,
        padding,
        line_end,
        head,
        content,
        epilogue
    };

    // Each takes bytes off the front of `rest` and may move to another state.
    Result<void> step(std::string_view& rest);
    Result<void> scan(std::string_view& rest);
    Result<void> end_delimiter(char next);
    Result<void> read_head(char next);
    Result<void> emit(std::string_view bytes);
    Result<void> begin_part();

    const std::string delimiter_;  // CRLF "--" boundary
    PartReceiver* receiver_;
    State state_ = State::preamble;
    std::size_t matched_;  // bytes of the delimiter seen
    std::string head_{};
    int parts_ = 0;
};

// The boundary in a Content-Type of multipart/form-data; nullopt when there is none or it breaks RFC 2046.
std::optional<std::string> boundary_of(std::string_view content_type);

bool is_multipart_form(std::string_view content_type);

}  // namespace haat::http
