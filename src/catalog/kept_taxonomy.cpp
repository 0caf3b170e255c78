#include "catalog/kept_taxonomy.hpp"

#include <algorithm>
#include <utility>

#include "catalog/changed_key.hpp"

namespace haat::catalog {

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
    // In this order: what changes while it is read, the journal names behind this version.
    auto moment = std::make_shared<Moment>(catalog_.version());
    if (!is_true(*moment)) co_return nullptr;
    const auto read = [this](db::Session& session) { return store_.all(session, kMostDocuments); };
    moment->taxonomy = co_await db_.scan(read);
    const std::lock_guard lock{mutex_};
    kept_ = moment;
    co_return moment;
}

}  // namespace haat::catalog
