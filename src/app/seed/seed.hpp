// `haat seed`: fills the shop with made-up categories, products, images and users.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "app/cli.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"

namespace haat::seed {

// Where everything goes.
struct Target {
    db::Database& database;
    cache::Topic& catalog;  // moves with every change
    std::filesystem::path data_directory;
    std::string public_base;  // what comes before `/media/` in an address, `https://shop.example`
};

// Both are called on the thread of run_seed().
struct Listener {
    // done of total documents and images are there.
    std::function<void(std::int64_t done, std::int64_t total)> on_progress = [](std::int64_t, std::int64_t) {
    };
    // The password of all users that this run adds, told before the first is added, so that a run that is
    // cut leaves no users whom nobody knows the password of. Not called when there are none to add.
    std::function<void(std::string_view password)> on_password = [](std::string_view) {};
};

// What was not there before.
struct SeedReport {
    std::int64_t images = 0;
    std::int64_t categories = 0;
    std::int64_t sub_categories = 0;
    std::int64_t products = 0;
    std::int64_t users = 0;
};

// Adds what is missing of the shop that options.seed makes, and changes nothing that is there: a run that
// was cut goes on where it was, and a second one adds nothing. Users are the same for every seed. Blocking,
// for minutes: for a thread without an io_context. Throws Unavailable, StorageFull, std::runtime_error; what
// was added until then stays.
SeedReport run_seed(const Target& target, const app::SeedOptions& options, const Listener& listener = {});

}  // namespace haat::seed
