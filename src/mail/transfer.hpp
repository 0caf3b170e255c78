// One exchange with a server, by libcurl, within the bounds that every Transport keeps.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mail/transport.hpp"

namespace haat::mail {

// Blocking, for one thread. TLS certificates are checked (libcurl's default).
class Transfer {
public:
    static constexpr std::size_t kMaxAnswer = 64 * 1024;

    // Throws std::runtime_error when libcurl does not start.
    Transfer(const TimeLimits& limits, std::stop_token stop);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    // A value that libcurl refuses is a bug. Texts are copied, lists and buffers are not.
    template <class T>
    void set(CURLoption option, T value) {
        check(curl_easy_setopt(handle_, option, value));
    }

    // Appends to a list that lives as long as the transfer; hands back the list.
    curl_slist* add_to_list(const std::string& line);

    // What goes out: after the commands of SMTP.
    void upload(std::string_view bytes);

    // Ends when the exchange is over, the time is up, the token has said stop for as long as the
    // limits grant, or the answer (its head or its body) is larger than kMaxAnswer.
    CURLcode perform();

    [[nodiscard]] long response_code() const;  // the server's last, 0 for none
    [[nodiscard]] const std::string& answer() const { return answer_; }
    // The verb of the last command that was sent (`RCPT`) but QUIT, for SMTP; empty before the first.
    [[nodiscard]] const std::string& last_verb() const { return last_verb_; }

private:
    static void check(CURLcode code);
    static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);
    static int on_close(void* self, curl_socket_t socket);
    // Makes whatever still waits for the sockets end at once.
    void shut_down(int how) const;
    [[nodiscard]] bool is_over();

    static std::size_t on_head(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_answer(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_upload(char* bytes, std::size_t size, std::size_t count, void* self);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static int on_debug(CURL*, curl_infotype type, char* bytes, std::size_t size, void* self);

    const std::int64_t stop_grace_ms_;
    const std::int64_t deadline_ms_;  // steady
    const std::stop_token stop_;
    CURL* handle_;
    curl_slist* list_ = nullptr;
    std::string_view to_upload_;
    std::vector<curl_socket_t> sockets_;
    std::size_t head_size_ = 0;
    std::string answer_;
    std::string last_verb_;
    std::int64_t stop_seen_ms_ = 0;  // steady; 0: not yet
};

}  // namespace haat::mail
