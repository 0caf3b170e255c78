#include "media/cloudinary_store.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include "kernel/clock.hpp"
#include "platform/http/multipart.hpp"

namespace haat::media {
namespace {

constexpr std::string_view kSecret = "s3cr3t-key";

// An HTTP server for one request: keeps what it got and answers with what it was given. An empty answer: it
// never answers.
class OneAnswer {
public:
    explicit OneAnswer(std::string answer) : answer_{std::move(answer)} {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        const bool listens = listener_ >= 0 && ::bind(listener_, generic, size) == 0 &&
                             ::listen(listener_, 1) == 0 && ::getsockname(listener_, generic, &size) == 0;
        if (!listens) throw std::runtime_error{"no socket"};
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread{[this] { serve(); }};
    }
    ~OneAnswer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    // After the answer.
    [[nodiscard]] const std::string& head() const { return head_; }
    [[nodiscard]] const std::string& body() const { return body_; }

private:
    void serve() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        read_request(client);
        if (answer_.empty()) {
            char byte = 0;
            (void)::recv(client, &byte, 1, 0);  // until the client gives up
        }
        std::string_view rest{answer_};
        while (!rest.empty()) {
            const auto sent = ::send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
        ::close(client);
    }

    void read_request(int client) {
        std::string got;
        std::size_t wanted = std::string::npos;
        std::array<char, 16'384> buffer{};
        while (got.size() < wanted) {
            const auto size = ::recv(client, buffer.data(), buffer.size(), 0);
            if (size <= 0) break;
            got.append(buffer.data(), static_cast<std::size_t>(size));
            const auto end = got.find("\r\n\r\n");
            const auto length = got.find("Content-Length: ");
            if (wanted == std::string::npos && end != std::string::npos && length != std::string::npos) {
                wanted = end + 4 + std::stoul(got.substr(length + 16));
            }
        }
        const auto end = got.find("\r\n\r\n");
        head_ = got.substr(0, end);
        body_ = end == std::string::npos ? "" : got.substr(end + 4);
    }

