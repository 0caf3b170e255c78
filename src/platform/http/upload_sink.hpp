// Takes the one file of an upload form while it arrives, and keeps nothing but its bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http/multipart.hpp"
#include "platform/http/request.hpp"

namespace haat::http {

// At most `max_file_bytes` of memory, touched as the bytes come. Names of files are never used, only whether
// there is one.
//
// A body that is no form, an empty form, and a form without a file are no errors: then there is no file.
// Errors: body_too_large as soon as the file has max_file_bytes, or the body much more; invalid_multipart
// for a broken form, a file in another field, a second file, or more than kMaxTextBytes in other fields.
// The first error stays.
class UploadSink final : public BodySink, private PartReceiver {
public:
    static constexpr std::size_t kMaxTextBytes = 64 * 1024;
    // What a body may have beside its file: text, heads, delimiters, preamble and epilogue.
    static constexpr std::size_t kMaxOverheadBytes = 512 * 1024;

    // `content_type` may be empty: the request had none.
    UploadSink(std::string_view content_type, std::string_view field, std::size_t max_file_bytes);
    UploadSink(const UploadSink&) = delete;
    UploadSink& operator=(const UploadSink&) = delete;

    Result<void> write(std::string_view bytes) override;
    Result<void> finish() override;

    // After finish(): hands the file over; nullopt when there was none.
    std::optional<std::string> take_file() { return std::exchange(file_, std::nullopt); }

private:
    Result<void> begin_part(const PartHead& head) override;
    Result<void> part_bytes(std::string_view bytes) override;
    Result<void> take(std::string_view bytes);

    const std::string field_;
    const std::size_t max_file_bytes_;
    std::optional<MultipartParser> parser_{};  // none: the body is no form, and ignored
    std::optional<Error> failure_{};
    std::size_t body_bytes_ = 0;
    std::size_t text_bytes_ = 0;
    bool in_file_ = false;
    std::optional<std::string> file_{};
};

}  // namespace haat::http
