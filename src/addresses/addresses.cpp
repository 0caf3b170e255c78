#include "addresses/addresses.hpp"

namespace haat::addresses {
namespace {

constexpr db::Query kReadBook{
    "addresses.read_book", "SELECT id, is_default FROM addresses WHERE user_id = $1 ORDER BY created_at, id"};

}  // namespace

awaitable<AddressBook> Addresses::book_of(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kReadBook, user);
    AddressBook book;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto id = rows[i].id<AddressId>(0);
        book.ids.push_back(id);
        if (rows[i].boolean(1)) book.default_id = id;
    }
    co_return book;
}

}  // namespace haat::addresses
