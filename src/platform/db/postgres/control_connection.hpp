// A connection for one thread that has nothing else to do: it waits, for a bounded time, and can be told to
// stop waiting. For what must not share the fate of the requests' connections (follower.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/db/postgres/target.hpp"
#include "platform/db/postgres/values.hpp"
#include "platform/db/row.hpp"

namespace haat::db::postgres {

// Wakes a thread that waits on a connection. Safe from any thread.
class Interruption {
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    void raise();  // from now on, for good
    [[nodiscard]] bool is_raised() const;
    [[nodiscard]] int descriptor() const { return descriptor_; }
    // Sleeps; false when it was raised before or meanwhile.
    [[nodiscard]] bool pause(std::int64_t duration_ms) const;

private:
    int descriptor_;
};

class ControlConnection {
public:
    static constexpr std::int64_t kStatementLimitMs = 2'000;

    // Blocks for some seconds at most. Throws Unavailable.
    ControlConnection(const Target& target, const Interruption& interruption);

    // One statement with text parameters. All columns come back as texts. Throws Unavailable when it fails,
    // takes too long or is interrupted; the connection is good for nothing then.
    Rows run(const char* sql, const std::vector<std::string>& params = {});

    // Waits until a notification comes, and swallows all that are there; false when none came in time. Throws
    // Unavailable.
    bool wait_for_notification(std::int64_t limit_ms);

private:
    bool wait_for_input(std::int64_t until_steady_ms);
    [[noreturn]] void give_up(std::string_view what);
    bool swallow_notifications();

    const Interruption& interruption_;
    ConnectionHandle connection_;
    bool has_session_ = false;  // a statement was answered
};

}  // namespace haat::db::postgres
