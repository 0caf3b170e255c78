#include "platform/http/postman.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "platform/http/postman_visit.hpp"
#include "platform/http/tests/sample_routes.hpp"

namespace haat::http {
namespace {

using boost::json::object;
using boost::json::value;

value collection() { return postman_collection(sample::routes(), "1.2.3", "http://localhost:3001"); }

// Every request in the order of a run.
std::vector<object> requests(const value& of) {
    std::vector<object> all;
    for (const auto& folder : of.at("item").as_array()) {
        for (const auto& item : folder.at("item").as_array()) all.push_back(item.as_object());
    }
    return all;
}

object first(const value& of, std::string_view name) {
    for (const auto& item : requests(of)) {
        if (item.at("name").as_string() == name) return item;
    }
    ADD_FAILURE() << name;
    return {};
}

std::string script(const object& item) {
    std::string all;
    for (const auto& event : item.at("event").as_array()) {
        for (const auto& line : event.at("script").at("exec").as_array())
            all.append(line.as_string()).append("\n");
    }
    return all;
}

TEST(Postman, IsACollectionWithItsVariables) {
    const auto made = collection();
    EXPECT_EQ(made.at("info").at("schema"),
              "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    std::set<std::string> names;
    for (const auto& variable : made.at("variable").as_array()) names.emplace(variable.at("key").as_string());
    for (const auto* wanted : {"baseUrl", "accessToken", "categoryId", "subCategoryId", "productId",
                               "cartItemId", "addressId", "sessionId"}) {
        EXPECT_TRUE(names.contains(wanted)) << wanted;
    }
    EXPECT_EQ(boost::json::serialize(made), boost::json::serialize(collection()));
}

TEST(Postman, HasEveryRouteInItsTagsFolderAndDeletesLast) {
    const auto made = collection();
    std::vector<std::string> folders;
    for (const auto& folder : made.at("item").as_array()) folders.emplace_back(folder.at("name").as_string());
    EXPECT_EQ(folders, (std::vector<std::string>{"Operations", "Users", "Categories", "Clean up"}));
    std::set<std::string> names;
    for (const auto& item : requests(made)) names.emplace(item.at("name").as_string());
    EXPECT_EQ(names.size(), sample::routes().size());
    EXPECT_TRUE(names.contains("unheard_of")) << "a route that the visit does not know is there too";
    EXPECT_EQ(made.at("item").as_array().back().at("item").as_array().front().at("name"), "delete_category");
}

TEST(Postman, PatchesTheExampleBody) {
    const auto made = collection();
    const auto body = [&](std::string_view name) {
        return sample::json(first(made, name).at("request").at("body").at("raw").as_string());
    };
    EXPECT_EQ(body("create_category"),
              sample::json(R"({"name":"Category {{run}}","image":"https://example.com/lamp.webp"})"));
    EXPECT_EQ(body("log_in"),
              sample::json(R"({"email":"{{email}}","password":"{{password}}","remember":true})"));
}

TEST(Postman, FillsPathsQueriesAndTokens) {
    const auto made = collection();
    const value get = first(made, "get_category").at("request");
    EXPECT_EQ(get.at("url"), sample::json(R"({"raw":"{{baseUrl}}/api/category/:id","host":["{{baseUrl}}"],
        "path":["api","category",":id"],"variable":[{"key":"id","value":"{{categoryId}}"}]})"));
    EXPECT_EQ(get.at("auth").at("bearer").at(0).at("value"), "{{accessToken}}");
    const value list = first(made, "list_categories").at("request");
    EXPECT_EQ(list.at("auth"), sample::json(R"({"type":"noauth"})"));
    EXPECT_EQ(list.at("url").at("query").at(0).at("disabled"), true)
        << "optional parameters are there to be filled in";
    const value verify = first(made, "verify_email").at("request");
    EXPECT_EQ(verify.at("url").at("raw"), "{{baseUrl}}/api/user/verify-user?code=not-the-code");
}

TEST(Postman, UploadsAPictureThatIsText) {
    const value request = first(collection(), "upload_avatar").at("request");
    const std::string body{request.at("body").at("raw").as_string()};
    EXPECT_NE(body.find("name=\"avatar\"; filename=\"pixel.gif\""), std::string::npos);
    EXPECT_NE(body.find("\r\n\r\nGIF89a"), std::string::npos);
    EXPECT_TRUE(body.ends_with(";\r\n--haat-upload--\r\n"));
    EXPECT_TRUE(std::ranges::all_of(body, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    EXPECT_EQ(request.at("header").at(0).at("value"), "multipart/form-data; boundary=haat-upload");
}

TEST(Postman, ChecksAnswersAndKeepsWhatLaterRequestsNeed) {
    const auto made = collection();
    const auto create = script(first(made, "create_category"));
    EXPECT_NE(create.find("have.status(201)"), std::string::npos);
    EXPECT_NE(create.find("application\\/json"), std::string::npos);
    EXPECT_NE(create.find(R"(keep("categoryId", data._id);)"), std::string::npos);
    EXPECT_EQ(script(first(made, "metrics")).find("json"), std::string::npos)
        << "what is no JSON is not checked as such";
    const auto verify = script(first(made, "verify_email"));
    EXPECT_NE(verify.find("have.status(400)"), std::string::npos);
    EXPECT_NE(verify.find(R"(eql("invalid_verification_code"))"), std::string::npos);
}

TEST(PostmanVisit, UsesNoVariableBeforeItIsKept) {
    std::set<std::string> known;
    for (const auto& variable : visit_variables()) {
        if (!variable.value.empty()) known.emplace(variable.name);
    }
    for (const auto* given : {"baseUrl", "adminKey", "run"}) known.emplace(given);
    static const std::regex use{R"(\{\{(\w+)\}\})"};
    static const std::regex keep{R"re(keep\("(\w+)")re"};
    std::vector<Step> order;
    for (const bool at_the_end : {false, true}) {
        std::ranges::copy_if(visit(), std::back_inserter(order),
                             [&](const Step& s) { return s.at_the_end == at_the_end; });
    }
    EXPECT_EQ(order.size(), visit().size());
    for (const auto& step : order) {
        const auto text = std::string{step.patch} + std::string{step.path[0]} + std::string{step.path[1]} +
                          std::string{step.query} + std::string{step.url};
        for (std::sregex_iterator it{text.begin(), text.end(), use}, end; it != end; ++it) {
            EXPECT_TRUE(known.contains((*it)[1])) << step.endpoint << " uses " << (*it)[1];
        }
        const std::string kept{step.keep};
        for (std::sregex_iterator it{kept.begin(), kept.end(), keep}, end; it != end; ++it)
            known.insert((*it)[1]);
    }
    for (const auto& variable : visit_variables()) {
        const bool given = variable.name == "adminKey" || variable.name == "run";
        EXPECT_TRUE(given || known.contains(std::string{variable.name})) << variable.name << " is never set";
    }
}

TEST(PostmanVisit, PatchesAreObjects) {
    for (const auto& step : visit()) {
        if (step.patch.empty()) continue;
        EXPECT_TRUE(sample::json(step.patch).is_object()) << step.endpoint;
    }
}

}  // namespace
}  // namespace haat::http
