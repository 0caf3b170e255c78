// Outcomes that a caller can act on, and the one table that says how each looks on the wire.
//
// Three channels (docs/architecture.md): an outcome the caller can act on is a Result; an infrastructure
// failure is an Unavailable or another exception, caught once at the boundary; a broken invariant is a
// failed HAAT_ASSERT.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace haat {

enum class ErrorCode : std::uint16_t {
    // HTTP
    bad_request,
    malformed_json,
    not_an_object,
    invalid_field,
    invalid_page,
    invalid_path,
    route_not_found,
    method_not_allowed,
    body_too_large,
    uri_too_long,
    unsupported_media_type,
    unsupported_encoding,
    headers_too_large,
    too_many_requests,
    internal,
    overloaded,
    unavailable,
    insufficient_storage,
    // access
    authentication_required,
    invalid_token,
    admin_only,
    user_not_found,
    cross_site_request,
    // accounts
    registration_incomplete,
    invalid_email,
    weak_password,
    user_exists,
    login_incomplete,
    invalid_credentials,
    email_not_verified,
    invalid_verification_code,
    missing_refresh_token,
    invalid_refresh_token,
    email_in_use,
    reauthentication_required,
    email_required,
    otp_incomplete,
    invalid_otp,
    reset_incomplete,
    invalid_reset_token,
    new_password_required,
    session_not_found,
    // catalog
    category_incomplete,
    category_exists,
    invalid_category_id,
    category_not_found,
    nothing_to_update,
    sub_category_incomplete,
    sub_category_exists,
    invalid_sub_category_id,
    sub_category_not_found,
    product_incomplete,
    invalid_category_id_format,
    category_id_not_found,
    invalid_sub_category_id_format,
    sub_category_id_not_found,
    sub_category_not_in_categories,
    invalid_product_id,
    product_not_found,
    product_not_available,
    search_query_required,
    discount_out_of_range,
    negative_stock,
    negative_price,
    // cart
    product_already_in_cart,
    only_in_stock,
    invalid_cart_item_id,
    quantity_required,
    quantity_too_small,
    cart_item_not_found,
    product_gone,
    cart_full,
    // addresses
    address_incomplete,
    invalid_pincode,
    invalid_mobile,
    invalid_address_id,
    address_not_found,
    too_many_addresses,
    // media
    no_image,
    invalid_multipart,
    image_too_large,
    unsupported_image,
    media_not_found,
};

// Which of the two key orders of the contract an error body has.
enum class ErrorShape : std::uint8_t {
    by_route,  // what the route declares
    e,         // message, error, success
    f,         // message, success, error
};

struct ErrorInfo {
    ErrorCode code;
    std::uint16_t status;  // HTTP
    ErrorShape shape;
    std::string_view slug;     // stable, snake_case: clients may switch on it
    std::string_view message;  // `{}` stands for Error::detail
};

// The table, one row a code, in the order of the enum.
std::span<const ErrorInfo> error_table();
const ErrorInfo& info(ErrorCode code);

struct Error {
    ErrorCode code{};
    std::string field{};    // the one at fault, empty when there is none
    std::string detail{};   // fills the `{}` of the message
    int retry_after_s = 0;  // for 429 and 503: seconds after which a retry makes sense

    Error() = default;
    explicit(false) Error(ErrorCode code_, std::string field_ = {}, std::string detail_ = {})
        : code{code_}, field{std::move(field_)}, detail{std::move(detail_)} {}
};

// For 429 and 503: says when a retry makes sense.
inline Error retry_after(int seconds, ErrorCode code) {
    Error error{code};
    error.retry_after_s = seconds;
    return error;
}

// The message with its detail filled in.
std::string message_of(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

// co_return fail(ErrorCode::x, "field");
inline std::unexpected<Error> fail(ErrorCode code, std::string field = {}, std::string detail = {}) {
    return std::unexpected{Error{code, std::move(field), std::move(detail)}};
}

// Something that the program depends on does not answer, or a bounded queue is full: answered with 503
// and Retry-After. Its text goes to the log, never to a client.
class Unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// The disk is full: answered with 507 where something was to be stored.
class StorageFull : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace haat

// A broken invariant is a bug, and going on would spread it. Stays on in release builds.
#define HAAT_ASSERT(expression) \
    ((expression) ? static_cast<void>(0) : ::haat::assertion_failed(#expression, __FILE__, __LINE__))
