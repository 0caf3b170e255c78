// Where finished images are kept.
#pragma once

#include <boost/describe.hpp>

#include <string>
#include <string_view>

#include "kernel/error.hpp"

namespace haat::media {

// The folder of the shop's images in every store, and so a part of their public ids and addresses.
inline constexpr std::string_view kFolder = "Ecommerce_images";

struct StoredImage {
    std::string url{};        // where clients get it
    std::string public_id{};  // `Ecommerce_images/<name>`
};
BOOST_DESCRIBE_STRUCT(StoredImage, (), (url, public_id))

// Blocking: for a CpuPool. Safe from any thread.
class ImageStore {
public:
    virtual ~ImageStore() = default;

    // Keeps a WebP image under a new name; once it returns, the image survives a crash.
    // Throws StorageFull, Unavailable, std::runtime_error; then nothing is kept under a public name.
    virtual Result<StoredImage> store(std::string_view webp) = 0;
};

}  // namespace haat::media
