#include "platform/db/postgres/errors.hpp"

#include <algorithm>
#include <array>

namespace haat::db::postgres {
namespace {

constexpr std::string_view kUnique = "23505";
constexpr std::string_view kForeignKey = "23503";
constexpr std::string_view kNotNull = "23502";
constexpr std::string_view kReadOnly = "25006";
constexpr std::string_view kSerialization = "40001";
constexpr std::string_view kDeadlock = "40P01";
constexpr std::string_view kCompletionUnknown = "40003";
constexpr std::string_view kDiskFull = "53100";
constexpr std::string_view kLockNotAvailable = "55P03";
constexpr std::string_view kQueryCanceled = "57014";
constexpr std::string_view kPlanChanged = "0A000";

// Classes of SQLSTATEs (their first two characters) that say that the server, not the statement, is at fault;
// beside those that end the session.
constexpr auto kServersFault = std::to_array<std::string_view>({"53", "58", "XX"});

// As the embedded engine names them.
std::string constraint_name(const ServerError& error, const UniqueColumns& unique_columns) {
    if (error.sqlstate == kForeignKey) return "foreign_key";
    if (error.sqlstate == kNotNull) return error.table + "." + error.column;
    if (error.sqlstate == kUnique) {
        const auto found = unique_columns.find(error.constraint);
        if (found != unique_columns.end()) return found->second;
    }
    return error.constraint;
}

bool is_servers_fault(std::string_view sqlstate) {
    return std::ranges::count(kServersFault, sqlstate.substr(0, 2)) > 0;
}

// Statements prepared before a migration changed the tables beneath them.
bool is_outdated_plan(const ServerError& error) {
    return error.sqlstate == kPlanChanged && error.message.contains("cached plan");
}

}  // namespace

std::exception_ptr to_exception(const ServerError& error, std::string_view query,
                                const UniqueColumns& unique_columns) {
    const std::string_view sqlstate = error.sqlstate;
    const std::string told = std::string{query} + ": " + error.sqlstate + " " + error.message;
    if (sqlstate.starts_with("23"))
        return std::make_exception_ptr(ConstraintViolation{constraint_name(error, unique_columns)});
    if (sqlstate == kSerialization || sqlstate == kDeadlock) return std::make_exception_ptr(Conflict{told});
    if (sqlstate == kDiskFull) return std::make_exception_ptr(StorageFull{told});
    if (sqlstate == kCompletionUnknown) return std::make_exception_ptr(CommitUncertain{told});
    if (sqlstate == kQueryCanceled) return std::make_exception_ptr(TimedOut{told});
    if (ends_session(error)) return std::make_exception_ptr(Unreachable{told});
    if (sqlstate == kReadOnly || sqlstate == kLockNotAvailable || sqlstate == kNoSuchStatement ||
        is_servers_fault(sqlstate) || is_outdated_plan(error)) {
        return std::make_exception_ptr(Unavailable{told});
    }
    return std::make_exception_ptr(StatementError{told});
}

bool ends_session(const ServerError& error) {
    const std::string_view sqlstate = error.sqlstate;
    return sqlstate != kQueryCanceled && (sqlstate.starts_with("08") || sqlstate.starts_with("57"));
}

bool spoils_connection(const ServerError& error) {
    return error.sqlstate == kReadOnly || error.sqlstate == kNoSuchStatement || ends_session(error) ||
           is_outdated_plan(error);
}

}  // namespace haat::db::postgres
