// `haat copy`: moves a whole shop from one database to another, whichever engines they are of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "platform/db/database.hpp"

namespace haat::copy {

// Rows that were read of those that have to be: each is read once to be copied, and once on either side to be
// compared.
using OnProgress = std::function<void(std::int64_t done, std::int64_t total)>;

struct CopyReport {
    std::int64_t rows = 0;    // of the whole shop, compared one by one
    std::int64_t copied = 0;  // by this run; fewer when an earlier one was cut
};

// Copies all rows, a few hundred a transaction, and then compares both databases: counts, and a checksum of
// each table. A run that was cut is taken up where it was, if it is of the same source. source names the
// database that is copied, without secrets. Both are migrated, and nobody writes to either meanwhile.
// Blocking: for a thread without an io_context. Throws std::runtime_error with a line for the operator when
// the target holds another shop or the comparison fails; what db::Database throws otherwise.
CopyReport copy_shop(db::Database& from, db::Database& to, std::string_view source,
                     const OnProgress& on_progress);

// The source of a copy into this database that was begun and not finished; empty when there is none.
std::string unfinished_copy(db::Database& database);

}  // namespace haat::copy
