#include "media/media.hpp"

#include "media/image.hpp"
#include "platform/http/share.hpp"
#include "platform/http/upload_sink.hpp"

namespace haat::media {
namespace {

// An UploadSink whose bytes count among those of all uploads.
class CountedSink final : public http::BodySink {
public:
    CountedSink(http::Share share, std::string_view content_type, std::string_view field)
        : share_{std::move(share)}, sink_{content_type, field, Media::kMaxFileBytes} {}

    Result<void> write(std::string_view bytes) override {
        refused_ = refused_ || !share_.grow(bytes.size());
        return refused_ ? refuse() : sink_.write(bytes);
    }
    Result<void> finish() override { return refused_ ? refuse() : sink_.finish(); }
    std::optional<std::string> take_file() { return sink_.take_file(); }

private:
    static Result<void> refuse() { return std::unexpected{retry_after(1, ErrorCode::overloaded)}; }

    http::Share share_;
    http::UploadSink sink_;
    bool refused_ = false;
};

}  // namespace

Media::Media(jobs::CpuPool& pool, ImageStore& store, std::size_t max_upload_bytes)
    : pool_{&pool}, store_{&store}, max_upload_bytes_{max_upload_bytes} {}

std::unique_ptr<http::BodySink> Media::make_sink(const http::Request& request, std::string_view field) {
    const auto content_type = request.header("Content-Type").value_or("");
    return std::make_unique<CountedSink>(http::Share{upload_bytes_, max_upload_bytes_}, content_type, field);
}

Result<std::string> Media::take_file(http::Request& request) {
    auto* sink = dynamic_cast<CountedSink*>(request.sink.get());
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
