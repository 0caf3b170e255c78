#include "platform/http/etag.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <new>

#include "platform/http/request.hpp"

namespace haat::http {
namespace {

constexpr std::size_t kDigestCharacters = 27;  // of 20 bytes in base64, without padding

// Fetched once: looking an algorithm up by name costs more than hashing a small body.
const EVP_MD* sha1() {
    static const EVP_MD* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    return kSha1;
}

std::string_view without_weak_mark(std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    return etag;
}

}  // namespace

std::string weak_etag(std::string_view body) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(body.data(), body.size(), digest.data(), &length, sha1(), nullptr) != 1)
        throw std::bad_alloc{};
    std::array<unsigned char, 64> encoded{};
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));

    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), body.size(), 16).ptr;
    std::string etag = "W/\"";
    etag.append(size.data(), end);
    etag += '-';
    etag.append(reinterpret_cast<const char*>(encoded.data()), kDigestCharacters);
    etag += '"';
    return etag;
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    const std::string_view wanted = without_weak_mark(etag);
    while (!if_none_match.empty()) {
        const auto comma = if_none_match.find(',');
        const std::string_view candidate = trim_blanks(if_none_match.substr(0, comma));
        if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size() : comma + 1);
        if (candidate == "*" || without_weak_mark(candidate) == wanted) return true;
    }
    return false;
}

}  // namespace haat::http
