#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

constexpr db::Query kMails{"test.list_mails",
                           "SELECT kind, payload FROM outbox_events ORDER BY created_at, id"};
constexpr db::Query kMakeInactive{"test.make_inactive", "UPDATE users SET status = 'Inactive' WHERE id = $1"};

awaitable<Result<bool>> insert_user(const UserStore& users, db::Transaction& tx, const UserRecord& record) {
    const auto inserted = co_await users.insert(tx, record);
    if (!inserted) co_return std::unexpected{inserted.error()};
    co_return true;
}

awaitable<Result<bool>> insert_session(const SessionStore& sessions, db::Transaction& tx,
                                       const Session& session) {
    co_await sessions.insert(tx, session);
    co_return true;
}

awaitable<Result<std::optional<Session>>> find_in(const SessionStore& sessions, db::Transaction& tx,
                                                  SessionId id) {
    auto session = co_await sessions.find_locked(tx, id);
    co_return session;
}

awaitable<Result<bool>> run_for(db::Transaction& tx, const db::Query& query, UserId user) {
    co_await tx.run(query, user);
    co_return true;
}

}  // namespace

FullPool::FullPool(jobs::CpuPool& pool, std::size_t queued) {
    auto block = [this] {
        busy_.count_down();
        open_.wait();
        return 0;
    };
    auto wait = [this] {
        open_.wait();
        return 0;
    };
    const auto forget = [](const std::exception_ptr&, int) {};
    for (std::size_t i = 0; i < kHashingThreads; ++i) asio::co_spawn(context_, pool.run(block), forget);
    context_.poll();
    busy_.wait();
    for (std::size_t i = 0; i < queued; ++i) asio::co_spawn(context_, pool.run(wait), forget);
    context_.poll();
}

FullPool::~FullPool() {
    open_.count_down();
    context_.run();
}

UserRecord AccountsFixture::add_user(std::string_view email, std::string_view hash) {
    UserRecord record;
    record.user.id = UserId::make();
    record.user.fields.name = "Asha";
    record.user.fields.email = email;
    record.password_hash = hash;
    record.user.created_at = record.user.updated_at = Timestamp::now();
    auto body = [&](db::Transaction& tx) { return insert_user(users_, tx, record); };
    run_sync(shop_.db().transact(body)).value();
    return record;
}

Session AccountsFixture::add_session(UserId user, std::string_view address) {
    const Timestamp now = Timestamp::now();
    Session session{.id = SessionId::make(),
                    .user = user,
                    .created_at = now,
                    .last_used_at = now,
                    .expires_at = now + context_.options.refresh_ttl_ms,
                    .address = std::string{address},
                    .rotated_at = now};
    auto body = [&](db::Transaction& tx) { return insert_session(sessions_, tx, session); };
    run_sync(shop_.db().transact(body)).value();
    return session;
}

std::optional<UserRecord> AccountsFixture::find_user(UserId user) {
    auto body = [&](db::Session& session) { return users_.find(session, user); };
    return run_sync(shop_.db().read(body));
}

std::optional<Session> AccountsFixture::find_session(SessionId id) {
    auto body = [&](db::Transaction& tx) { return find_in(sessions_, tx, id); };
    return run_sync(shop_.db().transact(body)).value();
}

bool AccountsFixture::is_live(const Session& session) { return find_session(session.id).has_value(); }

void AccountsFixture::change(const db::Query& query, UserId user) {
    auto body = [&](db::Transaction& tx) { return run_for(tx, query, user); };
    run_sync(shop_.db().transact(body)).value();
}

void AccountsFixture::make_inactive(UserId user) { change(kMakeInactive, user); }

std::vector<Mail> AccountsFixture::mails() {
    auto body = [](db::Session& session) { return session.run(kMails); };
    const db::Rows rows = run_sync(shop_.db().read(body));
    std::vector<Mail> mails;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        mails.push_back({.kind = rows[i].str(0), .payload = boost::json::parse(rows[i].text(1)).as_object()});
    }
    return mails;
}

Mail AccountsFixture::last_mail() {
    auto all = mails();
    HAAT_ASSERT(!all.empty());
    return std::move(all.back());
}

}  // namespace haat::accounts