    const std::string answer_;
    int listener_ = -1;
    int port_ = 0;
    std::string head_;
    std::string body_;
    std::jthread thread_;
};

std::string answer(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

const std::string kGood =
    R"({"public_id":"Ecommerce_images/abc","secure_url":"https://res.example/abc.webp"})";

CloudinarySettings settings(const std::string& base_url) {
    return {
        .base_url = base_url, .cloud_name = "demo", .api_key = "key123", .api_secret = std::string{kSecret}};
}

// What an upload throws; empty when it throws nothing.
std::string failure(CloudinarySettings with) {
    try {
        CloudinaryStore store{std::move(with)};
        (void)store.store("RIFFwebp");
    } catch (const Unavailable& error) {
        EXPECT_EQ(std::string_view{error.what()}.find(kSecret), std::string_view::npos);
        return error.what();
    }
    return "";
}

std::string failure_with(const std::string& whole_answer) {
    const OneAnswer server{whole_answer};
    return failure(settings(server.url()));
}

class Fields : public http::PartReceiver {
public:
    Result<void> begin_part(const http::PartHead& head) override {
        current_ = &values[head.name];
        if (head.kind == http::PartKind::file) file = head.name;
        return {};
    }
    Result<void> part_bytes(std::string_view bytes) override {
        current_->append(bytes);
        return {};
    }

    std::map<std::string, std::string> values{};
    std::string file{};

private:
    std::string* current_ = nullptr;
};

TEST(Cloudinary, SignatureIsThatOfTheDocumentation) {
    EXPECT_EQ(
        cloudinary_signature(
            "eager=w_400,h_300,c_pad|w_260,h_200,c_crop&public_id=sample_image&timestamp=1315060510", "abcd"),
        "bfd09f95f331f558cbd1320e67aa8d488770583e");
}

TEST(Cloudinary, SendsASignedUpload) {
    const std::string webp(300'000, '\xAB');
    StoredImage image;
    std::string head;
    Fields fields;
    {
        OneAnswer server{answer("200 OK", kGood)};
        CloudinaryStore store{settings(server.url())};
        image = store.store(webp).value();
        head = server.head();
        const auto type = head.substr(head.find("multipart/form-data"));
        http::MultipartParser parser{http::boundary_of(type.substr(0, type.find("\r\n"))).value(), fields};
        ASSERT_TRUE(parser.feed(server.body()));
        ASSERT_TRUE(parser.finish());
    }
    EXPECT_EQ(image.url, "https://res.example/abc.webp");
    EXPECT_EQ(image.public_id, "Ecommerce_images/abc");
    EXPECT_TRUE(head.starts_with("POST /v1_1/demo/image/upload HTTP/1.1\r\n")) << head;
    EXPECT_EQ(head.find(kSecret), std::string::npos);
    EXPECT_EQ(fields.values.size(), 5U);
    EXPECT_EQ(fields.file, "file");
    EXPECT_EQ(fields.values["file"], webp);
    EXPECT_EQ(fields.values["api_key"], "key123");
    EXPECT_EQ(fields.values["folder"], "Ecommerce_images");
    const auto& timestamp = fields.values["timestamp"];
    EXPECT_LT(Timestamp::now().ms / 1000 - std::stoll(timestamp), 60);
    EXPECT_EQ(fields.values["signature"],
              cloudinary_signature("folder=Ecommerce_images&timestamp=" + timestamp, kSecret));
}

TEST(Cloudinary, EveryBadAnswerIsUnavailable) {
    EXPECT_EQ(failure_with(answer("500 Internal Server Error", "oops")), "Cloudinary answered 500");
    EXPECT_EQ(failure_with(answer("401 Unauthorized", R"({"error":{"message":"Invalid Signature"}})")),
              "Cloudinary answered 401");
    EXPECT_EQ(failure_with(answer("302 Found\r\nLocation: http://127.0.0.1:1/", "")),
              "Cloudinary answered 302");
    const std::string senseless = "Cloudinary's answer makes no sense";
    for (const std::string body :
         {"", "{", "[]", "null", "{}", R"({"secure_url":"https://x/y.webp"})", R"({"public_id":"x"})",
          R"({"secure_url":1,"public_id":"x"})", R"({"secure_url":"javascript:x","public_id":"x"})",
          R"({"secure_url":"http://x/y.webp","public_id":"x"})",
          "{\"secure_url\":\"https://x/\xFF\",\"public_id\":\"x\"}"}) {
        EXPECT_EQ(failure_with(answer("200 OK", body)), senseless) << body;
    }
    EXPECT_NE(failure_with("nonsense\r\n\r\n"), "");
}

TEST(Cloudinary, AnAnswerIsBounded) {
    const auto padded = [](std::size_t size) { return kGood + std::string(size - kGood.size(), ' '); };
    EXPECT_EQ(failure_with(answer("200 OK", padded(CloudinaryStore::kMaxAnswerBytes))), "");
    EXPECT_EQ(failure_with(answer("200 OK", padded(CloudinaryStore::kMaxAnswerBytes + 1))),
              "Cloudinary's answer is too long");
}

TEST(Cloudinary, AServerThatHangsIsGivenUp) {
    const OneAnswer server{""};
    auto impatient = settings(server.url());
    impatient.timeout_ms = 200;
    const auto start = steady_ms();
    EXPECT_NE(failure(impatient), "");
    EXPECT_LT(steady_ms() - start, 3000);
}

TEST(Cloudinary, AServerThatIsNotThereIsUnavailable) {
    std::string url;
    {
        url = OneAnswer{"x"}.url();
    }
    EXPECT_NE(failure(settings(url)), "");
    EXPECT_NE(failure(settings("file:///etc")), "");
}

}  // namespace
}  // namespace haat::media
