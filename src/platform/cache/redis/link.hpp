// From an address to a connection that is ready for commands.
#pragma once

#include <memory>
#include <string>

#include "platform/async.hpp"
#include "platform/cache/redis/address.hpp"
#include "platform/cache/redis/stream.hpp"

namespace haat::cache::redis {

struct Link {
    std::shared_ptr<Stream> stream{};  // nullptr: there is none
    std::string problem{};             // then why, without secrets
};

// Connects, and logs in and chooses the database where the address says so. With sentinels it asks them, one
// after the other, for the master and makes sure that it is one. Takes at most timeout_ms for each server it
// asks. address and tls (nullptr: none) outlive it.
awaitable<Link> open_link(asio::io_context& context, const Address& address, Tls* tls,
                          std::int64_t timeout_ms);

}  // namespace haat::cache::redis
