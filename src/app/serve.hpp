// `haat serve`.
#pragma once

#include "app/core.hpp"

namespace haat::app {

// Keeps SIGTERM and SIGINT for serve(). Before any thread is started, as they would get them otherwise, and
// the process would end where it is; so before the Core is made.
void block_stop_signals();

// Serves until SIGTERM or SIGINT; then lets what is under way finish. The exit code: 0 when all of it did.
int serve(Core& core);

}  // namespace haat::app
