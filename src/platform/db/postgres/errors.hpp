// From the server's SQLSTATEs to the exceptions of db::Database.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/db/database.hpp"
#include "platform/db/postgres/pipeline.hpp"

namespace haat::db::postgres {

// `table.column` of the first column, by the name of the unique index.
using UniqueColumns = std::unordered_map<std::string, std::string>;

// 40001, 40P01: the transaction met another one and may be run again.
class Conflict final : public Unavailable {
public:
    using Unavailable::Unavailable;
};

// The server cannot be reached, or is lost. Any other Unavailable is of one that answers, or of ourselves.
class Unreachable final : public Unavailable {
public:
    using Unavailable::Unavailable;
};

// The statement took longer than its limit, or somebody cancelled it.
class TimedOut final : public Unavailable {
public:
    using Unavailable::Unavailable;
};

// The exception that a statement of this name throws.
std::exception_ptr to_exception(const ServerError& error, std::string_view query,
                                const UniqueColumns& unique_columns);

// The server ends the session: of a COMMIT that is answered so nobody knows.
bool ends_session(const ServerError& error);

// The connection is of no use afterwards: the server goes away, is read-only, or has lost its statements.
bool spoils_connection(const ServerError& error);

}  // namespace haat::db::postgres
