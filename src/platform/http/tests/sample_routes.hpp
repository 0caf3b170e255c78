// A small route table with every kind of access and body, for tests of what is made from it.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/route.hpp"
#include "platform/json/decode.hpp"
#include "platform/json/schema.hpp"

namespace haat::http::sample {

inline boost::json::value json(std::string_view text) {
    return boost::json::parse({text.data(), text.size()});
}

inline constexpr std::array<std::string_view, 2> kRequired{"name", "image"};

struct CategoryInput {
    std::string name, image;
    std::optional<std::vector<std::string>> tags;
    static constexpr json::Rules rules{.required = kRequired, .incomplete = ErrorCode::category_incomplete};
};
BOOST_DESCRIBE_STRUCT(CategoryInput, (), (name, image, tags))

struct UpdateInput {
    std::optional<std::string> name;
    std::optional<bool> publish;
    std::optional<Money> price;
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(UpdateInput, (), (name, publish, price))

struct Category {
    std::string name, image;
    std::optional<std::string> note;
    json::RawObject more;
};
BOOST_DESCRIBE_STRUCT(Category, (), (name, image, note, more))

struct Answer {
    std::string message;
    json::Document<Category> data;
    bool success = true;
    bool error = false;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (message, data, success, error))

inline Endpoint endpoint(std::string_view name, std::string_view tag) {
    Endpoint made;
    made.name = name;
    made.summary = "What it does.";
    made.tag = tag;
    made.answer = json::answer_schema<Answer>;
    return made;
}

inline Endpoint with_body(Endpoint made, json::SchemaOf input, std::string_view example) {
    made.body = BodyKind::json;
    made.input = input;
    made.example = example;
    return made;
}

inline Endpoint with_upload(Endpoint made, std::string_view field) {
    made.body = BodyKind::upload;
    made.upload_field = field;
    made.errors = {ErrorCode::no_image, ErrorCode::image_too_large};
    return made;
}

inline Endpoint create_category() {
    auto made = with_body(endpoint("create_category", "Categories"), json::input_schema<CategoryInput>,
                          R"({"name":"Lamps","image":"https://example.com/lamp.webp"})");
    made.status = 201;
    made.errors = {ErrorCode::category_exists, ErrorCode::category_incomplete};
    return made;
}

inline Endpoint update_category() {
    auto made = with_body(endpoint("update_category", "Categories"), json::input_schema<UpdateInput>,
                          R"({"name":"New"})");
    made.errors = {ErrorCode::invalid_category_id, ErrorCode::category_not_found};
    return made;
}

inline Endpoint list_categories() {
    auto made = endpoint("list_categories", "Categories");
    made.query = {{"page", "From 1"}, {"search", "Words", true}};
    return made;
}

inline Endpoint log_out() {
    auto made = endpoint("log_out", "Users");
    made.changes_state_on_get = true;
    return made;
}

inline Endpoint metrics() {
    auto made = endpoint("metrics", "Operations");
    made.answer = nullptr;
    return made;
}

inline Endpoint verify_email() {
    auto made = endpoint("verify_email", "Users");
    made.query = {{"code", "From the mail", true}};
    made.errors = {ErrorCode::invalid_verification_code};
    return made;
}

inline RouteTable routes() {
    using enum Method;
    const auto log_in = with_body(endpoint("log_in", "Users"), json::input_schema<UpdateInput>,
                                  R"({"email":"a@example.com","password":"x","remember":true})");
    return {
        {get, "/metrics", Access::open, metrics()},
        {post, "/api/user/login", Access::open, log_in},
        {get, "/api/user/verify-user", Access::open, verify_email()},
        {get, "/api/user/logout", Access::user, log_out()},
        {put, "/api/user/upload-avatar", Access::user,
         with_upload(endpoint("upload_avatar", "Users"), "avatar")},
        {post, "/api/category/create", Access::admin, create_category()},
        {get, "/api/category/all", Access::open, list_categories(), Cache::public_},
        {get, "/api/category/:id", Access::optional, endpoint("get_category", "Categories")},
        {put, "/api/category/:id", Access::admin, update_category()},
        {delete_, "/api/category/:id/of/:shop", Access::admin, endpoint("delete_category", "Categories")},
        {post, "/api/unheard-of", Access::user, endpoint("unheard_of", "Users")},
    };
}

}  // namespace haat::http::sample
