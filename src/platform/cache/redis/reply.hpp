// Commands to bytes, and bytes to replies (RESP 2). What comes from the network is bounded and typed: who
// asks a reply for a text gets one or nothing, whatever Redis sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;
struct redisReply;

namespace haat::cache::redis {

// A small value: copies share what was received.
class Reply {
public:
    Reply() = default;  // none
    explicit Reply(std::shared_ptr<const redisReply> reply) : reply_{std::move(reply)} {}

    // Of a string or a status; valid as long as the reply.
    [[nodiscard]] std::optional<std::string_view> text() const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] bool is_ok() const { return text() == "OK"; }
    // What Redis says went wrong: `WRONGTYPE Operation against …`.
    [[nodiscard]] std::optional<std::string_view> error() const;
    // Elements of an array; 0 and none for anything else.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] Reply at(std::size_t place) const;

private:
    std::shared_ptr<const redisReply> reply_;
};

// One a command, in their order; nullopt: Redis did not answer, and may or may not have done it.
using Replies = std::optional<std::vector<Reply>>;

inline constexpr std::size_t kReadBytes = 16 * 1024;  // at a time

// Makes replies of what is read from a connection.
class ReplyReader {
public:
    static constexpr std::size_t kMaxReplyBytes = 1024 * 1024;
    static constexpr std::size_t kMaxElements = 1'024;  // of an array

    ReplyReader();

    // Takes bytes and appends the replies that are complete. false: what came is not Redis' protocol, or is
    // too large; nothing more can be read from this connection.
    bool feed(std::string_view bytes, std::vector<Reply>& replies);

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    std::unique_ptr<redisReader, Free> reader_;
    std::size_t bytes_of_reply_ = 0;  // of the one that is incomplete
};

// Commands that go out together.
class Batch {
public:
    Batch() = default;
    Batch(std::initializer_list<std::string_view> words) { add(words); }

    Batch& add(std::initializer_list<std::string_view> words);

    [[nodiscard]] std::size_t commands() const { return commands_; }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t commands_ = 0;
};

}  // namespace haat::cache::redis
