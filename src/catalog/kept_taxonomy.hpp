// The taxonomy in memory: small, asked for by each answer of a product, and seldom changed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "catalog/taxonomy_store.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

// Read again when the topic's journal names another change than one of a product. Safe from any thread.
class KeptTaxonomy {
public:
    static constexpr std::int64_t kMostDocuments = 10'000;  // more are not kept

    // The topic keeps a journal. Both outlive this.
    KeptTaxonomy(db::Database& db, const cache::Topic& catalog) : db_{db}, catalog_{catalog} {}

    class Moment {
    public:
        explicit Moment(std::uint64_t version) : version_{version} {}
        // nullopt: there is too much of it.
        std::optional<Taxonomy> taxonomy;

    private:
        friend class KeptTaxonomy;
        mutable std::atomic<std::uint64_t> version_;  // of the topic, at which it was seen to be true last
    };

    // As it is now. nullptr: it is being read, or cannot be at the moment, or nobody could say whether it is
    // true still; then what is needed is to be read by its keys. Throws StatementError as db::Session::run
    // does.
    awaitable<std::shared_ptr<const Moment>> find();
    // Whether nothing in it has changed until now.
    [[nodiscard]] bool is_true(const Moment& moment) const;

private:
    [[nodiscard]] std::shared_ptr<const Moment> kept() const;

    db::Database& db_;
    const cache::Topic& catalog_;
    TaxonomyStore store_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Moment> kept_;
    std::atomic<bool> is_being_read_{false};
};

}  // namespace haat::catalog
