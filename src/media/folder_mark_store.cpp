#include "media/folder_mark_store.hpp"

namespace haat::media {
namespace {

using db::Query;

constexpr Query kClaim{"media.claim_folder",
                       "INSERT INTO image_folder (mark) VALUES ($1) ON CONFLICT DO NOTHING"};
constexpr Query kFind{"media.find_folder", "SELECT mark FROM image_folder"};

awaitable<std::optional<ObjectId>> find(db::Session& session) {
    const db::Rows rows = co_await session.run(kFind);
    if (rows.empty()) co_return std::nullopt;
    co_return ObjectId::parse(rows.front().text(0));
}

awaitable<Result<ObjectId>> claim(db::Transaction& tx, ObjectId mark) {
    co_await tx.run(kClaim, mark);
    const auto found = co_await find(tx);
    HAAT_ASSERT(found.has_value());
    co_return *found;
}

}  // namespace

awaitable<Result<ObjectId>> claim_folder(db::Database& db, ObjectId mark) {
    auto body = [mark](db::Transaction& tx) { return claim(tx, mark); };
    co_return co_await db.transact(body);
}

awaitable<std::optional<ObjectId>> find_folder(db::Database& db) {
    auto body = [](db::Session& session) { return find(session); };
    co_return co_await db.read_one(body);
}

}  // namespace haat::media
