// What settings alone tell of how safe a shop is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/settings.hpp"
#include "app/doctor.hpp"

namespace haat::app {

// Served to the world, by the looks of it: PUBLIC_URL is https.
bool in_production(const config::Settings& settings);

// Of each secret that is set. A short one is a warning, in production a failure; a well-known one always is.
std::vector<Finding> judge_secrets(const config::Settings& settings);

// Of where the shop's pages come from; nullopt where no such place is named. Without TLS, in production, is a
// failure.
std::optional<Finding> judge_pages(const config::Settings& settings);

// Of whom X-Forwarded-For is believed; nullopt where nobody is. All the world is a failure.
std::optional<Finding> judge_proxies(const config::Settings& settings);

// Why a shop is not to be served to the world: a line for each failure of these. None outside production.
std::vector<std::string> reasons_not_to_serve(const config::Settings& settings);

}  // namespace haat::app
