#include "media/cloudinary_store.hpp"

#include <curl/curl.h>
#include <openssl/evp.h>

#include <boost/json.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <span>

#include "kernel/clock.hpp"
#include "platform/memory.hpp"

namespace haat::media {
namespace {

template <auto destroy>
struct Destroy {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};
using Transfer = std::unique_ptr<CURL, Destroy<curl_easy_cleanup>>;
using Form = std::unique_ptr<curl_mime, Destroy<curl_mime_free>>;
using Headers = std::unique_ptr<curl_slist, Destroy<curl_slist_free_all>>;

void start_curl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

void add_text(curl_mime* form, const char* name, const std::string& value) {
    curl_mimepart* part = curl_mime_addpart(form);
    curl_mime_name(part, name);
    curl_mime_data(part, value.data(), value.size());
}

void add_image(curl_mime* form, std::string_view webp) {
    curl_mimepart* part = curl_mime_addpart(form);
    curl_mime_name(part, "file");
    curl_mime_filename(part, "image.webp");
    curl_mime_type(part, "image/webp");
    curl_mime_data(part, webp.data(), webp.size());
}

Form upload_form(CURL* transfer, const CloudinarySettings& settings, std::string_view webp) {
    const std::string folder{kFolder};
    const auto timestamp = std::to_string(Timestamp::now().ms / kSecondMs);
    const auto parameters = "folder=" + folder + "&timestamp=" + timestamp;  // sorted by name
    Form form{curl_mime_init(transfer)};
    add_image(form.get(), webp);
    add_text(form.get(), "api_key", settings.api_key);
    add_text(form.get(), "timestamp", timestamp);
    add_text(form.get(), "folder", folder);
    add_text(form.get(), "signature", cloudinary_signature(parameters, settings.api_secret));
    return form;
}

// Called by libcurl; taking less than it offers ends the transfer.
std::size_t collect(char* bytes, std::size_t size, std::size_t count, void* answer) {
    return append_within(CloudinaryStore::kMaxAnswerBytes, *static_cast<std::string*>(answer),
                         {bytes, size * count});
}

// The body of a 200 answer.
std::string post(CURL* transfer, const CloudinarySettings& settings, curl_mime* form) {
    std::string answer;
    const auto url = settings.base_url + "/v1_1/" + settings.cloud_name + "/image/upload";
    // Without this line libcurl waits up to a second for a 100 Continue.
    const Headers headers{curl_slist_append(nullptr, "Expect:")};
    curl_easy_setopt(transfer, CURLOPT_URL, url.c_str());
    curl_easy_setopt(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(transfer, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(transfer, CURLOPT_MIMEPOST, form);
    curl_easy_setopt(transfer, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout_ms));
    curl_easy_setopt(transfer, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout_ms));
    curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(transfer, CURLOPT_WRITEDATA, &answer);
    const CURLcode code = curl_easy_perform(transfer);
    if (code == CURLE_WRITE_ERROR) throw Unavailable{"Cloudinary's answer is too long"};
    if (code != CURLE_OK) throw Unavailable{std::string{"Cloudinary: "} + curl_easy_strerror(code)};
    long status = 0;
    curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) throw Unavailable{"Cloudinary answered " + std::to_string(status)};
    return answer;
}

std::string text_member(const boost::json::value& answer, std::string_view name) {
    const auto* object = answer.if_object();
    const auto* member = object ? object->if_contains(name) : nullptr;
    const auto* text = member ? member->if_string() : nullptr;
    return text ? std::string{*text} : std::string{};
}

StoredImage parse_answer(const std::string& text) {
    boost::json::error_code failed;
    const auto answer = boost::json::parse(text, failed);
    StoredImage image{.url = text_member(answer, "secure_url"),
                      .public_id = text_member(answer, "public_id")};
    if (failed || !image.url.starts_with("https://") || image.public_id.empty()) {
        throw Unavailable{"Cloudinary's answer makes no sense"};
    }
    return image;
}

}  // namespace

CloudinaryStore::CloudinaryStore(CloudinarySettings settings) : settings_{std::move(settings)} {
    start_curl();
}

Result<StoredImage> CloudinaryStore::store(std::string_view webp) {
    const Transfer transfer{curl_easy_init()};
    if (!transfer) throw Unavailable{"libcurl does not start"};
    const Form form = upload_form(transfer.get(), settings_, webp);
    return parse_answer(post(transfer.get(), settings_, form.get()));
}

std::string cloudinary_signature(std::string_view parameters, std::string_view secret) {
    const auto signed_text = std::string{parameters} + std::string{secret};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!EVP_Digest(signed_text.data(), signed_text.size(), digest.data(), &size, EVP_sha1(), nullptr)) {
        throw std::runtime_error{"SHA-1 is not available"};
    }
    std::string hex;
    for (const unsigned byte : std::span{digest}.first(size)) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 0xF];
    }
    return hex;
}

}  // namespace haat::media
