// What a client meets at a server of its own, over a socket.
#include "platform/http/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <optional>
#include <stdexcept>

#include "platform/http/server.hpp"

namespace haat::http {
namespace {

class NoAuthenticator final : public Authenticator {
public:
    awaitable<Result<Principal>> authenticate(const Request&) override {
        co_return fail(ErrorCode::authentication_required);
    }
};

class TroubledObserver final : public RequestObserver {
public:
    void finished(const RequestRecord&) override {
        if (is_troubled) throw std::bad_alloc{};
    }
    void cache_looked_up(bool) override {}
    void tick() override {}

    std::atomic<bool> is_troubled{false};
};

constexpr std::size_t kLargeBytes = 60 * 1024;

awaitable<Response> answer_of(std::size_t bytes) {
    Response response;
    response.body = std::string(bytes, 'x');
    co_return response;
}

Endpoint of_bytes(std::string_view name, std::size_t bytes) {
    return {.name = name, .summary = "", .tag = "", .handle = [bytes](Request&) { return answer_of(bytes); }};
}

Endpoint always_answered(Endpoint endpoint) {
    endpoint.always_answered = true;
    return endpoint;
}

Endpoint with_a_broken_sink() {
    return {.name = "broken",
            .summary = "",
            .tag = "",
            .body = BodyKind::upload,
            .handle = [](Request&) { return answer_of(1); },
            .make_sink = [](const Request&) -> std::unique_ptr<BodySink> {
                throw std::runtime_error{"a secret of the sink"};
            }};
}

class ConnectionTest : public testing::Test {
protected:
    void serve(const ServerLimits& limits, PipelineOptions options = {.rate_limits = false}) {
        pipeline_.emplace(table_, authenticator_, topic_, std::move(options),
                          [this](const Request&, std::string_view text) { faults_.emplace_back(text); });
        server_.emplace(*pipeline_, observer_,
                        ServerOptions{.host = "127.0.0.1", .port = 0, .limits = limits});
        server_->start();
    }

    // All that comes until the server ends the connection, which the last of the requests has to ask for.
    std::string ask(std::string_view requests) {
        asio::io_context context{1};
        Socket socket{context};
        socket.connect({asio::ip::address_v4::loopback(), server_->port()});
        boost::system::error_code ended;
        asio::write(socket, asio::buffer(requests), ended);
        std::string answers;
        asio::read(socket, asio::dynamic_buffer(answers), ended);
        return answers;
    }
    std::string get(std::string_view path) {
        return ask("GET " + std::string{path} + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    static std::string status_of(std::string_view answer) { return std::string{answer.substr(0, 12)}; }

    const RouteTable table_{
        {Method::get, "/small", Access::open, of_bytes("small", 1)},
        {Method::get, "/large", Access::open, of_bytes("large", kLargeBytes)},
        {Method::get, "/larger", Access::open, of_bytes("larger", 4 * kLargeBytes)},
        {Method::get, "/always", Access::open, always_answered(of_bytes("always", 1))},
        {Method::post, "/broken", Access::open, with_a_broken_sink()},
    };
    NoAuthenticator authenticator_;
    TroubledObserver observer_;
    const cache::Topic topic_;
    std::vector<std::string> faults_;  // of the server's thread
    std::optional<Pipeline> pipeline_;
    std::optional<Server> server_;
};

TEST_F(ConnectionTest, WhatThrowsBesideAHandlerIsAnsweredAndToldToTheLogAlone) {
    serve({});
    const auto answer = ask("POST /broken HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 500");
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("secret"), std::string::npos);
    server_.reset();
    EXPECT_EQ(faults_, std::vector<std::string>{"a secret of the sink"});
}

TEST_F(ConnectionTest, WhoCannotTellOfARequestTakesNobodysAnswer) {
    serve({});
    observer_.is_troubled = true;
    const auto answers =
        ask("GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(answers), "HTTP/1.1 200");
    EXPECT_NE(answers.find("HTTP/1.1 200", 1), std::string::npos) << "and the connection goes on";
}

TEST_F(ConnectionTest, WhatWatchesTheServerNeedsNoPlaceInFlight) {
    serve({.max_in_flight = 0});
    EXPECT_EQ(status_of(get("/small")), "HTTP/1.1 503");
    EXPECT_EQ(status_of(get("/always")), "HTTP/1.1 200");
}

TEST_F(ConnectionTest, WhatWatchesTheServerMayAskTooOften) {
    serve({}, {.rate_limits = true, .bucket = {.per_second = 0.001, .burst = 1}});
    EXPECT_EQ(status_of(get("/small")), "HTTP/1.1 200");
    EXPECT_EQ(status_of(get("/small")), "HTTP/1.1 429");
    EXPECT_EQ(status_of(get("/always")), "HTTP/1.1 200");
}

TEST_F(ConnectionTest, WhoIsTurnedAwayIsCounted) {
    serve({.max_connections = 0});
    get("/small");
    EXPECT_EQ(server_->refused_connections(), 1U);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ConnectionTest, AnAnswerForWhichThereIsNoRoomIsRefusedAndSmallOnesAreNot) {
    serve({.max_unsent_bytes = 2 * kLargeBytes});
    const auto refused = get("/larger");
    EXPECT_EQ(status_of(refused), "HTTP/1.1 503");
    EXPECT_NE(refused.find("\r\nRetry-After: 1\r\n"), std::string::npos);
    EXPECT_LT(refused.size(), kLargeBytes) << "nothing of it is left";
    EXPECT_EQ(status_of(get("/small")), "HTTP/1.1 200");
}

TEST_F(ConnectionTest, RoomForAnswersIsGivenBack) {
    serve({.max_unsent_bytes = 2 * kLargeBytes});
    for (int i = 0; i < 5; ++i) {
        const auto answer = get("/large");
        EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
        EXPECT_GT(answer.size(), kLargeBytes);
    }
}

}  // namespace
}  // namespace haat::http
