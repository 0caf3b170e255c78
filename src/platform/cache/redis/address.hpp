// Where Redis is, as a URL says it:
//   redis://[user][:password@]host[:port][/database]
//   rediss://…                                        with TLS, certificates are checked
//   redis+sentinel://[user][:password@]host[:port],host…/name[/database]     sentinels, and what they watch
//   rediss+sentinel://…                               the same with TLS, to the sentinels too
// Queries: ?ca=FILE, the authorities to trust instead of the system's; ?cert=FILE&key=FILE, the client's own
// certificate. A character that means something in a URL is written as %xx in user, password and files.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "platform/crypto/secret.hpp"

namespace haat::cache::redis {

struct Host {
    std::string name{};  // or an IP address, without brackets
    std::uint16_t port = 0;

    friend bool operator==(const Host&, const Host&) = default;
};

struct Address {
    std::vector<Host> hosts{};  // the server; with a master's name: the sentinels
    std::string master{};       // what the sentinels call the server; empty: no sentinels
    std::string user{};         // empty: the default one
    crypto::Secret password{};  // empty: none
    int database = 0;
    bool tls = false;
    std::string ca_file{};  // these three are empty or, with TLS, files in PEM
    std::string cert_file{};
    std::string key_file{};
};

// The error says what is wrong, without the password.
std::expected<Address, std::string> parse_address(std::string_view url);

// `cache.example:6379`, `mymaster at s1:26379, s2:26379`: for logs and people.
std::string to_text(const Address& address);

// Whether the host can only be this machine: localhost, 127.0.0.0/8, ::1.
bool is_loopback(const Host& host);

}  // namespace haat::cache::redis
