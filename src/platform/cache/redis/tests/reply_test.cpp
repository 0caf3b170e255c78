#include "platform/cache/redis/reply.hpp"

#include <gtest/gtest.h>

#include <random>

namespace haat::cache::redis {
namespace {

// The replies in the bytes, fed in pieces of this size; nullopt when they are no replies.
std::optional<std::vector<Reply>> read(std::string_view bytes, std::size_t piece = 4'096) {
    ReplyReader reader;
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (!reader.feed(bytes.substr(at, piece), replies)) return std::nullopt;
    }
    return replies;
}

Reply one(std::string_view bytes) {
    const auto replies = read(bytes);
    EXPECT_TRUE(replies && replies->size() == 1) << bytes;
    return replies && !replies->empty() ? replies->front() : Reply{};
}

TEST(Reply, IsWhatItIsAndNothingElse) {
    const Reply text = one("$5\r\nhello\r\n");
    EXPECT_EQ(text.text(), "hello");
    EXPECT_FALSE(text.integer());
    EXPECT_FALSE(text.error());
    EXPECT_EQ(text.size(), 0U);
    EXPECT_FALSE(text.at(0).text());

    EXPECT_TRUE(one("+OK\r\n").is_ok());
    EXPECT_EQ(one(":42\r\n").integer(), 42);
    EXPECT_FALSE(one(":42\r\n").text());
    EXPECT_EQ(one("-OOM no\r\n").error(), "OOM no");
    EXPECT_FALSE(one("-OOM no\r\n").text());
    EXPECT_FALSE(one("$-1\r\n").text());
    EXPECT_FALSE(one("*-1\r\n").text());
    EXPECT_EQ(one(std::string_view{"$3\r\na\0b\r\n", 9}).text(), std::string_view("a\0b", 3));
}

TEST(Reply, ElementsOutliveTheirArray) {
    Reply element;
    {
        const Reply array = one("*2\r\n$1\r\na\r\n*1\r\n:7\r\n");
        ASSERT_EQ(array.size(), 2U);
        EXPECT_EQ(array.at(0).text(), "a");
        EXPECT_FALSE(array.at(2).text());
        element = array.at(1);
    }
    EXPECT_EQ(element.at(0).integer(), 7);
}

TEST(ReplyReader, TakesAnyPieces) {
    const std::string bytes = "+OK\r\n$5\r\nhello\r\n*2\r\n:1\r\n$-1\r\n-ERR x\r\n";
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        const auto replies = read(bytes, piece);
        ASSERT_TRUE(replies);
        ASSERT_EQ(replies->size(), 4U);
        EXPECT_EQ((*replies)[1].text(), "hello");
        EXPECT_EQ((*replies)[2].at(0).integer(), 1);
        EXPECT_EQ((*replies)[3].error(), "ERR x");
    }
}

TEST(ReplyReader, RefusesWhatIsNoReply) {
    for (const auto bytes : {"HTTP/1.1 200 OK\r\n", "!\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n", ":\r\n",
                             ":1x\r\n", "\r\n", "*1\r\nx\r\n"}) {
        EXPECT_FALSE(read(bytes)) << bytes;
    }
}

TEST(ReplyReader, BoundsArrays) {
    EXPECT_TRUE(read("*1024\r\n"));
    EXPECT_FALSE(read("*1025\r\n"));
    EXPECT_FALSE(read("*2147483647\r\n"));
    EXPECT_FALSE(read("*99999999999999999999\r\n"));
    std::string deep;
    for (int i = 0; i < 50; ++i) deep += "*1\r\n";
    EXPECT_FALSE(read(deep));
}

TEST(ReplyReader, BoundsOneReplyAndNotTheirNumber) {
    const std::string large(ReplyReader::kMaxReplyBytes - 100, 'x');
    const std::string reply = "$" + std::to_string(large.size()) + "\r\n" + large + "\r\n";
    std::string many;
    for (int i = 0; i < 5; ++i) many += reply;
    const auto replies = read(many);
    ASSERT_TRUE(replies);
    EXPECT_EQ(replies->size(), 5U);
    EXPECT_FALSE(read("$999999999\r\n" + std::string(ReplyReader::kMaxReplyBytes, 'x')));
    // An array of texts none of which is large.
    std::string array = "*1024\r\n";
    for (int i = 0; i < 1'023; ++i) array += "$2000\r\n" + std::string(2'000, 'x') + "\r\n";
    EXPECT_FALSE(read(array));
}

TEST(ReplyReader, SurvivesAnything) {
    std::minstd_rand random{7};
    const std::string alphabet = "*$+-:0123456789\r\n\r\n\r\nax";
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        for (auto i = random() % 40; i > 0; --i) bytes += alphabet[random() % alphabet.size()];
        static_cast<void>(read(bytes, 1 + random() % 8));
    }
}

TEST(Batch, IsBinarySafe) {
    Batch batch{"SET", std::string_view{"k\0", 2}, "a\r\nb"};
    batch.add({"PING"});
    EXPECT_EQ(batch.commands(), 2U);
    const std::string_view expected{"*3\r\n$3\r\nSET\r\n$2\r\nk\0\r\n$4\r\na\r\nb\r\n*1\r\n$4\r\nPING\r\n",
                                    45};
    EXPECT_EQ(batch.bytes(), expected);
}

}  // namespace
}  // namespace haat::cache::redis
