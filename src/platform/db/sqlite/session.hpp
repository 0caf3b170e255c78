// A Session on a connection of the embedded engine: every statement completes at once.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "platform/db/database.hpp"
#include "platform/db/sqlite/connection.hpp"
#include "platform/db/sqlite/writer.hpp"

namespace haat::db::sqlite {

inline Rows run_observed(Connection& connection, const Observe& observe, const Query& query,
                         const Params& params) {
    const auto begin = std::chrono::steady_clock::now();
    Rows rows = connection.run(query, params);
    observe(query, std::chrono::nanoseconds{std::chrono::steady_clock::now() - begin}.count());
    return rows;
}

class ReadSession final : public Session {
public:
    ReadSession(Connection& connection, const Observe& observe)
        : connection_{connection}, observe_{observe} {}
    awaitable<Rows> execute(const Query& query, Params params) override {
        co_return run_observed(connection_, observe_, query, params);
    }

private:
    Connection& connection_;
    const Observe& observe_;
};

// Runs one statement, which is a snapshot by itself.
class OneStatement final : public Session {
public:
    OneStatement(Connection& connection, const Observe& observe)
        : connection_{connection}, observe_{observe} {}
    awaitable<Rows> execute(const Query& query, Params params) override {
        if (std::exchange(used_, true))
            throw StatementError{std::string{query.name} + ": a second statement in read_one"};
        co_return run_observed(connection_, observe_, query, params);
    }

private:
    Connection& connection_;
    const Observe& observe_;
    bool used_ = false;
};

}  // namespace haat::db::sqlite
