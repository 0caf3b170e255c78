#include "app/shared_limits.hpp"

#include <algorithm>
#include <charconv>

#include "platform/cache/redis/client.hpp"
#include "platform/crypto/random.hpp"

namespace haat::app {
namespace {

constexpr std::string_view kTopic = "requests";
constexpr std::size_t kSenderBytes = 8;
constexpr std::size_t kMaxClientBytes = 64;
constexpr int kMaxTokens = 1'000'000;

std::string_view cut_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

SharedLimits::SharedLimits(cache::redis::Redis& redis, cache::redis::Channel& channel)
    : redis_{redis}, channel_{channel} {
    channel_.subscribe(kTopic, [this](std::string_view text) { hear(text); });
}

void SharedLimits::exchange(http::TokenBuckets& buckets, asio::io_context& context, std::int64_t now_ms) {
    redis_.on(context);  // so that the connection is there before the first request wants it
    std::vector<http::Taken> heard;
    std::string sender;
    {
        const std::lock_guard lock{mutex_};
        Inbox& inbox = inbox_of(buckets);
        heard.swap(inbox.heard);
        sender = inbox.sender;
    }
    for (const auto& taken : heard) buckets.charge(taken, now_ms);
    const auto told = buckets.told();
    if (!told.empty()) channel_.publish(kTopic, render_taken(sender, told));
}

SharedLimits::Inbox& SharedLimits::inbox_of(const http::TokenBuckets& buckets) {
    const auto found = inboxes_.find(&buckets);
    if (found != inboxes_.end()) return found->second;
    return inboxes_.emplace(&buckets, Inbox{crypto::random_hex(kSenderBytes)}).first->second;
}

void SharedLimits::hear(std::string_view text) {
    std::vector<http::Taken> taken;
    const auto sender = parse_taken(text, taken);
    const std::lock_guard lock{mutex_};
    for (auto& [buckets, inbox] : inboxes_) {
        if (inbox.sender == sender) continue;
        const std::size_t room = kMaxHeard - std::min(kMaxHeard, inbox.heard.size());
        const auto end = taken.begin() + static_cast<std::ptrdiff_t>(std::min(room, taken.size()));
        inbox.heard.insert(inbox.heard.end(), taken.begin(), end);
    }
}

std::string render_taken(std::string_view sender, const std::vector<http::Taken>& taken) {
    std::string text{sender};
    for (const auto& each : taken) {
        text += '\n';
        text += std::to_string(each.tokens);
        text += ' ';
        text += each.client;
    }
    return text;
}

std::string_view parse_taken(std::string_view text, std::vector<http::Taken>& taken) {
    const auto sender = cut_line(text);
    while (!text.empty() && taken.size() < http::TokenBuckets::kMaxTold) {
        const auto line = cut_line(text);
        int tokens = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), tokens);
        const auto rest = line.substr(static_cast<std::size_t>(end - line.data()));
        if (error != std::errc{} || tokens < 1 || tokens > kMaxTokens || !rest.starts_with(' ')) continue;
        const auto client = rest.substr(1);
        if (client.empty() || client.size() > kMaxClientBytes) continue;
        taken.push_back({std::string{client}, tokens});
    }
    return sender;
}

}  // namespace haat::app
