// The routes of addresses: always the caller's own.
#pragma once

#include "addresses/change_addresses.hpp"
#include "platform/http/route.hpp"

namespace haat::addresses {

class AddressHttp {
public:
    // profiles: keyed by user id, moves when the user has other addresses or another default.
    AddressHttp(db::Database& db, cache::Topic& profiles) : db_{db}, change_{db, profiles} {}

    http::Endpoint add_address();
    http::Endpoint update_address();
    http::Endpoint delete_address();
    http::Endpoint set_default_address();
    http::Endpoint list_addresses();

private:
    awaitable<http::Response> handle_add(http::Request& request);
    awaitable<http::Response> handle_update(http::Request& request);
    awaitable<http::Response> handle_delete(http::Request& request);
    awaitable<http::Response> handle_set_default(http::Request& request);
    awaitable<http::Response> handle_list(http::Request& request);

    db::Database& db_;
    AddressStore store_;
    ChangeAddresses change_;
};

}  // namespace haat::addresses
