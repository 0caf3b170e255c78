// Addresses, as other features see them.
#pragma once

#include <optional>
#include <vector>

#include "kernel/object_id.hpp"
#include "platform/db/database.hpp"

namespace haat::addresses {

// What a user's document names.
struct AddressBook {
    std::vector<AddressId> ids{};  // in the order in which they were added
    std::optional<AddressId> default_id{};
};

class Addresses {
public:
    // One statement.
    awaitable<AddressBook> book_of(db::Session& session, UserId user) const;
};

}  // namespace haat::addresses
