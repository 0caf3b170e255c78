#include "platform/db/postgres/pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "kernel/clock.hpp"
#include "platform/handoff.hpp"
#include "platform/memory.hpp"
#include "platform/observe/log.hpp"

namespace haat::db::postgres {
namespace {

constexpr std::chrono::milliseconds kTick{50};
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
constexpr Query kRollBack{"db.roll_back", "ROLLBACK"};

// To whom waited for too long, while so many connections are being opened.
std::string why_none(std::size_t opening) {
    if (opening == 0) return "waited too long for a connection to the database: all are in use";
    return "waited too long for a new connection to the database: the machine is busy, or a pooler before it "
           "has no session left (pgbouncer: default_pool_size)";
}

}  // namespace

Pool::Pool(asio::io_context& context, Connector& connector, const PoolLimits& limits, PoolFigures& figures)
    : context_{context},
      connector_{connector},
      limits_{limits},
      figures_{figures},
      door_{std::make_shared<Door>()},
      timer_{context} {
    door_->context = &context;
    door_->pool = this;
    open_missing();
}

Pool::~Pool() {
    {
        const std::lock_guard lock{door_->mutex};
        door_->context = nullptr;
        door_->pool = nullptr;
    }
    for (const auto* all : {&shared_, &exclusive_}) {
        for (const auto& connection : *all) connection->abandon();
        figures_.connections -= static_cast<std::int64_t>(all->size());
    }
    for (auto* queue : {&turns_, &shared_turns_}) {
        figures_.waiting -= static_cast<std::int64_t>(queue->size());
        for (Turn* turn : std::exchange(*queue, {})) {
            turn->is_queued = false;
            const auto destroyed = std::move(turn->resume);  // and the coroutine with it
        }
    }
}

void Pool::open(bool shared) {
    auto done = [door = door_, shared, opening = (shared ? opening_shared_ : opening_exclusive_).one_more()](
                    Opened made, std::string why_not) mutable {
        const std::lock_guard lock{door->mutex};
        if (door->context == nullptr) return;
        auto deliver = [door, shared, opening = std::move(opening), made = std::move(made),
                        why = std::move(why_not)]() mutable {
            opening.reset();
            if (door->pool != nullptr) door->pool->opened(shared, std::move(made), why);
        };
        asio::post(*door->context, std::move(deliver));
    };
    connector_.connect(shared, std::move(done));
}

void Pool::open_missing() {
    while (shared_.size() + opening_shared_.count() < limits_.shared) open(true);
    open_for(turns_.size());
}

void Pool::opened(bool shared, Opened made, const std::string& why_not) {
    if (made.handle) {
        take_up(shared, std::move(made));
        return serve_waiting();
    }
    if (shared_.empty() && shared) refuse(shared_turns_, kAll, why_not, true);
    if (exclusive_.empty() && !shared) refuse(turns_, kAll, why_not, true);
    open_missing();  // the connector waits before it tries again
}

void Pool::take_up(bool shared, Opened made) {
    Connection::Owner& owner = *this;
    const auto connection = std::make_shared<Connection>(context_, std::move(made), owner);
    (shared ? shared_ : exclusive_).push_back(connection);
    ++figures_.connections;
    try {
        connection->start();  // which may lose it, and tell on_lost()
        if (!shared && connection->is_open()) idle_.push_back(connection);
    } catch (const std::exception& fault) {  // no memory: nobody would hear what it answers
        connection->lose(fault.what());
    }
}

bool Pool::has_room_for(Purpose purpose) const {
    return purpose == Purpose::transaction || scans_ < limits_.scans;
}

awaitable<Pool::Lease> Pool::lease(Purpose purpose) {
    Turn turn;
    turn.purpose = purpose;
    if (!idle_.empty() && has_room_for(purpose)) {
        watch();
        turn.connection = std::move(idle_.back());
        idle_.pop_back();
        scans_ += purpose == Purpose::scan ? 1 : 0;
        ++figures_.in_use;
    } else {
        co_await wait(turn, turns_);
    }
    co_return Lease{door_, std::move(turn.connection), purpose};
}

void Pool::give_back(const std::shared_ptr<Connection>& connection, Purpose purpose) {
    --figures_.in_use;
    scans_ -= purpose == Purpose::scan ? 1 : 0;
    try {
        settle_returned(connection);
        serve_waiting();
    } catch (const std::exception& fault) {  // no memory: a new one is made when one is asked for
        connection->lose(fault.what());
    }
}

void Pool::settle_returned(std::shared_ptr<Connection> connection) {
    if (!connection->is_open()) return;
    if (connection->is_reusable()) {
        idle_.push_back(std::move(connection));
    } else if (connection->is_retired() && connection->is_idle()) {
        connection->lose("retired");
    } else {
        // What is under way ends first; a transaction that is open then, or was never closed, is rolled back.
        if (connection->is_idle() || connection->has_open_group()) {
            connection->send(kRollBack);
            connection->end_group();
        }
        if (connection->is_open()) returning_.push_back(std::move(connection));
    }
}

void Pool::on_idle(Connection& connection) {
    const auto at = std::ranges::find(returning_, &connection, &std::shared_ptr<Connection>::get);
    if (at == returning_.end()) return;
    auto returned = std::move(*at);
    returning_.erase(at);
    settle_returned(std::move(returned));
    serve_waiting();
}

void Pool::on_lost(Connection& connection) {
    const auto same = [&](const auto& other) { return other.get() == &connection; };
    --figures_.connections;
    for (auto* all : {&idle_, &returning_, &shared_, &exclusive_}) std::erase_if(*all, same);
    open_missing();
    observe::log_warn("database_connection_lost", {{"reason", connection.why_lost()}});
}

void Pool::open_for(std::size_t callers) {
    while (opening_exclusive_.count() < callers &&
           exclusive_.size() + opening_exclusive_.count() < limits_.exclusive)
        open(false);
}

std::shared_ptr<Connection> Pool::pick_shared() const {
    std::shared_ptr<Connection> best;
    for (const auto& connection : shared_) {
        if (connection->is_retired() || !connection->is_open()) continue;
        if (!best || connection->in_flight() < best->in_flight()) best = connection;
    }
    return best;
}

awaitable<> Pool::run_shared(Call& call) {
    auto connection = pick_shared();
    if (!connection) {
        Turn turn;
        co_await wait(turn, shared_turns_);
        connection = std::move(turn.connection);
    }
    if (connection->in_flight() >= kMaxInFlight) throw Unavailable{"too many statements are under way"};
    watch();
    connection->send(call);
    connection->end_group_soon();
    co_await wait_for(call);
    if (call.was_skipped) {
        call.was_skipped = call.done = false;
        call.error = nullptr;
        connection->send_alone(call);
        co_await wait_for(call);
    }
    if (call.error) std::rethrow_exception(call.error);
}

class Pool::Place {
public:
    Place(Turn& turn, std::deque<Turn*>& queue, PoolFigures& figures)
        : turn_{turn}, queue_{queue}, figures_{figures} {
        queue_.push_back(&turn_);
        turn_.is_queued = true;
        ++figures_.waiting;
    }
    ~Place() {
        if (!turn_.is_queued) return;
        std::erase(queue_, &turn_);
        --figures_.waiting;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    Turn& turn_;
    std::deque<Turn*>& queue_;
    PoolFigures& figures_;
};

awaitable<> Pool::wait(Turn& turn, std::deque<Turn*>& queue) {
    if (queue.size() >= kMaxWaiting) throw Unavailable{"too many wait for a connection to the database"};
    const bool is_shared = &queue == &shared_turns_;
    turn.until_ms = steady_ms() + Database::kMaxWaitMs;
    watch();
    if (connector_.is_down() && (is_shared ? shared_ : exclusive_).empty()) {
        if (!is_shared) open_for(queue.size() + 1);
        throw Unreachable{"the database server cannot be reached"};
    }
    if (!is_shared) open_for(queue.size() + 1);
    const Place place{turn, queue, figures_};
    turn.resume = std::make_shared<std::move_only_function<void()>>();
    auto start = [&turn](auto handler) { *turn.resume = std::move(handler); };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_awaitable);
    if (turn.connection) co_return;
    if (turn.is_unreachable) throw Unreachable{turn.why_not};
    throw Unavailable{turn.why_not};
}

void Pool::serve_waiting() {
    for (auto at = turns_.begin(); at != turns_.end() && !idle_.empty();) {
        Turn& turn = **at;
        if (!has_room_for(turn.purpose)) {
            ++at;
            continue;
        }
        turn.connection = std::move(idle_.back());
        idle_.pop_back();
        scans_ += turn.purpose == Purpose::scan ? 1 : 0;
        ++figures_.in_use;
        at = turns_.erase(at);
        end(turn);
    }
    const auto connection = shared_turns_.empty() ? nullptr : pick_shared();
    while (connection && !shared_turns_.empty()) {
        Turn& turn = *shared_turns_.front();
        shared_turns_.pop_front();
        turn.connection = connection;
        end(turn);
    }
}

void Pool::refuse(std::deque<Turn*>& queue, std::int64_t until_ms, const std::string& why,
                  bool is_unreachable) {
    while (!queue.empty() && queue.front()->until_ms <= until_ms) {
        Turn& turn = *queue.front();
        queue.pop_front();
        turn.why_not = why;
        turn.is_unreachable = is_unreachable;
        end(turn);
    }
}

void Pool::end(Turn& turn) {
    turn.is_queued = false;
    --figures_.waiting;
    surely([&] { asio::post(context_, [resume = turn.resume] { go_on(resume); }); });
}

bool Pool::is_busy() const {
    const auto owes = [](const auto& connection) { return connection->waiting_since_ms() != 0; };
    return !turns_.empty() || !shared_turns_.empty() || exclusive_.size() != idle_.size() ||
           std::ranges::any_of(shared_, owes);
}

void Pool::watch() {
    if (watching_) return;
    timer_.expires_after(kTick);
    auto look = [door = door_](boost::system::error_code error) {
        if (!error && door->pool != nullptr) door->pool->tick();
    };
    timer_.async_wait(std::move(look));
    watching_ = true;
}

void Pool::tick() {
    watching_ = false;
    if (is_busy()) surely([&] { watch(); });  // before all that may find no memory: nobody else would
    const std::int64_t now_ms = steady_ms();
    const auto refuse_late = [&](std::deque<Turn*>& queue, std::size_t opening) {
        refuse(queue, now_ms, why_none(opening), opening > 0);
    };
    refuse_late(turns_, opening_exclusive_.count());
    refuse_late(shared_turns_, opening_shared_.count());
    open_missing();  // there may have been no memory when it went missing
    if (opening_shared_.count() + opening_exclusive_.count() > 0) connector_.nudge();
    auto all = shared_;
    all.insert(all.end(), exclusive_.begin(), exclusive_.end());
    for (const auto& connection : all) {
        const std::int64_t since_ms = connection->waiting_since_ms();
        if (since_ms != 0 && now_ms - since_ms > limits_.max_silence_ms)
            connection->lose("no answer from the server");
    }
}

}  // namespace haat::db::postgres
