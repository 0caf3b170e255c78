#include "platform/http/upload_sink.hpp"

#include <algorithm>

namespace haat::http {

UploadSink::UploadSink(std::string_view content_type, std::string_view field, std::size_t max_file_bytes)
    : field_{field}, max_file_bytes_{max_file_bytes} {
    if (!is_multipart_form(content_type)) return;
    if (const auto boundary = boundary_of(content_type)) {
        parser_.emplace(*boundary, static_cast<PartReceiver&>(*this));
    } else {
        failure_ = Error{ErrorCode::invalid_multipart, {}, "no valid boundary in Content-Type"};
    }
}

Result<void> UploadSink::write(std::string_view bytes) {
    if (failure_) return std::unexpected{*failure_};
    auto taken = take(bytes);
    if (!taken) failure_ = taken.error();
    return taken;
}

// Parses what the limit leaves room for before it refuses the rest, so that the first fault in the body is
// the answer however it is cut.
Result<void> UploadSink::take(std::string_view bytes) {
    const auto room = max_file_bytes_ + kMaxOverheadBytes - body_bytes_;
    const auto allowed = bytes.substr(0, room);
    body_bytes_ += allowed.size();
    if (parser_) {
        if (auto parsed = parser_->feed(allowed); !parsed) return parsed;
    }
    if (allowed.size() < bytes.size()) return fail(ErrorCode::body_too_large);
    return {};
}

Result<void> UploadSink::finish() {
    if (failure_) return std::unexpected{*failure_};
    if (!parser_ || body_bytes_ == 0) return {};
    return parser_->finish();
}

Result<void> UploadSink::begin_part(const PartHead& head) {
    in_file_ = head.kind == PartKind::file;
    if (!in_file_) return {};
    if (head.name != field_) return fail(ErrorCode::invalid_multipart, {}, "a file in an unexpected field");
    if (file_) return fail(ErrorCode::invalid_multipart, {}, "more than one file");
    file_.emplace().reserve(max_file_bytes_);  // address space only: a page counts once it is written
    return {};
}

Result<void> UploadSink::part_bytes(std::string_view bytes) {
    if (!in_file_) {
        text_bytes_ += bytes.size();
        if (text_bytes_ > kMaxTextBytes)
            return fail(ErrorCode::invalid_multipart, {}, "text fields too large");
        return {};
    }
    HAAT_ASSERT(file_.has_value());
    if (file_->size() + bytes.size() >= max_file_bytes_) return fail(ErrorCode::body_too_large);
    file_->append(bytes);
    return {};
}

}  // namespace haat::http
