#include "tests/contract/postgres_database_fixture.hpp"

#include <postgresql/libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "platform/crypto/random.hpp"

namespace haat::contract {
namespace {

constexpr std::size_t kNameBytes = 6;

const char* server_of_the_tests() {
    const char* url = std::getenv("HAAT_TEST_POSTGRES");
    return url != nullptr && *url != '\0' ? url : nullptr;
}

// One that is here and does not answer is an error, not a reason to skip.
std::string needed_server() {
    const char* url = server_of_the_tests();
    if (url == nullptr) throw std::runtime_error{FreshPostgres::kWhyNot};
    return url;
}

struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};

std::string first_cell(const std::string& url, const std::string& sql) {
    const std::unique_ptr<PGconn, Close> connection{PQconnectdb(url.c_str())};
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw std::runtime_error{PQerrorMessage(connection.get())};
    const std::unique_ptr<PGresult, Close> result{PQexec(connection.get(), sql.c_str())};
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        throw std::runtime_error{sql + ": " + PQerrorMessage(connection.get())};
    if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return {};
    return PQgetvalue(result.get(), 0, 0);
}

}  // namespace

bool FreshPostgres::is_available() { return server_of_the_tests() != nullptr; }

FreshPostgres::FreshPostgres() : FreshPostgres{needed_server()} {}

FreshPostgres::FreshPostgres(std::string server_url) : FreshPostgres{std::move(server_url), "template1"} {}

FreshPostgres FreshPostgres::copy_of(const std::string& name) { return {needed_server(), name}; }

FreshPostgres::FreshPostgres(std::string server_url, const std::string& original)
    : server_url_{std::move(server_url)},
      name_{"haat_test_" + crypto::random_hex(kNameBytes)},
      url_{with_database(server_url_, name_)} {
    first_cell(server_url_, "CREATE DATABASE " + name_ + " TEMPLATE " + original);
}

FreshPostgres::~FreshPostgres() {
    try {
        first_cell(server_url_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        return;  // the server is gone, and the database with it
    }
}

void FreshPostgres::exec(const std::string& sql) const { static_cast<void>(first_cell(url_, sql)); }

std::string FreshPostgres::text(const std::string& sql) const { return first_cell(url_, sql); }

std::int64_t FreshPostgres::number(const std::string& sql) const { return std::stoll(text(sql)); }

std::string with_database(const std::string& url, const std::string& name) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) throw std::runtime_error{"not a URL of a PostgreSQL server"};
    const auto query = std::min(url.find('?', scheme), url.size());
    const auto path = std::min(url.find('/', scheme + 3), query);
    return url.substr(0, path) + "/" + name + url.substr(query);
}

}  // namespace haat::contract
