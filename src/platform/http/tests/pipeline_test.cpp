// The stages of a request.
#include "platform/http/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>

#include "platform/http/tests/made_requests.hpp"
#include "platform/run_sync.hpp"

namespace haat::http {
namespace {

// Knows the caller by a word in a header of its own.
class Doorman final : public Authenticator {
public:
    awaitable<Result<Principal>> authenticate(const Request& asked) override {
        ++asked_;
        const auto word = asked.header("X-Word").value_or("");
        if (word == "broken") throw Unavailable{"the secret address of the database"};
        if (word.empty()) co_return fail(ErrorCode::authentication_required);
        if (word == "wrong") co_return fail(ErrorCode::invalid_token);
        co_return Principal{.user = UserId::make(), .is_admin = word == "admin"};
    }
    [[nodiscard]] int asked() const { return asked_; }

private:
    int asked_ = 0;
};

class PipelineTest : public testing::Test {
protected:
    std::optional<ErrorCode> admit(Access access, Request& asked) {
        const Route to = route(access);
        const auto refused = run_sync(pipeline_.admit(to, asked));
        return refused ? std::optional{refused->code} : std::nullopt;
    }
    std::optional<ErrorCode> admit(Access access, std::string_view word) {
        Request asked = request(Method::put, {{"X-Word", word}});
        return admit(access, asked);
    }
    Response handle(Handler handler) {
        Route to = route(Access::open);
        to.endpoint.handle = std::move(handler);
        Request asked = request(Method::put);
        return run_sync(pipeline_.handle(to, asked));
    }

