// What the command line says. Every setting is also an option (`--frontend-url`) of every command.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "app/config/load.hpp"

namespace haat::app {

// Exit codes of the program; kBadConfig is EX_CONFIG of sysexits.h.
inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kBadConfig = 78;

enum class Action : std::uint8_t {
    serve,  // also when no command is named
    migrate,
    seed,
    copy,
    backup,
    restore,
    admin_create,
    admin_promote,
    admin_reset_password,
    health,
    doctor,
    config,
    openapi,
    postman,
    version,
};

struct SeedOptions {
    int products = 100;
    int users = 10;
    std::uint64_t seed = 1;  // the same seed makes the same shop
};

struct CopyOptions {
    std::string from;  // `sqlite:FILE` or `postgres://…`
    std::string to;    // likewise
};

struct BackupOptions {
    std::string file;         // to write to, or to read from
    bool force = false;       // restore: also over a database that is there
    bool check_only = false;  // restore: changes nothing
};

struct AdminOptions {
    std::string email;
    std::string name = "Administrator";  // admin create
    std::string password_file;     // its first line is the password; `-`: standard input; empty: see below
    bool random_password = false;  // make one and print it. Neither: ask on the terminal
};

struct Command {
    Action action = Action::serve;
    SeedOptions seed;
    CopyOptions copy;
    BackupOptions backup;
    AdminOptions admin;
    bool markdown = false;                    // config
    std::vector<config::Override> overrides;  // settings, for config::process_sources()
};

// The program ends here: with help, or because the line makes no sense.
struct Stop {
    int exit_code = kSuccess;
    std::string
        text;  // ends in a line feed; for standard output when exit_code is kSuccess, else standard error
};

// Arguments without the program's name. Values of settings are not judged here but by load_settings().
std::expected<Command, Stop> parse_command_line(std::span<const char* const> arguments);

// `haat 0.1.0`
std::string version_line();

}  // namespace haat::app
