#include "media/http.hpp"

namespace haat::media {
namespace {

constexpr std::string_view kField = "image";

http::Response image_response(StoredFile file, std::string_view name) {
    http::Response response;
    response.content_type = "image/webp";
    response.cache_control = "public, max-age=31536000, immutable";
    response.body = std::move(file.bytes);
    // A name is drawn once for one content, so it is a strong validator (RFC 9110 §8.8.1).
    response.add_header("ETag", '"' + std::string{name.substr(0, kNameLength)} + '"');
    response.add_header("Last-Modified", std::string{view(to_http_date(file.modified))});
    return response;
}

}  // namespace

MediaHttp::MediaHttp(Media& media, jobs::CpuPool& pool, std::filesystem::path data_directory)
    : media_{&media}, pool_{&pool}, data_directory_{std::move(data_directory)} {}

http::Endpoint MediaHttp::upload_image() {
    return {
        .name = "upload_image",
        .summary = "Converts an image to WebP, stores it and answers with its address.",
        .tag = "Image",
        .body = http::BodyKind::upload,
        .answer = json::answer_schema<http::DataAnswer<StoredImage>>,
        .errors = {ErrorCode::no_image, ErrorCode::invalid_multipart, ErrorCode::body_too_large,
                   ErrorCode::image_too_large, ErrorCode::unsupported_image, ErrorCode::overloaded,
                   ErrorCode::unavailable, ErrorCode::insufficient_storage},
        .upload_field = kField,
        .handle = [this](http::Request& request) { return upload(request); },
        .make_sink = [this](const http::Request& request) { return media_->make_sink(request, kField); },
    };
}

http::Endpoint MediaHttp::serve_media() {
    return {
        .name = "serve_media",
        .summary = "A stored image.",
        .tag = "Image",
        .errors = {ErrorCode::media_not_found},
        .handle = [this](http::Request& request) { return serve(request); },
    };
}

awaitable<http::Response> MediaHttp::upload(http::Request& request) {
    auto file = Media::take_file(request);
    if (!file) co_return file.error();
    auto accepting = media_->accept(std::move(*file));
    auto stored = co_await std::move(accepting);
    if (!stored) co_return stored.error();
    co_return http::reply_data(200, "Upload done", std::move(*stored));
}

awaitable<http::Response> MediaHttp::serve(http::Request& request) {
    const auto& [folder, name] = request.params;
    auto read = [&] { return Media::read_file(data_directory_, folder, name); };
    auto file = co_await pool_->run(read);
    if (!file) co_return Error{ErrorCode::media_not_found};
    co_return image_response(std::move(*file), name);
}

}  // namespace haat::media
