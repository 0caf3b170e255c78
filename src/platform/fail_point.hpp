// Places where tests make the program fail or die, to see what is left. In builds without HAAT_FAILPOINTS
// (what users run) they do nothing.
//
// A test names what shall happen in the file that HAAT_FAIL_FILE names, as `POINT ACTION N`: at the N-th
// passing of POINT from then on (`*`: of any), once. ACTION: `kill` (as if the power went out), `throw` (an
// exception nobody foresaw), `no_memory` (std::bad_alloc), `unavailable` (the database fails), `leak` (memory
// that nobody frees). With `+` behind N: from then on, each time.
#pragma once

#include <string_view>

namespace haat {

// Where a failure may come from below: all actions. Any thread.
void fail_point(std::string_view name);

// Where nothing can throw, but the power may go out: kill only. Any thread.
void crash_point(std::string_view name) noexcept;

}  // namespace haat
