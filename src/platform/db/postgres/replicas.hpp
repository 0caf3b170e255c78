// Reads that replicas take off the primary, without anybody reading what is out of date.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "platform/db/database.hpp"

namespace haat::db::postgres {

// A database whose reads go to streaming replicas in turn, and whose transactions go to the primary. A
// replica is good for a read when, in the read's own snapshot, it has all changes that this node, with a
// lease, has heard of (change_log.hpp): then whoever saw a write acknowledged finds it. Else the primary is
// asked, as it is when the replica is lost, has no connection to spare or refuses the statement. Not when the
// statement takes too long: that is thrown. For what only named topics tell the changes of, as those of the
// catalogue. Safe from any thread.
class ReplicaReads final : public Database {
public:
    // position: of the last change that this node has heard of; nullopt while it cannot be sure that there
    // are no later ones. All outlive this.
    ReplicaReads(Database& primary, std::vector<std::unique_ptr<Database>> replicas,
                 std::function<std::optional<std::int64_t>()> position);

    [[nodiscard]] std::string_view engine() const override { return primary_.engine(); }
    [[nodiscard]] bool is_shared() const override { return true; }
    void attach(asio::io_context& context) override;
    [[nodiscard]] awaitable<> ping() override { return primary_.ping(); }

    // Since the start: reads that a replica answered, and those that went to the primary although there are
    // replicas.
    [[nodiscard]] std::uint64_t served() const { return served_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t passed_on() const { return passed_on_.load(std::memory_order_relaxed); }

protected:
    [[nodiscard]] awaitable<> run_transaction(TransactionWork& work) override;
    [[nodiscard]] awaitable<> run_read(ReadWork& work) override;
    // A replica is asked in a snapshot, with its position.
    [[nodiscard]] awaitable<> run_read_one(ReadWork& work) override;
    [[nodiscard]] awaitable<> run_scan(ReadWork& work) override;

private:
    // A replica that is away is left alone for a second, and then tried by one read at a time.
    struct Replica {
        void heard_from();
        void missed(const char* why);
        void leave_alone();
        [[nodiscard]] bool may_be_asked(std::int64_t now_ms);

        std::unique_ptr<Database> database;
        std::atomic<bool> is_away{false};
        std::atomic<std::int64_t> away_until_ms{0};  // while it is
    };

    enum class Kind : std::uint8_t { read, read_one, scan };

    awaitable<> run_anywhere(ReadWork& work, Kind kind);
    awaitable<bool> run_on(Replica& replica, ReadWork& work, Kind kind,
                           std::int64_t position);  // false: it is not good for it
    Replica* next();

    Database& primary_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    std::function<std::optional<std::int64_t>()> position_;
    std::atomic<std::size_t> turn_{0};
    std::atomic<std::uint64_t> served_{0};
    std::atomic<std::uint64_t> passed_on_{0};
};

}  // namespace haat::db::postgres
