#include "kernel/error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace haat {
namespace {

using enum ErrorCode;
using enum ErrorShape;

constexpr std::array kTable = std::to_array<ErrorInfo>({
    // clang-format off
    {bad_request,              400, by_route, "bad_request",              "Bad request: {}"},
    {malformed_json,           400, e,        "malformed_json",           "The request body is not valid JSON in UTF-8"},
    {not_an_object,            400, e,        "not_an_object",            "The request body must be a JSON object"},
    {invalid_field,            400, by_route, "invalid_field",            "{}"},
    {invalid_page,             400, by_route, "invalid_page",             "page and limit must be whole numbers from 1"},
    {invalid_path,             400, by_route, "invalid_path",             "Malformed path parameter"},
    {route_not_found,          404, e,        "route_not_found",          "Cannot {}"},
    {method_not_allowed,       405, e,        "method_not_allowed",       "Method {} is not allowed here"},
    {body_too_large,           413, by_route, "body_too_large",           "Request body too large"},
    {uri_too_long,             414, e,        "uri_too_long",             "Request target too long"},
    {unsupported_media_type,   415, by_route, "unsupported_media_type",   "Content-Type must be {}"},
    {unsupported_encoding,     415, by_route, "unsupported_encoding",     "Compressed request bodies are not supported"},
    {headers_too_large,        431, e,        "headers_too_large",        "Request headers too large"},
    {too_many_requests,        429, e,        "too_many_requests",        "Too many requests, please try again later"},
    {internal,                 500, by_route, "internal",                 "Something went wrong"},
    {overloaded,               503, e,        "overloaded",               "The server is busy, please try again"},
    {unavailable,              503, by_route, "unavailable",              "Temporarily unavailable, please try again"},
    {insufficient_storage,     507, by_route, "insufficient_storage",     "Not enough storage"},

    {authentication_required,  401, f,        "authentication_required",  "Authentication required"},
    {invalid_token,            401, f,        "invalid_token",            "Invalid or expired token"},
    {admin_only,               403, e,        "admin_only",               "Access denied. Admin only."},
    {user_not_found,           404, e,        "user_not_found",           "User not found"},
    {cross_site_request,       403, e,        "cross_site_request",       "Cross-site request refused"},

    {registration_incomplete,  400, e,        "registration_incomplete",  "Please Provide Name , Email and Password"},
    {invalid_email,            400, e,        "invalid_email",            "Invalid email address"},
    {weak_password,            400, e,        "weak_password",            "{}"},
    {user_exists,              409, e,        "user_exists",              "User Already Exists"},
    {login_incomplete,         400, e,        "login_incomplete",         "Email or password field is missing!"},
    {invalid_credentials,      400, e,        "invalid_credentials",      "Invalid email or password"},
    {email_not_verified,       403, e,        "email_not_verified",       "Please verify your email address first"},
    {invalid_verification_code,400, e,        "invalid_verification_code","Invalid Code"},
    {missing_refresh_token,    401, e,        "missing_refresh_token",    "Invalid token"},
    {invalid_refresh_token,    401, e,        "invalid_refresh_token",    "Invalid or expired token"},
    {email_in_use,             409, e,        "email_in_use",             "Email already in use"},
    {reauthentication_required,403, e,        "reauthentication_required","Please log in again or provide your current password"},
    {email_required,           400, e,        "email_required",           "Email is required"},
    {otp_incomplete,           400, e,        "otp_incomplete",           "Email and OTP are required"},
    {invalid_otp,              400, e,        "invalid_otp",              "Invalid OTP"},
    {reset_incomplete,         401, e,        "reset_incomplete",         "Unauthorized: missing reset token or email"},
    {invalid_reset_token,      403, e,        "invalid_reset_token",      "Invalid or expired reset token"},
    {new_password_required,    400, e,        "new_password_required",    "New password is required"},
    {session_not_found,        404, e,        "session_not_found",        "Session not found"},

    {category_incomplete,      400, by_route, "category_incomplete",      "Enter required fields: name and image"},
    {category_exists,          409, by_route, "category_exists",          "Category already exists"},
    {invalid_category_id,      400, by_route, "invalid_category_id",      "Invalid category ID"},
    {category_not_found,       404, by_route, "category_not_found",       "Category not found"},
    {nothing_to_update,        400, by_route, "nothing_to_update",        "Provide at least one field to update"},
    {sub_category_incomplete,  400, by_route, "sub_category_incomplete",  "Enter required fields: name, image, category"},
    {sub_category_exists,      409, by_route, "sub_category_exists",      "SubCategory already exists"},
    {invalid_sub_category_id,  400, by_route, "invalid_sub_category_id",  "Invalid subCategory ID"},
    {sub_category_not_found,   404, by_route, "sub_category_not_found",   "SubCategory not found"},
    {product_incomplete,       400, by_route, "product_incomplete",       "Required fields missing: name, image, category, subCategory, price"},
    {invalid_category_id_format, 400, by_route, "invalid_category_id_format", "Invalid category ID format"},
    {category_id_not_found,    400, by_route, "category_id_not_found",    "Category with ID {} not found"},
    {invalid_sub_category_id_format, 400, by_route, "invalid_sub_category_id_format", "Invalid subCategory ID format"},
    {sub_category_id_not_found,400, by_route, "sub_category_id_not_found","SubCategory with ID {} not found"},
    {sub_category_not_in_categories, 400, by_route, "sub_category_not_in_categories", "SubCategory {} does not belong to provided categories"},
    {invalid_product_id,       400, by_route, "invalid_product_id",       "Invalid product ID"},
    {product_not_found,        404, by_route, "product_not_found",        "Product not found"},
    {product_not_available,    403, by_route, "product_not_available",    "Product is not available"},
    {search_query_required,    400, by_route, "search_query_required",    "Search query is required"},
    {discount_out_of_range,    400, by_route, "discount_out_of_range",    "Discount must be between 0 and 100"},
    {negative_stock,           400, by_route, "negative_stock",           "Stock cannot be negative"},
    {negative_price,           400, by_route, "negative_price",           "Price cannot be negative"},

    {product_already_in_cart,  409, by_route, "product_already_in_cart",  "Product already in cart"},
    {only_in_stock,            400, by_route, "only_in_stock",            "Only {} items available in stock"},
    {invalid_cart_item_id,     400, by_route, "invalid_cart_item_id",     "Invalid cart item ID"},
    {quantity_required,        400, by_route, "quantity_required",        "Quantity is required"},
    {quantity_too_small,       400, by_route, "quantity_too_small",       "Quantity must be at least 1"},
    {cart_item_not_found,      404, by_route, "cart_item_not_found",      "Cart item not found"},
    {product_gone,             409, by_route, "product_gone",             "Product is no longer available"},
    {cart_full,                409, by_route, "cart_full",                "A cart holds at most {} different products"},

    {address_incomplete,       400, by_route, "address_incomplete",       "Enter required fields: address_line, city, state, pincode, country, mobile"},
    {invalid_pincode,          400, by_route, "invalid_pincode",          "Invalid pincode format (must be 6 digits)"},
    {invalid_mobile,           400, by_route, "invalid_mobile",           "Invalid mobile number format (must be 10 digits)"},
    {invalid_address_id,       400, by_route, "invalid_address_id",       "Invalid address ID"},
    {address_not_found,        404, by_route, "address_not_found",        "Address not found"},
    {too_many_addresses,       409, by_route, "too_many_addresses",       "An account holds at most {} addresses"},

    {no_image,                 400, by_route, "no_image",                 "No image file provided"},
    {invalid_multipart,        400, by_route, "invalid_multipart",        "Invalid upload: {}"},
    {image_too_large,          413, by_route, "image_too_large",          "The image is too large: {}"},
    {unsupported_image,        415, by_route, "unsupported_image",        "Only JPEG, PNG, WebP, GIF and AVIF images are accepted"},
    {media_not_found,          404, e,        "media_not_found",          "File not found"},
    // clang-format on
});

constexpr bool in_order() {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].code) != i) return false;
    }
    return true;
}
static_assert(in_order(), "one row a code, in the order of the enum");
static_assert(kTable.size() == static_cast<std::size_t>(media_not_found) + 1, "a code has no row");

}  // namespace

std::span<const ErrorInfo> error_table() { return kTable; }

const ErrorInfo& info(ErrorCode code) { return kTable.at(static_cast<std::size_t>(code)); }

std::string message_of(const Error& error) {
    const std::string_view pattern = info(error.code).message;
    const auto hole = pattern.find("{}");
    if (hole == std::string_view::npos) return std::string{pattern};
    std::string message{pattern.substr(0, hole)};
    message += error.detail;
    message += pattern.substr(hole + 2);
    return message;
}

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "haat: broken invariant: %s at %s:%d\n", expression, file, line);
    std::abort();
}

}  // namespace haat
