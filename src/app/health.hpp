// `haat health`: whether the server of these settings is ready. For health checks of containers, which have
// no other program to ask with.
#pragma once

#include "app/config/settings.hpp"

namespace haat::app {

// kSuccess when GET /readyz is answered with 200 within 2 seconds; else one line on standard error and
// kFailure.
int check_health(const config::ServerSettings& server);

}  // namespace haat::app
