#include "mail/transfer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"
#include "platform/memory.hpp"

namespace haat::mail {
namespace {

// on_progress keeps the time; libcurl's own limit is for the case that it is not called.
constexpr std::int64_t kBackstopMs = 5 * kSecondMs;

}  // namespace

Transfer::Transfer(const TimeLimits& limits, std::stop_token stop)
    : stop_grace_ms_{limits.stop_grace_ms},
      deadline_ms_{steady_ms() + limits.send_ms},
      stop_{std::move(stop)} {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    handle_ = started == CURLE_OK ? curl_easy_init() : nullptr;
    if (handle_ == nullptr) throw std::runtime_error{"libcurl does not start"};
    set(CURLOPT_NOSIGNAL, 1L);  // else name resolution raises SIGALRM in a threaded program
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.send_ms + kBackstopMs));
    set(CURLOPT_SOCKOPTFUNCTION, &Transfer::on_socket);
    set(CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
    set(CURLOPT_CLOSESOCKETFUNCTION, &Transfer::on_close);
    set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_head);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_answer);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    set(CURLOPT_VERBOSE, 1L);  // or on_debug is not called; it keeps verbs only
    set(CURLOPT_DEBUGFUNCTION, &Transfer::on_debug);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
}

Transfer::~Transfer() {
    shut_down(SHUT_RD);  // libcurl says QUIT now, and would wait two minutes for a reply
    curl_easy_cleanup(handle_);
    curl_slist_free_all(list_);
}

void Transfer::check(CURLcode code) {
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc{};
    HAAT_ASSERT(code == CURLE_OK);
}

curl_slist* Transfer::add_to_list(const std::string& line) {
    auto* longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    list_ = longer;
    return list_;
}

void Transfer::upload(std::string_view bytes) {
    to_upload_ = bytes;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &Transfer::on_upload);
    set(CURLOPT_READDATA, static_cast<void*>(this));
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
}

CURLcode Transfer::perform() { return curl_easy_perform(handle_); }

long Transfer::response_code() const {
    long code = 0;
    check(curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code));
    return code;
}

// libcurl, which calls these, must not be left by an exception.

std::size_t Transfer::on_head(char*, std::size_t size, std::size_t count, void* self) {
    auto& head_size = static_cast<Transfer*>(self)->head_size_;
    head_size += size * count;
    return head_size > kMaxAnswer ? 0 : size * count;
}

std::size_t Transfer::on_answer(char* bytes, std::size_t size, std::size_t count, void* self) {
    return append_within(kMaxAnswer, static_cast<Transfer*>(self)->answer_, {bytes, size * count});
}

std::size_t Transfer::on_upload(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& rest = static_cast<Transfer*>(self)->to_upload_;
    const auto length = rest.copy(bytes, size * count);
    rest.remove_prefix(length);
    return length;
}

// Called about once a second.
int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!transfer.is_over()) return 0;
    transfer.shut_down(SHUT_RDWR);
    return 1;
}

bool Transfer::is_over() {
    const auto now_ms = steady_ms();
    if (now_ms >= deadline_ms_) return true;
    if (!stop_.stop_requested()) return false;
    if (stop_seen_ms_ == 0) stop_seen_ms_ = now_ms;
    return now_ms - stop_seen_ms_ >= stop_grace_ms_;
}

int Transfer::on_socket(void* self, curl_socket_t socket, curlsocktype) {
    int result = CURL_SOCKOPT_ERROR;
    if_possible([&] {
        static_cast<Transfer*>(self)->sockets_.push_back(socket);
        result = CURL_SOCKOPT_OK;
    });
    return result;
}

int Transfer::on_close(void* self, curl_socket_t socket) {
    std::erase(static_cast<Transfer*>(self)->sockets_, socket);
    return ::close(socket);
}

void Transfer::shut_down(int how) const {
    for (const auto socket : sockets_) ::shutdown(socket, how);
}

int Transfer::on_debug(CURL*, curl_infotype type, char* bytes, std::size_t size, void* self) {
    if (type == CURLINFO_HEADER_OUT) {
        const std::string_view command{bytes, size};
        const auto verb = command.substr(0, command.find_first_of(" \r\n"));
        if (verb != "QUIT") if_possible([&] { static_cast<Transfer*>(self)->last_verb_ = verb; });
    }
    return 0;
}

}  // namespace haat::mail
