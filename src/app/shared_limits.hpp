// Limits that hold for all nodes together: each tells the others what it counted, over a channel of Redis. A
// node decides alone and at once, by what it counted and heard, so without Redis it has its own limits, and
// nothing that is heard makes them wider.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/context.hpp"
#include "platform/cache/redis/channel.hpp"
#include "platform/http/pipeline/bucket_exchange.hpp"

namespace haat::app {

class SharedLimits final : public http::BucketExchange {
public:
    // Before the channel starts; both outlive the threads that call.
    SharedLimits(cache::redis::Redis& redis, cache::redis::Channel& channel);

    // Limits on logins, mails and the like, which outlive the channel's thread. Before it starts.
    void share(accounts::Limits& limits);
    void exchange(http::TokenBuckets& buckets, asio::io_context& context, std::int64_t now_ms) override;

private:
    static constexpr std::size_t kMaxHeard = 4'096;  // entries that wait for a thread

    struct Inbox {
        std::string sender;  // how this thread's buckets sign
        std::vector<http::Taken> heard{};
    };

    void hear(std::string_view text);
    Inbox& inbox_of(const http::TokenBuckets& buckets);

    cache::redis::Redis& redis_;
    cache::redis::Channel& channel_;
    std::mutex mutex_;
    std::unordered_map<const http::TokenBuckets*, Inbox> inboxes_;
};

// What a node counted: its name, which of accounts::Limits::all(), what, and the key. parse gives false when
// it is not well formed.
struct CountedText {
    std::string sender{};
    std::size_t limit = 0;
    accounts::Counted counted = accounts::Counted::one_more;
    std::string key{};
};
std::string render_counted(const CountedText& counted);
bool parse_counted(std::string_view text, CountedText& counted);

// What one thread tells: its name, and a line for each client. parse gives the sender, and the entries that
// are well formed.
std::string render_taken(std::string_view sender, const std::vector<http::Taken>& taken);
std::string_view parse_taken(std::string_view text, std::vector<http::Taken>& taken);

}  // namespace haat::app
