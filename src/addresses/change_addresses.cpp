#include "addresses/change_addresses.hpp"

#include "addresses/rules.hpp"

namespace haat::addresses {
namespace {

bool is_empty(const UpdateAddressInput& in) {
    return !in.address_line && !in.city && !in.state && !in.pincode && !in.country && !in.mobile;
}

Result<Address> new_address(UserId user, const AddAddressInput& in) {
    const auto pincode = read_pincode(in.pincode);
    if (!pincode) return std::unexpected{pincode.error()};
    const auto mobile = read_mobile(in.mobile);
    if (!mobile) return std::unexpected{mobile.error()};
    const Timestamp now = Timestamp::now();
    return Address{.id = AddressId::make(),
                   .fields = {.address_line = in.address_line,
                              .city = in.city,
                              .state = in.state,
                              .pincode = *pincode,
                              .country = in.country,
                              .mobile = *mobile,
                              .status = true,
                              .userId = user},
                   .created_at = now,
                   .updated_at = now};
}

Result<AddressChanges> changes_of(const UpdateAddressInput& in) {
    if (is_empty(in)) return fail(ErrorCode::nothing_to_update);
    AddressChanges changes{
        .address_line = in.address_line, .city = in.city, .state = in.state, .country = in.country};
    if (in.pincode) {
        const auto pincode = read_pincode(*in.pincode);
        if (!pincode) return std::unexpected{pincode.error()};
        changes.pincode = *pincode;
    }
    if (in.mobile) {
        const auto mobile = read_mobile(*in.mobile);
        if (!mobile) return std::unexpected{mobile.error()};
        changes.mobile = *mobile;
    }
    return changes;
}

}  // namespace

awaitable<Result<Address>> ChangeAddresses::add(UserId user, const AddAddressInput& in) {
    const auto address = new_address(user, in);
    if (!address) co_return std::unexpected{address.error()};
    auto body = [&](db::Transaction& tx) { return insert(tx, *address); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Address>> ChangeAddresses::insert(db::Transaction& tx, const Address& address) {
    const UserId user = address.fields.userId;
    const auto locked = co_await store_.lock(tx, user);
    if (!locked) co_return std::unexpected{locked.error()};
    co_await store_.clear_default(tx, user);
    const auto inserted = co_await store_.insert(tx, address);
    if (!inserted) co_return std::unexpected{inserted.error()};
    tx.touch(profiles_, user.text());
    co_return address;
}

awaitable<Result<Address>> ChangeAddresses::update(UserId user, AddressId id, const UpdateAddressInput& in) {
    const auto changes = changes_of(in);
    if (!changes) co_return std::unexpected{changes.error()};
    auto body = [&](db::Transaction& tx) { return store_.update(tx, user, id, *changes); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Address>> ChangeAddresses::remove(UserId user, AddressId id) {
    auto body = [&](db::Transaction& tx) {
        tx.touch(profiles_, user.text());
        return store_.remove(tx, user, id);
    };
    co_return co_await db_.transact(body);
}

awaitable<Result<Address>> ChangeAddresses::set_default(UserId user, AddressId id) {
    auto body = [&](db::Transaction& tx) { return choose(tx, user, id); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Address>> ChangeAddresses::choose(db::Transaction& tx, UserId user, AddressId id) {
    const auto locked = co_await store_.lock(tx, user);
    if (!locked) co_return std::unexpected{locked.error()};
    co_await store_.clear_default(tx, user);
    tx.touch(profiles_, user.text());
    co_return co_await store_.make_default(tx, user, id);
}

}  // namespace haat::addresses
