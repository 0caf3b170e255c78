// A new, empty database on the PostgreSQL server of the tests; it is dropped with the test.
//
// HAAT_TEST_POSTGRES is the URL of a server where the test may make databases. Tests that need one skip
// themselves where it is not set:
//     if (!contract::FreshPostgres::is_available()) GTEST_SKIP() << contract::FreshPostgres::kWhyNot;
#pragma once

#include <cstdint>
#include <string>

namespace haat::contract {

class FreshPostgres {
public:
    static constexpr const char* kWhyNot = "HAAT_TEST_POSTGRES names no server";
    [[nodiscard]] static bool is_available();

    // On the server of HAAT_TEST_POSTGRES, or of this URL. Throws std::runtime_error.
    FreshPostgres();
    explicit FreshPostgres(std::string server_url);
    // With all that the database of this name holds, while nobody is connected to that.
    static FreshPostgres copy_of(const std::string& name);
    // Also ends what is still connected.
    ~FreshPostgres();
    FreshPostgres(const FreshPostgres&) = delete;
    FreshPostgres& operator=(const FreshPostgres&) = delete;

    // For open_postgres and migrate_postgres.
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    // Runs statements on a connection of their own, beside the program's. Throws std::runtime_error.
    void exec(const std::string& sql) const;
    // The first column of the one row that the statement gives.
    [[nodiscard]] std::string text(const std::string& sql) const;
    [[nodiscard]] std::int64_t number(const std::string& sql) const;

private:
    FreshPostgres(std::string server_url, const std::string& original);

    std::string server_url_;
    std::string name_;
    std::string url_;
};

// The same URL with another database's name.
std::string with_database(const std::string& url, const std::string& name);

}  // namespace haat::contract
