// Adding, updating, deleting addresses, and choosing the default one.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "addresses/documents.hpp"
#include "addresses/store.hpp"
#include "platform/db/database.hpp"
#include "platform/json/decode.hpp"

namespace haat::addresses {

inline constexpr std::size_t kMaxTextBytes = 1'024;

struct AddAddressInput {
    std::string address_line{};
    std::string city{};
    std::string state{};
    json::Loose pincode{};
    std::string country{};
    json::Loose mobile{};
    static constexpr std::string_view kRequired[] = {"address_line", "city",    "state",
                                                     "pincode",      "country", "mobile"};
    static constexpr json::Rules rules{
        .required = kRequired, .incomplete = ErrorCode::address_incomplete, .max_text_bytes = kMaxTextBytes};
};
BOOST_DESCRIBE_STRUCT(AddAddressInput, (), (address_line, city, state, pincode, country, mobile))

struct UpdateAddressInput {
    std::optional<std::string> address_line{};
    std::optional<std::string> city{};
    std::optional<std::string> state{};
    std::optional<json::Loose> pincode{};
    std::optional<std::string> country{};
    std::optional<json::Loose> mobile{};
    static constexpr json::Rules rules{.max_text_bytes = kMaxTextBytes};
};
BOOST_DESCRIBE_STRUCT(UpdateAddressInput, (), (address_line, city, state, pincode, country, mobile))

// What is another user's is not found.
class ChangeAddresses {
public:
    ChangeAddresses(db::Database& db, cache::Topic& profiles) : db_{db}, profiles_{profiles} {}

    // The new one becomes the default. Errors: invalid_pincode, invalid_mobile, user_not_found,
    // too_many_addresses.
    awaitable<Result<Address>> add(UserId user, const AddAddressInput& in);
    // Errors: nothing_to_update, invalid_pincode, invalid_mobile, address_not_found.
    awaitable<Result<Address>> update(UserId user, AddressId id, const UpdateAddressInput& in);
    // Deleting the default leaves the user without one. Errors: address_not_found.
    awaitable<Result<Address>> remove(UserId user, AddressId id);
    // Errors: user_not_found, address_not_found.
    awaitable<Result<Address>> set_default(UserId user, AddressId id);

private:
    awaitable<Result<Address>> insert(db::Transaction& tx, const Address& address);
    awaitable<Result<Address>> choose(db::Transaction& tx, UserId user, AddressId id);

    db::Database& db_;
    cache::Topic& profiles_;
    AddressStore store_;
};

}  // namespace haat::addresses
