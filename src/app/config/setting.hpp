// One row of the table of settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haat::config {

struct Settings;
class Texts;

enum class Kind : std::uint8_t {
    text,
    secret,
    integer,
    duration,  // 900, 900s, 15m, 1h, 1d
    boolean,   // true, yes, on, 1 and their opposites
    choice,
    url,
    path,
    address,  // an IP address to listen on
    email,
    mailbox,   // `Name <address>` or an address
    database,  // sqlite:PATH or postgres://…
    redis,     // see platform/cache/redis/address.hpp
    origins,   // a list of scheme://host[:port], parted by commas
    networks,  // a list of addresses and address/prefix, parted by commas
};

struct Constraint {
    std::int64_t min = 0;  // integer; duration, in seconds
    std::int64_t max = 0;
    std::string_view words = {};  // choice: the words; url: the schemes; parted by |
};

struct Default {
    std::string_view text = {};                      // the value itself, or what compute() does, in words
    std::string (*compute)(const Texts&) = nullptr;  // from the settings that stand before this one
};

struct Setting {
    std::string_view group;
    std::string_view name;   // in the environment and in .env
    std::string_view alias;  // another name for the same, or empty
    Kind kind;
    Constraint constraint;
    Default fallback;
    std::string_view meaning;
    // Reads text into its member of Settings; false when the text is not what `allowed()` says.
    bool (*assign)(const Setting&, std::string_view text, Settings&);
};

// The table, in the order in which people read it: a computed default depends on earlier rows only.
std::span<const Setting> settings_table();

// By name or alias; null when there is none.
const Setting* find_setting(std::string_view name);

// The known name or alias that was probably meant, or nothing when none is near.
std::optional<std::string_view> nearest_setting(std::string_view name);

// `--frontend-url` for FRONTEND_URL.
std::string option_name(std::string_view name);

// What a value of this setting must be: `a whole number from 1 to 256`.
std::string allowed(const Setting& setting);

// The value for human eyes: `(set)` for a secret, no password in a URL.
std::string shown(const Setting& setting, std::string_view text);

// Whether the value may carry a password, and so stays out of messages.
bool is_confidential(const Setting& setting);

}  // namespace haat::config
