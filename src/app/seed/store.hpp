// What seeding writes to the database. A row that is there already stays as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/seed/generator.hpp"
#include "catalog/documents.hpp"
#include "platform/db/database.hpp"

namespace haat::seed {

// Every call is a fixed number of statements, however many documents it takes. A few hundred at once are
// best: each batch is one JSON text.
class SeedStore {
public:
    struct Categories {
        std::vector<ObjectId> ids;  // in the order of what was inserted; another's where the name was taken
        std::int64_t added = 0;
    };

    awaitable<Categories> insert_categories(db::Transaction& tx,
                                            const std::vector<catalog::Category>& categories) const;
    // Puts each into its categories, also when the sub category was there.
    awaitable<Categories> insert_sub_categories(
        db::Transaction& tx, const std::vector<catalog::SubCategory>& sub_categories) const;

    // How many were not there. Links only what is new: a product that somebody has moved to another category
    // stays there.
    awaitable<std::int64_t> insert_products(db::Transaction& tx,
                                            const std::vector<catalog::Product>& products) const;

    // How many of the users are there, by id or e-mail address.
    awaitable<std::int64_t> count_users(db::Session& session, const std::vector<DemoUser>& users) const;
    // Active, verified, with the same password. How many were not there.
    awaitable<std::int64_t> insert_users(db::Transaction& tx, const std::vector<DemoUser>& users,
                                         std::string_view password_hash) const;
};

}  // namespace haat::seed
