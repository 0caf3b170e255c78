#include "platform/http/postman_visit.hpp"

namespace haat::http {
namespace {

constexpr std::string_view kKeepTokens =
    R"(keep("accessToken", data.accessToken); keep("refreshToken", data.refreshToken);)";
constexpr std::string_view kCredentials = R"({"email":"{{email}}","password":"{{password}}"})";

// `run` is new at every run, so that names are free whatever the shop holds.
constexpr Step kVisit[] = {
    {.endpoint = "status"},
    {.endpoint = "livez"},
    {.endpoint = "readyz"},
    {.endpoint = "metrics"},
    {.endpoint = "openapi"},

    {.endpoint = "register_user",
     .patch = R"({"email":"{{email}}","password":"{{password}}","adminKey":"{{adminKey}}"})"},
    {.endpoint = "log_in", .patch = kCredentials, .keep = kKeepTokens},
    {.endpoint = "refresh_token",
     .keep = R"(keep("accessToken", data.accessToken);)",
     .token = "{{refreshToken}}"},
    {.endpoint = "get_profile"},
    {.endpoint = "update_user", .patch = R"({"email":null,"password":null,"currentPassword":null})"},
    {.endpoint = "upload_avatar"},
    // These need a code from a mail: what is checked is how they refuse a wrong one.
    {.endpoint = "verify_email",
     .query = "code=not-the-code",
     .refused = ErrorCode::invalid_verification_code},
    {.endpoint = "forget_password", .patch = R"({"email":"{{email}}"})"},
    {.endpoint = "verify_otp",
     .patch = R"({"email":"{{email}}","otp":"not-it"})",
     .refused = ErrorCode::invalid_otp},
    {.endpoint = "reset_password",
     .patch = R"({"email":"{{email}}"})",
     .refused = ErrorCode::reset_incomplete},
    {.endpoint = "make_admin", .patch = R"({"email":"{{email}}"})"},
    {.endpoint = "log_in", .patch = kCredentials, .keep = kKeepTokens},  // a new role ends old sessions
    {.endpoint = "list_sessions",
     .keep = R"(const mine = data.find((one) => one.current); keep("sessionId", mine.id || mine._id);)"},

    {.endpoint = "create_category",
     .patch = R"({"name":"Category {{run}}"})",
     .keep = R"(keep("categoryId", data._id);)"},
    {.endpoint = "list_categories"},
    {.endpoint = "get_category", .path = {"{{categoryId}}"}},
    {.endpoint = "update_category",
     .patch = R"({"name":"Category {{run}}, renamed"})",
     .path = {"{{categoryId}}"}},
    {.endpoint = "create_sub_category",
     .patch = R"({"name":"Subcategory {{run}}","category":["{{categoryId}}"]})",
     .keep = R"(keep("subCategoryId", data._id);)"},
    {.endpoint = "list_sub_categories"},
    {.endpoint = "list_sub_categories_of_category", .path = {"{{categoryId}}"}},
    {.endpoint = "get_sub_category", .path = {"{{subCategoryId}}"}},
    {.endpoint = "update_sub_category",
     .patch = R"({"name":"Subcategory {{run}}, renamed","category":["{{categoryId}}"]})",
     .path = {"{{subCategoryId}}"}},
    {.endpoint = "create_product",
     .patch =
         R"({"name":"Reading lamp {{run}}","category":["{{categoryId}}"],"subCategory":["{{subCategoryId}}"],)"
         R"("stock":10,"publish":true})",
     .keep = R"(keep("productId", data._id);)"},
    {.endpoint = "list_products", .query = "page=1&limit=10"},
    {.endpoint = "search_products", .query = "search=lamp&page=1&limit=10"},
    {.endpoint = "get_product", .path = {"{{productId}}"}},
    {.endpoint = "update_product",
     .patch =
         R"({"category":["{{categoryId}}"],"subCategory":["{{subCategoryId}}"],"stock":12,"publish":true})",
     .path = {"{{productId}}"}},

    {.endpoint = "add_to_cart",
     .patch = R"({"productId":"{{productId}}","quantity":1})",
     .keep = R"(keep("cartItemId", data._id);)"},
    {.endpoint = "view_cart"},
    {.endpoint = "count_cart"},
    {.endpoint = "change_quantity", .patch = R"({"quantity":2})", .path = {"{{cartItemId}}"}},
    {.endpoint = "remove_from_cart", .path = {"{{cartItemId}}"}},
    {.endpoint = "clear_cart"},

    {.endpoint = "add_address", .keep = R"(keep("addressId", data._id);)"},
    {.endpoint = "list_addresses"},
    {.endpoint = "update_address", .path = {"{{addressId}}"}},
    {.endpoint = "set_default_address", .path = {"{{addressId}}"}},
    {.endpoint = "delete_address", .path = {"{{addressId}}"}},

    {.endpoint = "upload_image", .keep = R"(keep("mediaPath", data.url.replace(/^https?:\/\/[^\/]+/, ""));)"},
    {.endpoint = "serve_media", .url = "{{baseUrl}}{{mediaPath}}"},

    {.endpoint = "delete_product", .path = {"{{productId}}"}, .at_the_end = true},
    {.endpoint = "delete_sub_category", .path = {"{{subCategoryId}}"}, .at_the_end = true},
    {.endpoint = "delete_category", .path = {"{{categoryId}}"}, .at_the_end = true},
    {.endpoint = "end_session", .path = {"{{sessionId}}"}, .at_the_end = true},
    {.endpoint = "log_in", .patch = kCredentials, .keep = kKeepTokens, .at_the_end = true},
    {.endpoint = "log_out", .at_the_end = true},
    {.endpoint = "log_in", .patch = kCredentials, .keep = kKeepTokens, .at_the_end = true},
    {.endpoint = "log_out_post", .at_the_end = true},
};

constexpr Variable kVariables[] = {
    {"adminKey", "", "The server's ADMIN_SECRET_KEY: makes the account of this run an admin"},
    {"email", "shopper-{{run}}@example.com", "Of the account that this run registers"},
    {"password", "a long walk in the rain", "Its password"},
    {"run", "", "Set by the first request of a run"},
    {"accessToken", "", "Set by log_in and refresh_token"},
    {"refreshToken", "", "Set by log_in"},
    {"sessionId", "", "Set by list_sessions"},
    {"categoryId", "", "Set by create_category"},
    {"subCategoryId", "", "Set by create_sub_category"},
    {"productId", "", "Set by create_product"},
    {"cartItemId", "", "Set by add_to_cart"},
    {"addressId", "", "Set by add_address"},
    {"mediaPath", "", "Set by upload_image"},
};

}  // namespace

std::span<const Step> visit() { return kVisit; }
std::span<const Variable> visit_variables() { return kVariables; }

}  // namespace haat::http
