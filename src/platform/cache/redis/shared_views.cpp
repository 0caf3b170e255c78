#include "platform/cache/redis/shared_views.hpp"

#include <boost/asio/this_coro.hpp>

#include "platform/cache/redis/client.hpp"
#include "platform/crypto/hash.hpp"

namespace haat::cache::redis {
namespace {

// An entry: 16 bytes of the MAC, the stamp's length as a byte, the stamp, the text.
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kHeadBytes = kMacBytes + 1;

}  // namespace

SharedViews::SharedViews(Redis& redis, std::string_view kind, crypto::Secret mac_key,
                         observe::Registry& metrics)
    : redis_{redis},
      prefix_{redis.key(kind) + ':'},
      mac_key_{std::move(mac_key)},
      looked_up_{metrics, "shared_" + std::string{kind}} {}

awaitable<std::optional<std::string>> SharedViews::get(std::string name, std::string stamp) {
    const auto executor = co_await asio::this_coro::executor;
    Client& client = redis_.on(executor.context());
    const std::string key = prefix_ + name;
    // By range: whatever lies there, no more than the largest entry is fetched.
    static const std::string last = std::to_string(kHeadBytes + kMaxStampBytes + kMaxTextBytes - 1);
    Batch question{"GETRANGE", key, "0", last};
    const Replies replies = co_await client.call(std::move(question));
    std::optional<std::string> found;
    const auto entry = replies ? replies->front().text() : std::nullopt;
    const std::size_t head = kHeadBytes + stamp.size();
    if (entry && entry->size() >= head && static_cast<unsigned char>((*entry)[kMacBytes]) == stamp.size() &&
        entry->substr(kHeadBytes, stamp.size()) == stamp) {
        const auto text = entry->substr(head);
        if (crypto::constant_time_equal(entry->substr(0, kMacBytes), mac(key, stamp, text))) found = text;
    }
    found ? looked_up_.hits.add() : looked_up_.misses.add();
    co_return found;
}

awaitable<> SharedViews::put(std::string name, std::string stamp, std::string text,
                             std::chrono::milliseconds ttl) {
    if (stamp.size() > kMaxStampBytes || text.size() > kMaxTextBytes) co_return;
    const auto executor = co_await asio::this_coro::executor;
    Client& client = redis_.on(executor.context());
    if (!client.is_available()) co_return;
    const std::string key = prefix_ + name;
    std::string entry = mac(key, stamp, text);
    entry += static_cast<char>(static_cast<unsigned char>(stamp.size()));
    entry += stamp;
    entry += text;
    const Batch batch{"SET", key, entry, "PX", std::to_string(ttl.count())};
    client.send(batch);
}

std::string SharedViews::mac(std::string_view key, std::string_view stamp, std::string_view text) const {
    std::string all;
    all.reserve(key.size() + stamp.size() + text.size() + 2);
    all.append(key).append(1, '\0').append(stamp).append(1, '\0').append(text);
    const auto digest = crypto::hmac_sha256(mac_key_.reveal(), all);
    return std::string{crypto::view(digest).substr(0, kMacBytes)};
}

}  // namespace haat::cache::redis
