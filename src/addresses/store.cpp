#include "addresses/store.hpp"

namespace haat::addresses {
namespace {

using db::Query;

#define HAAT_ADDRESS_COLUMNS \
    "id, address_line, city, state, pincode, country, mobile, is_default, user_id, created_at, updated_at"

constexpr Query kListAddresses{"addresses.list",
                               "SELECT " HAAT_ADDRESS_COLUMNS
                               " FROM addresses WHERE user_id = $1 ORDER BY created_at DESC, id DESC"};
constexpr Query kCountAddresses{"addresses.count", "SELECT count(*) FROM addresses WHERE user_id = $1"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockOwner{"addresses.lock_owner", "SELECT id FROM users WHERE id = $1",
                           "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE"};
constexpr Query kClearDefault{"addresses.clear_default",
                              "UPDATE addresses SET is_default = 0 WHERE user_id = $1 AND is_default = 1"};
constexpr Query kInsertAddress{"addresses.insert", "INSERT INTO addresses (" HAAT_ADDRESS_COLUMNS
                                                   ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr Query kMakeDefault{
    "addresses.make_default",
    "UPDATE addresses SET is_default = 1, updated_at = $3 WHERE user_id = $1 AND id = $2 "
    "RETURNING " HAAT_ADDRESS_COLUMNS};
constexpr Query kUpdateAddress{
    "addresses.update",
    "UPDATE addresses SET address_line = coalesce($3, address_line), city = coalesce($4, city), "
    "state = coalesce($5, state), pincode = coalesce($6, pincode), country = coalesce($7, country), "
    "mobile = coalesce($8, mobile), updated_at = $9 WHERE user_id = $1 AND id = $2 "
    "RETURNING " HAAT_ADDRESS_COLUMNS};
constexpr Query kDeleteAddress{
    "addresses.delete",
    "DELETE FROM addresses WHERE user_id = $1 AND id = $2 RETURNING " HAAT_ADDRESS_COLUMNS};

Address to_address(const db::Row& row) {
    return {.id = row.id<AddressId>(0),
            .fields = {.address_line = row.str(1),
                       .city = row.str(2),
                       .state = row.str(3),
                       .pincode = row.str(4),
                       .country = row.str(5),
                       .mobile = row.int64(6),
                       .status = row.boolean(7),
                       .userId = row.id<UserId>(8)},
            .created_at = row.time(9),
            .updated_at = row.time(10)};
}

Result<Address> the_one_of(const db::Rows& rows) {
    if (rows.empty()) return fail(ErrorCode::address_not_found);
    return to_address(rows.front());
}

}  // namespace

awaitable<std::vector<Address>> AddressStore::list(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kListAddresses, user);
    co_return db::to_vector(rows, to_address);
}

awaitable<Result<void>> AddressStore::lock(db::Transaction& tx, UserId user) const {
    const db::Rows rows = co_await tx.run(kLockOwner, user);
    if (rows.empty()) co_return fail(ErrorCode::user_not_found);
    co_return Result<void>{};
}

awaitable<> AddressStore::clear_default(db::Transaction& tx, UserId user) const {
    co_await tx.run(kClearDefault, user);
}

awaitable<Result<void>> AddressStore::insert(db::Transaction& tx, const Address& address) const {
    const AddressFields& fields = address.fields;
    const db::Rows count = co_await tx.run(kCountAddresses, fields.userId);
    if (count.front().int64(0) >= kMaxAddresses) {
        co_return fail(ErrorCode::too_many_addresses, {}, std::to_string(kMaxAddresses));
    }
    co_await tx.run(kInsertAddress, address.id, fields.address_line, fields.city, fields.state,
                    fields.pincode, fields.country, fields.mobile, fields.status, fields.userId,
                    address.created_at, address.updated_at);
    co_return Result<void>{};
}

awaitable<Result<Address>> AddressStore::make_default(db::Transaction& tx, UserId user, AddressId id) const {
    const db::Rows rows = co_await tx.run(kMakeDefault, user, id, Timestamp::now());
    co_return the_one_of(rows);
}

awaitable<Result<Address>> AddressStore::update(db::Transaction& tx, UserId user, AddressId id,
                                                const AddressChanges& changes) const {
    const db::Rows rows =
        co_await tx.run(kUpdateAddress, user, id, changes.address_line, changes.city, changes.state,
                        changes.pincode, changes.country, changes.mobile, Timestamp::now());
    co_return the_one_of(rows);
}

awaitable<Result<Address>> AddressStore::remove(db::Transaction& tx, UserId user, AddressId id) const {
    const db::Rows rows = co_await tx.run(kDeleteAddress, user, id);
    co_return the_one_of(rows);
}

}  // namespace haat::addresses
