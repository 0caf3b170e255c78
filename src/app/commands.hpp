// What the program does, one function a command.
#pragma once

#include "app/cli.hpp"

namespace haat::app {

// The exit code.
int run(const Command& command);

}  // namespace haat::app
