// `haat serve`.
#pragma once

#include "app/core.hpp"

namespace haat::app {

// Comes before the Core is made. Keeps SIGTERM and SIGINT for serve(): threads that are started before would
// get them, and the process would end where it is. And starts the log, so that what the Core says is in it.
void prepare_to_serve(const config::Settings& settings);

// Serves until SIGTERM or SIGINT; then lets what is under way finish. The exit code: 0 when all of it did.
int serve(Core& core);

}  // namespace haat::app
