#include "app/shared_limits.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "platform/cache/redis/client.hpp"
#include "platform/crypto/random.hpp"

namespace haat::app {
namespace {

constexpr std::string_view kTopic = "requests";
constexpr std::string_view kFailuresTopic = "failures";
constexpr std::size_t kLimits = std::tuple_size_v<decltype(accounts::Limits{}.all())>;
constexpr std::size_t kMaxKeyBytes = 512;
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

void SharedLimits::share(accounts::Limits& limits) {
    const std::string me = crypto::random_hex(kSenderBytes);
    const auto all = limits.all();
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i]->share([this, me, i](accounts::Counted counted, std::string_view key) {
            channel_.publish(kFailuresTopic, render_counted({me, i, counted, std::string{key}}));
        });
    }
    channel_.subscribe(kFailuresTopic, [me, all](std::string_view text) {
        CountedText counted;
        if (parse_counted(text, counted) && counted.sender != me)
            all[counted.limit]->hear(counted.counted, counted.key);
    });
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

std::string render_counted(const CountedText& counted) {
    return counted.sender + '\n' + std::to_string(counted.limit) + static_cast<char>(counted.counted) +
           counted.key;
}

bool parse_counted(std::string_view text, CountedText& counted) {
    counted.sender = cut_line(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), counted.limit);
    if (error != std::errc{} || counted.limit >= kLimits) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.size() < 2 || text.size() > kMaxKeyBytes || !std::string_view{"+-."}.contains(text.front()))
        return false;
    counted.counted = static_cast<accounts::Counted>(text.front());
    counted.key = text.substr(1);
    return true;
}

}  // namespace haat::app
