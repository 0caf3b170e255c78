#include "platform/http/openapi.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>
#include <set>

#include "platform/http/tests/sample_routes.hpp"

namespace haat::http {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object document() { return openapi_document(sample::routes(), "1.2.3", "/"); }

value at(const value& from, std::string_view pointer) {
    return from.at_pointer({pointer.data(), pointer.size()});
}
std::set<std::string> keys(const value& from) {
    std::set<std::string> all;
    for (const auto& entry : from.as_object()) all.emplace(entry.key());
    return all;
}

std::set<std::string> codes(const value& operation, const std::string& status) {
    std::set<std::string> all;
    const auto slugs =
        at(operation, "/responses/" + status + "/content/application~1json/schema/properties/code/enum");
    for (const auto& slug : slugs.as_array()) all.emplace(slug.as_string());
    return all;
}

TEST(OpenApi, SaysWhatItIs) {
    const value made = document();
    EXPECT_EQ(at(made, "/openapi"), "3.1.0");
    EXPECT_EQ(at(made, "/info"), sample::json(R"({"title":"Haat","version":"1.2.3"})"));
    EXPECT_EQ(at(made, "/servers"), sample::json(R"([{"url":"/"}])"));
    EXPECT_EQ(at(made, "/tags"),
              sample::json(R"([{"name":"Operations"},{"name":"Users"},{"name":"Categories"}])"));
    EXPECT_EQ(boost::json::serialize(made), boost::json::serialize(document()))
        << "the same table, the same bytes";
}

TEST(OpenApi, HasEveryRouteOnceUnderItsPathAndMethod) {
    const value made = document();
    std::set<std::string> names;
    const auto paths = at(made, "/paths").as_object();
    for (const auto& path : paths) {
        EXPECT_EQ(path.key().find(':'), std::string_view::npos) << path.key();
        for (const auto& operation : path.value().as_object()) {
            EXPECT_TRUE(names.emplace(operation.value().at("operationId").as_string()).second);
        }
    }
    EXPECT_EQ(names.size(), sample::routes().size());
    EXPECT_EQ(keys(at(made, "/paths/~1api~1category~1{id}")), (std::set<std::string>{"get", "put"}));
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}~1of~1{shop}/delete/operationId"), "delete_category");
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}~1of~1{shop}/delete/parameters/1/name"), "shop");
}

TEST(OpenApi, TellsWhoMayCall) {
    const value made = document();
    const auto either = sample::json(R"([{"bearer":[]},{"cookie":[]}])");
    EXPECT_EQ(at(made, "/paths/~1api~1category~1all/get/security"), array{});
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}/get/security"),
              sample::json(R"([{},{"bearer":[]},{"cookie":[]}])"));
    EXPECT_EQ(at(made, "/paths/~1api~1user~1logout/get/security"), either);
    EXPECT_EQ(at(made, "/paths/~1api~1category~1create/post/security"), either);
    EXPECT_EQ(at(made, "/paths/~1api~1category~1all/get/x-access"), "open");
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}/get/x-access"), "optional");
    EXPECT_EQ(at(made, "/paths/~1api~1user~1logout/get/x-access"), "user");
    EXPECT_EQ(at(made, "/paths/~1api~1category~1create/post/x-access"), "admin");
    EXPECT_EQ(at(made, "/components/securitySchemes/cookie"),
              sample::json(R"({"type":"apiKey","in":"cookie","name":"accessToken"})"));
    EXPECT_EQ(at(made, "/components/securitySchemes/bearer/scheme"), "bearer");
}

TEST(OpenApi, DescribesParameters) {
    const value made = document();
    EXPECT_EQ(
        at(made, "/paths/~1api~1category~1all/get/parameters"),
        sample::json(
            R"([{"name":"page","in":"query","required":false,"schema":{"type":"string"},"description":"From 1"},
                       {"name":"search","in":"query","required":true,"schema":{"type":"string"},"description":"Words"}])"));
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}/get/parameters"),
              sample::json(R"([{"name":"id","in":"path","required":true,"schema":{"type":"string"}}])"));
}

TEST(OpenApi, DescribesBodies) {
    const value made = document();
    const auto create = at(made, "/paths/~1api~1category~1create/post/requestBody");
    EXPECT_EQ(create.at("required"), true);
    EXPECT_EQ(at(create, "/content/application~1json/example/name"), "Lamps");
    EXPECT_EQ(at(create, "/content/application~1json/schema/required"), sample::json(R"(["name","image"])"));
    EXPECT_EQ(at(create, "/content/application~1json/schema/properties/name/type"),
              sample::json(R"(["string","number"])"));
    EXPECT_EQ(at(made, "/paths/~1api~1category~1{id}/put/requestBody/required"), false)
        << "no body counts as {}, which is enough where nothing is required";
    const auto upload = at(made, "/paths/~1api~1user~1upload-avatar/put/requestBody");
    EXPECT_EQ(keys(upload.at("content")), (std::set<std::string>{"multipart/form-data"}));
    EXPECT_EQ(at(upload, "/content/multipart~1form-data/schema/required"), sample::json(R"(["avatar"])"));
    EXPECT_EQ(at(upload, "/content/multipart~1form-data/schema/properties/avatar/format"), "binary");
    EXPECT_FALSE(at(made, "/paths/~1api~1unheard-of/post").as_object().contains("requestBody"));
}

