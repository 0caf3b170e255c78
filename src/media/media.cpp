#include "media/media.hpp"

#include "media/image.hpp"
#include "platform/http/upload_sink.hpp"

namespace haat::media {
namespace {

// An UploadSink that holds one of the places for uploads, if there was one.
class PlacedSink final : public http::BodySink {
public:
    PlacedSink(std::atomic<int>& uploads, int max_uploads, std::string_view content_type,
               std::string_view field)
        : uploads_{uploads},
          admitted_{uploads.fetch_add(1) < max_uploads},
          sink_{content_type, field, Media::kMaxFileBytes} {}
    ~PlacedSink() override { uploads_.fetch_sub(1); }
    PlacedSink(const PlacedSink&) = delete;
    PlacedSink& operator=(const PlacedSink&) = delete;

    Result<void> write(std::string_view bytes) override { return admitted_ ? sink_.write(bytes) : refuse(); }
    Result<void> finish() override { return admitted_ ? sink_.finish() : refuse(); }
    std::optional<std::string> take_file() { return sink_.take_file(); }

private:
    static Result<void> refuse() { return std::unexpected{retry_after(1, ErrorCode::overloaded)}; }

    std::atomic<int>& uploads_;
    const bool admitted_;
    http::UploadSink sink_;
};

}  // namespace

Media::Media(jobs::CpuPool& pool, ImageStore& store, int max_uploads)
    : pool_{&pool}, store_{&store}, max_uploads_{max_uploads} {}

std::unique_ptr<http::BodySink> Media::make_sink(const http::Request& request, std::string_view field) {
    const auto content_type = request.header("Content-Type").value_or("");
    return std::make_unique<PlacedSink>(uploads_, max_uploads_, content_type, field);
}

Result<std::string> Media::take_file(http::Request& request) {
    auto* sink = dynamic_cast<PlacedSink*>(request.sink.get());
    auto file = sink ? sink->take_file() : std::nullopt;
    if (!file) return fail(ErrorCode::no_image);
    return std::move(*file);
}

std::optional<StoredFile> Media::read_file(const std::filesystem::path& data_directory,
                                           std::string_view folder, std::string_view file) {
    if (folder != kFolder) return std::nullopt;
    return read_stored(data_directory, file);
}

awaitable<Result<StoredImage>> Media::accept(std::string bytes) {
    auto convert_and_store = [this, &bytes]() -> Result<StoredImage> {
        const auto image = process_image(bytes);
        if (!image) return std::unexpected{image.error()};
        return store_->store(image->webp);
    };
    auto stored = co_await pool_->run(convert_and_store);
    co_return stored;
}

}  // namespace haat::media
