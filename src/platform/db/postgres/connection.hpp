// One connection in pipeline mode on an io_context: statements go out as they come, and each caller goes on
// when its result is in. Belongs to the context's thread.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "platform/async.hpp"
#include "platform/db/postgres/errors.hpp"
#include "platform/db/postgres/pipeline.hpp"
#include "platform/db/postgres/values.hpp"

namespace haat::db::postgres {

class Connection;

// A statement and whoever waits for it; lies in the coroutine that awaits it. One that ends before its answer
// is in is forgotten by its connection.
struct Call {
    Call(const Query& query_, const Params& params_) : query{query_}, params{params_} {}
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    const Query& query;
    const Params& params;
    Rows rows{};
    bool committed = false;      // COMMIT was answered with COMMIT and no warning
    std::exception_ptr error{};  // in place of rows
    bool is_uncertain = false;   // the connection was lost: the server may have run it
    bool is_conflict = false;    // 40001, 40P01
    bool was_skipped = false;    // did not run, because of another statement; may be sent again
    bool done = false;
    std::move_only_function<void()> resume{};
    std::weak_ptr<Connection> sent_on{};  // until it is done
    Call* next_finished = nullptr;
};

// Suspends until the call is done.
awaitable<> wait_for(Call& call);

// A connection as the connector hands it over: set up, non-blocking, not yet in pipeline mode.
struct Opened {
    ConnectionHandle handle;
    std::shared_ptr<const UniqueColumns> unique_columns;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    // What the owner is told; on the context's thread, from its event loop or from within a member.
    struct Owner {
        virtual ~Owner() = default;
        virtual void on_idle(Connection& connection) = 0;  // nothing is under way any more
        virtual void on_lost(Connection& connection) = 0;  // once; of no use from now on
    };

    Connection(asio::io_context& context, Opened opened, Owner& owner);
    ~Connection();

    void start();

    // Hands the statement to libpq; its group is open until end_group(). Throws StatementError for values
    // that cannot be sent. When the connection is lost later, the call is done at the next turn of the event
    // loop; when it is lost already, at once.
    void send(Call& call) { send(call.query, call.params, &call); }
    // The same for a statement that nobody waits for.
    void send(const Query& query) { send(query, Params{}, nullptr); }
    // A sync, and off it goes.
    void end_group();
    // The group ends with the current turn of the event loop, so that statements of many callers share it.
    void end_group_soon();

    // In a group of its own.
    void send_alone(Call& call);

    // Nobody waits for its answer any more.
    void forget(const Call& call) noexcept;

    // Nothing more can be sent. Who waits gets Unavailable.
    void lose(const std::string& reason);
    // The context ends: nobody is resumed, their coroutines are destroyed.
    void abandon();
    // Not to be used again after what is under way.
    void retire() { retired_ = true; }

    [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
    [[nodiscard]] bool is_retired() const { return retired_; }
    // Takes a new transaction.
    [[nodiscard]] bool is_reusable() const;
    [[nodiscard]] const std::string& why_lost() const { return reason_; }
    [[nodiscard]] bool is_idle() const { return pipeline_.is_empty(); }
    [[nodiscard]] bool has_open_group() const { return pipeline_.is_open(); }
    [[nodiscard]] std::size_t in_flight() const { return pipeline_.in_flight(); }
    // steady_ms since which the server has owed the next result; 0 when it owes none.
    [[nodiscard]] std::int64_t waiting_since_ms() const { return waiting_since_ms_; }

private:
    using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

    void send(const Query& query, const Params& params, Call* call);
    Prepared& prepared(const Query& query, const Params& params, bool shares_group);
    void check(int sent, const char* what);
    void flush();
    void watch_readable();
    void watch_writable();
    void on_readable();
    void read();
    void take_results();
    void take_result(PGresult* result);
    void settle(const Pipeline::Answer& answer, PGresult* result);
    void fill(Call& call, const Pipeline::Answer& answer, PGresult* result);
    void finish(Call& call) noexcept;
    Call* take_finished() noexcept;
    void resume_finished();
    static void on_notice(void* connection, const PGresult* notice);

    asio::io_context& context_;
    ConnectionHandle handle_;
    Descriptor descriptor_;
    std::shared_ptr<const UniqueColumns> unique_columns_;
    Owner& owner_;
    Pipeline pipeline_;
    Arguments arguments_;
    std::deque<Prepared> statements_;
    std::unordered_map<const Query*, Prepared*> by_query_;
    Call* first_finished_ = nullptr;
    Call* last_finished_ = nullptr;
    std::string reason_;  // of the loss
    std::int64_t waiting_since_ms_ = 0;
    bool group_end_posted_ = false;
    bool writing_ = false;
    bool retired_ = false;
    bool warned_ = false;  // since the last result
};

}  // namespace haat::db::postgres
