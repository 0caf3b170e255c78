// `page` and `limit` of a query.
#pragma once

#include "kernel/error.hpp"
#include "kernel/page.hpp"
#include "platform/http/request.hpp"

namespace haat::catalog {

// Absent or empty is the default; a limit above kMaxPageLimit counts as that. Errors: invalid_page where
// one is no whole number from 1.
Result<Page> read_page(const http::Request& request);

}  // namespace haat::catalog