    const RouteTable table_{route(Access::user)};
    Doorman doorman_;
    const cache::Topic topic_;
    std::vector<std::string> faults_;
    Pipeline pipeline_{table_, doorman_, topic_, PipelineOptions{.origins = kOrigins},
                       [this](const Request&, std::string_view text) { faults_.emplace_back(text); }};
};

TEST_F(PipelineTest, AnOpenRouteAsksNobody) {
    EXPECT_EQ(admit(Access::open, "wrong"), std::nullopt);
    EXPECT_EQ(doorman_.asked(), 0);
}

TEST_F(PipelineTest, AnOptionalCallerIsKnownOrIgnored) {
    for (const auto* word : {"", "wrong", "broken"})
        EXPECT_EQ(admit(Access::optional, word), std::nullopt) << word;
    Request asked = request(Method::get, {{"X-Word", "user"}});
    EXPECT_EQ(admit(Access::optional, asked), std::nullopt);
    EXPECT_TRUE(asked.principal);
}

TEST_F(PipelineTest, AUsersRouteWantsAUserAndAnAdminsAnAdmin) {
    EXPECT_EQ(admit(Access::user, ""), ErrorCode::authentication_required);
    EXPECT_EQ(admit(Access::user, "wrong"), ErrorCode::invalid_token);
    EXPECT_EQ(admit(Access::user, "user"), std::nullopt);
    EXPECT_EQ(admit(Access::admin, ""), ErrorCode::authentication_required);
    EXPECT_EQ(admit(Access::admin, "user"), ErrorCode::admin_only);
    EXPECT_EQ(admit(Access::admin, "admin"), std::nullopt);
}

TEST_F(PipelineTest, WhoIsRefusedIsNotKnownToTheHandler) {
    Request asked = request(Method::put, {{"X-Word", "user"}});
    EXPECT_EQ(admit(Access::admin, asked), ErrorCode::admin_only);
    EXPECT_FALSE(asked.principal);
}

TEST_F(PipelineTest, WhenTheCallerCannotBeLookedUpItIsNotTheCallersFault) {
    EXPECT_EQ(admit(Access::user, "broken"), ErrorCode::unavailable);
    EXPECT_EQ(faults_, std::vector<std::string>{"the secret address of the database"});
}

TEST_F(PipelineTest, ACrossSiteRequestIsRefusedBeforeItsTokenIsLookedAt) {
    const std::vector<Header> headers{
        {"X-Word", "admin"}, {"Cookie", "accessToken=x"}, {"Sec-Fetch-Site", "cross-site"}};
    Request post = request(Method::post, headers);
    EXPECT_EQ(admit(Access::admin, post), ErrorCode::cross_site_request);
    EXPECT_EQ(doorman_.asked(), 0);
    Request get = request(Method::get, headers);
    EXPECT_EQ(admit(Access::admin, get), std::nullopt);
    Request bearer = request(Method::post, {{"X-Word", "admin"}, {"Sec-Fetch-Site", "cross-site"}});
    EXPECT_EQ(admit(Access::admin, bearer), std::nullopt) << "no browser sends that by itself";
}

std::optional<ErrorCode> check(BodyKind kind, std::vector<Header> headers,
                               std::optional<std::uint64_t> length = {}) {
    const auto error =
        Pipeline::check_body(route(Access::open, kind), request(Method::put, std::move(headers)), length);
    return error ? std::optional{error->code} : std::nullopt;
}

TEST(PipelineBody, JsonComesAsJsonInUtf8) {
    for (const auto* type :
         {"application/json", "Application/JSON", "application/json ; charset=utf-8",
          "application/json;charset=\"UTF-8\"", "application/json; charset=utf8", "application/json;"}) {
        EXPECT_EQ(check(BodyKind::json, {{"Content-Type", type}}), std::nullopt) << type;
    }
    for (const auto* type :
         {"", "text/plain", "application/jsonx", "application/json, text/html", "text/json",
          "application/json; charset=utf-16", "application/json; Charset=latin1",
          "application/json; charset=utf-81", "application/json; charset"}) {
        EXPECT_EQ(check(BodyKind::json, {{"Content-Type", type}}), ErrorCode::unsupported_media_type) << type;
    }
    EXPECT_EQ(check(BodyKind::json, {}), ErrorCode::unsupported_media_type);
    EXPECT_EQ(check(BodyKind::none, {{"Content-Type", "text/plain"}}), std::nullopt) << "it is thrown away";
}

TEST(PipelineBody, ACompressedOneIsNotTaken) {
    for (const auto kind : {BodyKind::none, BodyKind::json, BodyKind::upload}) {
        EXPECT_EQ(check(kind, {{"Content-Encoding", "gzip"}}), ErrorCode::unsupported_encoding);
    }
    EXPECT_EQ(check(BodyKind::upload, {{"Content-Encoding", "Identity"}}), std::nullopt);
}

TEST(PipelineBody, WhatIsAnnouncedAsTooLargeIsNotRead) {
    const std::vector<Header> json{{"Content-Type", "application/json"}};
    EXPECT_EQ(check(BodyKind::json, json, kMaxJsonBody), std::nullopt);
    EXPECT_EQ(check(BodyKind::json, json, kMaxJsonBody + 1), ErrorCode::body_too_large);
    EXPECT_EQ(check(BodyKind::none, {}, kMaxJsonBody + 1), ErrorCode::body_too_large);
    EXPECT_EQ(check(BodyKind::upload, {}, kMaxJsonBody + 1), std::nullopt) << "the sink has its own limit";
}

awaitable<Response> answer_ok(Request&) {
    co_return reply(201, DataAnswer<std::string>{.message = "m", .data = "d"});
}
awaitable<Response> answer_error(Request&) {
    co_return Response{Error{ErrorCode::invalid_field, "price", "price must be \"x\""}};
}
template <class Fault>
awaitable<Response> answer_throwing(Request&) {
    throw Fault{"the secret path of a file"};
    co_return Response{};
}

TEST_F(PipelineTest, AHandlersAnswerGoesThrough) {
    const auto answer = handle(answer_ok);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.body, R"({"message":"m","data":"d","success":true,"error":false})");
}

TEST_F(PipelineTest, AHandlersErrorBecomesTheAnswer) {
    const auto answer = handle(answer_error);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body,
              R"({"message":"price must be \"x\"","error":true,"success":false,"code":"invalid_field",)"
              R"("requestId":"id-1","field":"price"})");
}

