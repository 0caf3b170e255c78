#include "catalog/kept_taxonomy.hpp"

#include <algorithm>
#include <utility>

#include "catalog/changed_key.hpp"
#include "kernel/error.hpp"

namespace haat::catalog {
namespace {

struct Reading {
    std::atomic<bool>& is_under_way;
    explicit Reading(std::atomic<bool>& flag) : is_under_way{flag} {}
    ~Reading() { is_under_way = false; }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
};

}  // namespace

std::shared_ptr<const KeptTaxonomy::Moment> KeptTaxonomy::kept() const {
    const std::lock_guard lock{mutex_};
    return kept_;
}

bool KeptTaxonomy::is_true(const Moment& moment) const {
    const std::uint64_t version = moment.version_.load(std::memory_order_relaxed);
    if (catalog_.version() == version) return true;
    const auto changes = catalog_.changes_since(version);
    if (!changes) return false;
    const auto of_product = [](const std::string& key) { return changed_product(key).has_value(); };
    if (!std::ranges::all_of(changes->keys, of_product)) return false;
    moment.version_.store(changes->version, std::memory_order_relaxed);
    return true;
}

awaitable<std::shared_ptr<const KeptTaxonomy::Moment>> KeptTaxonomy::find() {
    auto known = kept();
    if (known && is_true(*known)) co_return known;
    if (is_being_read_.exchange(true)) co_return nullptr;  // nobody waits for another
    const Reading reading{is_being_read_};
    // In this order: what changes while it is read, the journal names behind this version.
    auto moment = std::make_shared<Moment>(catalog_.version());
    if (!is_true(*moment)) co_return nullptr;
    const auto read = [this](db::Session& session) { return store_.all(session, kMostDocuments); };
    try {
        moment->taxonomy = co_await db_.scan(read);
    } catch (const Unavailable&) {
        co_return nullptr;  // too many scan already: what a product needs is read by its keys
    }
    const std::lock_guard lock{mutex_};
    kept_ = moment;
    co_return moment;
}

}  // namespace haat::catalog
