#include "platform/db/postgres/errors.hpp"

#include <gtest/gtest.h>

namespace haat::db::postgres {
namespace {

// Whether a statement that fails so throws a T.
template <class T>
bool throws(const std::string& sqlstate) {
    ServerError error;
    error.sqlstate = sqlstate;
    try {
        std::rethrow_exception(to_exception(error, "test.query", {}));
    } catch (const T&) {
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

TEST(ServerErrors, TellAServerThatGoesFromOneThatAnswers) {
    for (const char* const gone : {"57P01", "57P02", "57P03", "08006"}) {
        EXPECT_TRUE(throws<Unreachable>(gone)) << gone;
    }
    for (const char* const there : {"57014", "53200", "55P03", "40001", "42703", "XX000"}) {
        EXPECT_FALSE(throws<Unreachable>(there)) << there;
    }
    for (const char* const later : {"57014", "53200", "55P03", "40001", "XX000", "58030", "57P01"}) {
        EXPECT_TRUE(throws<Unavailable>(later)) << later;
    }
    EXPECT_TRUE(throws<TimedOut>("57014"));
    EXPECT_TRUE(throws<StatementError>("42703"));
}

}  // namespace
}  // namespace haat::db::postgres
