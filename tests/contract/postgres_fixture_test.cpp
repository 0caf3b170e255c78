#include <gtest/gtest.h>

#include "tests/contract/postgres_database_fixture.hpp"

namespace haat::contract {
namespace {

TEST(PostgresFixture, TheDatabaseOfAUrlIsReplaced) {
    EXPECT_EQ(with_database("postgres://a:b@h:5433/postgres?sslmode=disable", "x"),
              "postgres://a:b@h:5433/x?sslmode=disable");
    EXPECT_EQ(with_database("postgresql://h", "x"), "postgresql://h/x");
    EXPECT_EQ(with_database("postgres:///postgres?host=/run/pg", "x"), "postgres:///x?host=/run/pg");
    EXPECT_EQ(with_database("postgres://?host=/run/pg", "x"), "postgres:///x?host=/run/pg");
}

TEST(PostgresFixture, ADatabaseIsNewAndGoesWithTheTest) {
    if (!FreshPostgres::is_available()) GTEST_SKIP() << FreshPostgres::kWhyNot;
    std::string name;
    {
        const FreshPostgres fresh;
        const FreshPostgres other;
        name = fresh.name();
        EXPECT_NE(name, other.name());
        EXPECT_EQ(fresh.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
        EXPECT_EQ(fresh.text("SELECT current_database()"), name);
        fresh.exec("CREATE TABLE t (a BIGINT)");
        EXPECT_THROW(fresh.exec("CREATE TABLE t (a BIGINT)"), std::runtime_error);
    }
    const FreshPostgres looking;
    EXPECT_EQ(looking.number("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), 0);
}

}  // namespace
}  // namespace haat::contract