TEST(OpenApi, DescribesAnswers) {
    const value made = document();
    const auto create = at(made, "/paths/~1api~1category~1create/post/responses");
    EXPECT_EQ(at(create, "/201/content/application~1json/schema/properties/data/properties/_id/type"),
              "string");
    EXPECT_FALSE(create.as_object().contains("200"));
    EXPECT_FALSE(create.as_object().contains("304"));
    EXPECT_EQ(keys(at(made, "/paths/~1metrics/get/responses/200")), (std::set<std::string>{"description"}))
        << "what is no JSON has no schema";
    EXPECT_TRUE(at(made, "/paths/~1metrics/get/responses").as_object().contains("304"));
    EXPECT_FALSE(at(made, "/paths/~1api~1user~1logout/get/responses").as_object().contains("304"))
        << "a GET that changes something is never answered from a client's cache";
}

TEST(OpenApi, NamesTheErrorsOfEveryStatus) {
    const value made = document();
    const auto create = at(made, "/paths/~1api~1category~1create/post");
    using Set = std::set<std::string>;
    EXPECT_EQ(codes(create, "400"),
              (Set{"malformed_json", "not_an_object", "invalid_field", "category_incomplete"}));
    EXPECT_EQ(codes(create, "401"), (Set{"authentication_required", "invalid_token"}));
    EXPECT_EQ(codes(create, "403"), (Set{"admin_only", "cross_site_request"}));
    EXPECT_EQ(codes(create, "404"), (Set{"user_not_found"}));
    EXPECT_EQ(codes(create, "409"), (Set{"category_exists"}));
    EXPECT_EQ(codes(create, "413"), (Set{"body_too_large"}));
    EXPECT_EQ(codes(create, "415"), (Set{"unsupported_media_type", "unsupported_encoding"}));
    EXPECT_EQ(codes(create, "429"), (Set{"too_many_requests"}));
    EXPECT_EQ(codes(create, "503"), (Set{"overloaded", "unavailable"}));
    EXPECT_EQ(codes(create, "507"), (Set{"insufficient_storage"}));
    EXPECT_EQ(at(create, "/responses/409/content/application~1json/schema/$ref"),
              "#/components/schemas/Error");
    EXPECT_NE(at(create, "/responses/409/description").as_string().find("Category already exists"),
              std::string::npos);
    EXPECT_TRUE(at(create, "/responses/429").as_object().contains("headers"));

    EXPECT_EQ(keys(at(made, "/paths/~1metrics/get/responses")), (Set{"200", "304", "429", "500", "503"}));
    EXPECT_EQ(codes(at(made, "/paths/~1api~1category~1{id}/get"), "400"), (Set{"invalid_path"}));
    EXPECT_EQ(codes(at(made, "/paths/~1api~1user~1logout/get"), "403"), (Set{"cross_site_request"}))
        << "a GET with a side effect is guarded like a POST";
    EXPECT_EQ(codes(at(made, "/paths/~1api~1user~1upload-avatar/put"), "413"),
              (Set{"body_too_large", "image_too_large"}));
}

TEST(OpenApi, WhatIsAlwaysAnsweredIsNeverAskedTooOften) {
    auto route = sample::routes().front();
    const auto may_be = [&route](ErrorCode code) {
        const auto all = possible_errors(route);
        return std::ranges::find(all, code) != all.end();
    };
    EXPECT_TRUE(may_be(ErrorCode::too_many_requests));
    route.endpoint.always_answered = true;
    EXPECT_FALSE(may_be(ErrorCode::too_many_requests));
}

TEST(OpenApi, ListsPossibleErrorsInTheTablesOrderAndOnce) {
    for (auto route : sample::routes()) {
        route.endpoint.errors.push_back(ErrorCode::internal);  // named though every route has it
        const auto all = possible_errors(route);
        EXPECT_TRUE(std::ranges::is_sorted(all));
        EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
        for (const auto code : route.endpoint.errors) EXPECT_TRUE(std::ranges::find(all, code) != all.end());
    }
}

TEST(OpenApi, ListsEveryErrorCode) {
    const value made = document();
    const auto all = at(made, "/x-error-codes").as_array();
    ASSERT_EQ(all.size(), error_table().size());
    EXPECT_EQ(all.front(),
              sample::json(R"({"code":"bad_request","status":400,"message":"Bad request: {}"})"));
    EXPECT_EQ(at(made, "/components/schemas/Error/required"),
              sample::json(R"(["message","error","success","code","requestId"])"));
}

TEST(OpenApi, PointsOnlyAtWhatIsThere) {
    const value made = document();
    const auto text = boost::json::serialize(made);
    constexpr std::string_view kPointer = R"("$ref":"#)";
    std::size_t found = 0;
    for (auto where = text.find(kPointer); where != std::string::npos;
         where = text.find(kPointer, where + 1)) {
        const auto begin = where + kPointer.size();
        EXPECT_NO_THROW(at(made, text.substr(begin, text.find('"', begin) - begin)));
        ++found;
    }
    EXPECT_GT(found, 0U);
}

}  // namespace
}  // namespace haat::http
