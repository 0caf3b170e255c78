// Addresses in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addresses/documents.hpp"
#include "platform/db/database.hpp"

namespace haat::addresses {

inline constexpr std::int64_t kMaxAddresses = 100;  // of a user

// What an update sends; what is absent stays.
struct AddressChanges {
    std::optional<std::string> address_line{};
    std::optional<std::string> city{};
    std::optional<std::string> state{};
    std::optional<std::string> pincode{};
    std::optional<std::string> country{};
    std::optional<std::int64_t> mobile{};
};

// What is another user's is never found.
class AddressStore {
public:
    // Newest first.
    awaitable<std::vector<Address>> list(db::Session& session, UserId user) const;

    // Holds others who choose this user's default back until the transaction ends. Errors: user_not_found.
    awaitable<Result<void>> lock(db::Transaction& tx, UserId user) const;
    // Leaves the user without a default. The address that was it keeps its updatedAt.
    awaitable<> clear_default(db::Transaction& tx, UserId user) const;
    // On locked addresses. Errors: too_many_addresses.
    awaitable<Result<void>> insert(db::Transaction& tx, const Address& address) const;
    // On locked addresses without a default. Errors: address_not_found.
    awaitable<Result<Address>> make_default(db::Transaction& tx, UserId user, AddressId id) const;
    // Errors: address_not_found.
    awaitable<Result<Address>> update(db::Transaction& tx, UserId user, AddressId id,
                                      const AddressChanges& changes) const;
    // The deleted one. Errors: address_not_found.
    awaitable<Result<Address>> remove(db::Transaction& tx, UserId user, AddressId id) const;
};

}  // namespace haat::addresses
