// The routes of images.
#pragma once

#include <filesystem>
#include <string>

#include "media/media.hpp"
#include "platform/http/route.hpp"

namespace haat::media {

// Outlives the endpoints that it gives.
class MediaHttp {
public:
    // `pool` reads files from <data_directory>/media.
    MediaHttp(Media& media, jobs::CpuPool& pool, std::filesystem::path data_directory);

    // POST, form field `image`: converts, stores, answers with the address.
    http::Endpoint upload_image();

    // GET `/media/:folder/:file`: a stored image. It never changes, so that clients may keep it for good.
    // Errors: media_not_found for everything that is not the name of a stored image.
    http::Endpoint serve_media();

private:
    awaitable<http::Response> upload(http::Request& request);
    awaitable<http::Response> serve(http::Request& request);

    Media* media_;
    jobs::CpuPool* pool_;
    const std::filesystem::path data_directory_;
};

}  // namespace haat::media