TEST_F(PipelineTest, WhatAHandlerThrowsIsLoggedAndNotTold) {
    const std::pair<Handler, int> cases[] = {{answer_throwing<Unavailable>, 503},
                                             {answer_throwing<StorageFull>, 507},
                                             {answer_throwing<std::runtime_error>, 500}};
    for (const auto& [handler, status] : cases) {
        faults_.clear();
        const auto answer = handle(handler);
        EXPECT_EQ(answer.status, status);
        EXPECT_FALSE(answer.body.contains("secret")) << answer.body;
        EXPECT_EQ(faults_, std::vector<std::string>{"the secret path of a file"});
        const bool may_retry =
            std::ranges::any_of(answer.headers, [](auto& h) { return h.first == "Retry-After"; });
        EXPECT_EQ(may_retry, status == 503);
    }
}

TEST_F(PipelineTest, TheOrderOfKeysIsTheRoutesWhereTheTableSaysSo) {
    Route to = route(Access::open);
    const auto body = [&](ErrorCode code) {
        return pipeline_.render(Error{code}, &to, request(Method::put)).body;
    };
    to.endpoint.errors_look = ErrorShape::f;
    EXPECT_TRUE(body(ErrorCode::invalid_product_id).contains(R"("success":false,"error":true,"code")"));
    EXPECT_TRUE(body(ErrorCode::admin_only).contains(R"("error":true,"success":false,"code")"));
    to.endpoint.errors_look = ErrorShape::e;
    EXPECT_TRUE(body(ErrorCode::invalid_product_id).contains(R"("error":true,"success":false,"code")"));
    EXPECT_TRUE(body(ErrorCode::invalid_token).contains(R"("success":false,"error":true,"code")"));
}

TEST_F(PipelineTest, EveryErrorIsJsonWithItsCodeAndTheRequestsId) {
    for (const auto& row : error_table()) {
        const auto answer = pipeline_.render(Error{row.code, "f\"", "d\n"}, nullptr, request(Method::put));
        const auto body = boost::json::parse(answer.body).as_object();
        EXPECT_EQ(answer.status, row.status);
        EXPECT_EQ(body.at("code"), boost::json::string_view(row.slug.data(), row.slug.size()));
        EXPECT_EQ(body.at("requestId"), "id-1");
        EXPECT_EQ(body.at("field"), "f\"");
        EXPECT_TRUE(body.at("error").as_bool() && !body.at("success").as_bool());
    }
}

TEST_F(PipelineTest, A405NamesTheMethodsThatAreAllowed) {
    Request asked = request(Method::post);
    asked.path = "/x/1";
    const auto answer = pipeline_.render(Error{ErrorCode::method_not_allowed}, nullptr, asked);
    EXPECT_EQ(answer.headers.front(), (std::pair<std::string_view, std::string>{"Allow", "PUT"}));
}

TEST(PipelineCacheKey, RequestsWithOneKeyHaveOneAnswer) {
    Route list = route(Access::open);
    list.endpoint.query = {{.name = "page", .meaning = ""}, {.name = "q", .meaning = ""}};
    const auto key = [&](std::string_view query, std::string param = "") {
        Request asked = request(Method::get);
        asked.query = query;
        asked.params[0] = std::move(param);
        return Pipeline::cache_key(list, asked);
    };
    EXPECT_EQ(key("page=2&q=a"), key("q=a&page=2&tracking=1"));
    EXPECT_EQ(key("q=a%20b"), key("q=a+b"));
    EXPECT_EQ(key("q=a&q=b"), key("q=a")) << "the first counts";
    const std::string keys[] = {key(""),          key("page=2"),    key("q=2"),    key("page="),
                                key("page=2&q="), key("", "1"),     key("q=", ""), key("q=1&page=2"),
                                key("page=12"),   key("page=1&q=2")};
    EXPECT_EQ(std::set<std::string>(std::begin(keys), std::end(keys)).size(), std::size(keys));
    Route other = list;
    other.endpoint.name = "other";
    EXPECT_NE(Pipeline::cache_key(other, request(Method::get)), key(""));
}

}  // namespace
}  // namespace haat::http
