// Uploaded images: the facade for features that take one.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "media/local_store.hpp"
#include "media/store.hpp"
#include "platform/async.hpp"
#include "platform/http/request.hpp"
#include "platform/jobs/cpu_pool.hpp"

namespace haat::media {

// Safe from any thread. Outlives the requests whose sinks it made.
class Media {
public:
    static constexpr std::size_t kMaxFileBytes = 5 * 1024 * 1024;  // a file has fewer
    static constexpr std::size_t kMaxUploadBytes = 16 * kMaxFileBytes;

    // `max_upload_bytes` are held at once, of all uploads together: one that comes slowly holds no more than
    // what has come of it, and keeps no other out.
    Media(jobs::CpuPool& pool, ImageStore& store, std::size_t max_upload_bytes = kMaxUploadBytes);

    // For Endpoint::make_sink: takes the form's one file. Beyond max_upload_bytes the sink fails with
    // overloaded, and a retry makes sense after a second. The bytes are free again when the request is gone.
    // Other errors of the sink: body_too_large, invalid_multipart (platform/http/upload_sink.hpp).
    std::unique_ptr<http::BodySink> make_sink(const http::Request& request, std::string_view field);

    // The bytes of the file that arrived in a sink of make_sink(). Errors: no_image.
    static Result<std::string> take_file(http::Request& request);

    // Checks, converts and stores an image. Errors: unsupported_image, image_too_large.
    // Throws Unavailable, StorageFull.
    awaitable<Result<StoredImage>> accept(std::string bytes);

    // The file behind an address of a LocalStore; nullopt for everything else. Blocking. Throws
    // std::runtime_error when the disk fails.
    static std::optional<StoredFile> read_file(const std::filesystem::path& data_directory,
                                               std::string_view folder, std::string_view file);

private:
    jobs::CpuPool* pool_;
    ImageStore* store_;
    const std::size_t max_upload_bytes_;
    std::atomic<std::size_t> upload_bytes_{0};
};

}  // namespace haat::media
