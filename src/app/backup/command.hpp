// `haat backup` and `haat restore`, as they speak to people.
#pragma once

#include "app/cli.hpp"
#include "app/config/settings.hpp"

namespace haat::backup {

// The exit code. Throws std::runtime_error with a line for the operator.
int run(const app::Command& command, const config::Settings& settings);

}  // namespace haat::backup
