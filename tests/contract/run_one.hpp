// A transaction's or reading's only statement.
#pragma once

#include "platform/db/database.hpp"

namespace haat::db {

inline awaitable<Rows> run_one(Session& session, const Query& query) {
    co_return co_await session.run(query);
}

}  // namespace haat::db
