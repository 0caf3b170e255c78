// Images at Cloudinary, by its signed upload
// (https://cloudinary.com/documentation/authentication_signatures).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "media/store.hpp"

namespace haat::media {

struct CloudinarySettings {
    std::string base_url = "https://api.cloudinary.com";
    std::string cloud_name{};
    std::string api_key{};
    std::string api_secret{};
    std::int64_t connect_timeout_ms = 5'000;
    std::int64_t timeout_ms = 30'000;  // of the whole upload
};

class CloudinaryStore final : public ImageStore {
public:
    static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

    explicit CloudinaryStore(CloudinarySettings settings);

    // Throws Unavailable for every failure; its text holds no secret and nothing that Cloudinary said.
    Result<StoredImage> store(std::string_view webp) override;

private:
    const CloudinarySettings settings_;
};

// SHA-1 in hex of the parameters, sorted and joined as in a query, with the secret behind them.
std::string cloudinary_signature(std::string_view parameters, std::string_view secret);

}  // namespace haat::media
