// The account of a user, as the API shows it. What is secret about it is in no type that can be written.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/json/document.hpp"

namespace haat::accounts {

inline constexpr std::string_view kActive = "Active";
inline constexpr std::string_view kAdmin = "ADMIN";
inline constexpr std::string_view kUser = "USER";

struct UserFields {
    std::string name{};
    std::string email{};
    std::string avatar{};
    std::optional<std::int64_t> mobile{};
    bool verify_email = false;
    std::optional<Timestamp> last_login_date{};
    std::string status{kActive};
    std::vector<AddressId> address_details{};
    std::optional<AddressId> default_address{};
    std::vector<CartItemId> shopping_cart{};  // always empty: GET /api/cart has it
    std::vector<ObjectId> orderHistory{};
    std::string role{kUser};
};
BOOST_DESCRIBE_STRUCT(UserFields, (),
                      (name, email, avatar, mobile, verify_email, last_login_date, status, address_details,
                       default_address, shopping_cart, orderHistory, role))
using User = json::Document<UserFields>;

// `{"message":…,"error":false,"success":true,"data":…}`: the order that some account routes have.
template <class T>
struct AccountAnswer {
    std::string_view message;
    bool error = false;
    bool success = true;
    T data{};
    BOOST_DESCRIBE_CLASS(AccountAnswer, (), (message, error, success, data), (), ())
};

// `{"message":…,"success":true,"error":false}`
struct DoneAnswer {
    std::string_view message;
    bool success = true;
    bool error = false;
};
BOOST_DESCRIBE_STRUCT(DoneAnswer, (), (message, success, error))

}  // namespace haat::accounts
