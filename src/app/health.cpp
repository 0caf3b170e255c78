#include "app/health.hpp"

#include <curl/curl.h>

#include <iostream>
#include <memory>
#include <string>

#include "app/cli.hpp"

namespace haat::app {
namespace {

constexpr long kTimeoutMs = 2'000;

struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

// Where a server that listens on this address is reached from the same machine.
std::string reached_at(const std::string& host) {
    if (host == "0.0.0.0") return "127.0.0.1";
    if (host == "::") return "[::1]";
    return host.contains(':') ? "[" + host + "]" : host;
}

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

int check_health(const config::ServerSettings& server) {
    const std::string url =
        "http://" + reached_at(server.host) + ":" + std::to_string(server.port) + "/readyz";
    const std::unique_ptr<CURL, Cleanup> handle{curl_easy_init()};
    if (!handle) throw std::bad_alloc{};
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, discard);
    const CURLcode code = curl_easy_perform(handle.get());
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status == 200) return kSuccess;
    std::cerr << "haat: " << url << ": "
              << (code == CURLE_OK ? "answered " + std::to_string(status)
                                   : std::string{curl_easy_strerror(code)})
              << '\n';
    return kFailure;
}

}  // namespace haat::app
