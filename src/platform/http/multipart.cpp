#include "platform/http/multipart.hpp"

#include <algorithm>
#include <utility>

#include "platform/http/parameters.hpp"
#include "platform/http/request.hpp"

namespace haat::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<Error> invalid(std::string detail) {
    return fail(ErrorCode::invalid_multipart, {}, std::move(detail));
}

bool is_boundary_char(char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alphanumeric || std::string_view{"'()+_,-./:=? "}.find(c) != std::string_view::npos;
}

// RFC 7578 §4.2: form-data with a name. `filename*` is not meant to be sent, but what has it is a file.
std::optional<PartHead> parse_disposition(std::string_view value) {
    const auto parsed = parse_parameterized(value);
    if (!parsed || parsed->type != "form-data") return std::nullopt;
    const auto* name = parsed->find("name");
    if (!name) return std::nullopt;
    PartHead head{.name = *name};
    const auto* filename = parsed->find("filename");
    if (!filename) filename = parsed->find("filename*");
    if (filename) head.kind = filename->empty() ? PartKind::empty_choice : PartKind::file;
    return head;
}

// `head` ends with an empty line. nullopt unless it is made of header lines, one of them a good
// Content-Disposition; the other headers say nothing that matters here.
std::optional<PartHead> parse_head(std::string_view head) {
    std::optional<PartHead> found;
    while (!head.starts_with(kLineEnd)) {
        const auto line = head.substr(0, head.find(kLineEnd));
        head.remove_prefix(line.size() + kLineEnd.size());
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || line.find_first_of(" \t\r\n") < colon) return std::nullopt;
        if (!iequals(line.substr(0, colon), "Content-Disposition")) continue;
        if (found) return std::nullopt;
        found = parse_disposition(line.substr(colon + 1));
        if (!found) return std::nullopt;
    }
    return found;
}

}  // namespace

// A body may begin with its first delimiter at once, hence the CRLF taken as seen.
MultipartParser::MultipartParser(std::string_view boundary, PartReceiver& receiver)
    : delimiter_{"\r\n--" + std::string{boundary}}, receiver_{&receiver}, matched_{kLineEnd.size()} {}

Result<void> MultipartParser::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (auto done = step(bytes); !done) return done;
    }
    return {};
}

Result<void> MultipartParser::finish() const {
    if (state_ != State::epilogue) return invalid("it ends too early");
    return {};
}

Result<void> MultipartParser::step(std::string_view& rest) {
    if (state_ == State::preamble || state_ == State::content) return scan(rest);
    if (state_ == State::epilogue) {
        rest = {};
        return {};
    }
    const char next = rest.front();
    rest.remove_prefix(1);
    return state_ == State::head ? read_head(next) : end_delimiter(next);
}

// Looks for the delimiter. Only its first byte is a CR, so a match that breaks off leaves no shorter one.
Result<void> MultipartParser::scan(std::string_view& rest) {
    if (rest.front() == delimiter_[matched_]) {
        rest.remove_prefix(1);
        if (++matched_ == delimiter_.size()) {
            matched_ = 0;
            state_ = State::delimiter;
        }
        return {};
    }
    if (matched_ > 0) return emit(std::string_view{delimiter_}.substr(0, std::exchange(matched_, 0)));
    const auto plain = rest.substr(0, rest.find('\r'));
    rest.remove_prefix(plain.size());
    return emit(plain);
}

// Behind a delimiter: `--` closes the body, white space and a line end begin a part.
Result<void> MultipartParser::end_delimiter(char next) {
    const bool may_end = state_ == State::delimiter || state_ == State::padding;
    if (state_ == State::delimiter && next == '-') {
        state_ = State::closing;
    } else if (state_ == State::closing && next == '-') {
        state_ = State::epilogue;
    } else if (may_end && (next == ' ' || next == '\t')) {
        state_ = State::padding;
    } else if (may_end && next == '\r') {
        state_ = State::line_end;
    } else if (state_ == State::line_end && next == '\n') {
        state_ = State::head;
        if (++parts_ > kMaxParts) return invalid("too many parts");
    } else {
        return invalid("malformed boundary line");
    }
    return {};
}

Result<void> MultipartParser::read_head(char next) {
    head_ += next;
    if (head_.size() > kMaxHead) return invalid("part header too large");
    if (head_ == kLineEnd || head_.ends_with("\r\n\r\n")) return begin_part();
    return {};
}

Result<void> MultipartParser::begin_part() {
    const auto head = parse_head(head_);
    if (!head) return invalid("malformed part header");
    head_.clear();
    state_ = State::content;
    return receiver_->begin_part(*head);
}

Result<void> MultipartParser::emit(std::string_view bytes) {
    if (state_ == State::preamble) return {};
    return receiver_->part_bytes(bytes);
}

std::optional<std::string> boundary_of(std::string_view content_type) {
    const auto parsed = parse_parameterized(content_type);
    const auto* boundary = parsed ? parsed->find("boundary") : nullptr;
    if (!boundary || boundary->empty() || boundary->size() > MultipartParser::kMaxBoundary)
        return std::nullopt;
    if (boundary->back() == ' ' || !std::ranges::all_of(*boundary, is_boundary_char)) return std::nullopt;
    return *boundary;
}

bool is_multipart_form(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    return iequals(type, "multipart/form-data");
}

}  // namespace haat::http
