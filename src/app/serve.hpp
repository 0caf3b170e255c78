// `haat serve`.
#pragma once

#include "app/core.hpp"

namespace haat::app {

// Serves until SIGTERM or SIGINT; then lets what is under way finish. The exit code: 0 when all of it did.
int serve(Core& core);

}  // namespace haat::app
