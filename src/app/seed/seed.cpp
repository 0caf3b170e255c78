#include "app/seed/seed.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "app/seed/images.hpp"
#include "app/seed/store.hpp"
#include "media/local_store.hpp"
#include "platform/crypto/password.hpp"
#include "platform/crypto/random.hpp"
#include "platform/run_sync.hpp"

namespace haat::seed {
namespace {

// Documents a transaction: enough for its commit not to count, few enough for others to write in between.
constexpr std::uint32_t kBatch = 500;

std::string image_base(const std::string& public_base) {
    return public_base + "/media/" + std::string{media::kFolder} + "/";
}

// The ids that the generator's categories and sub categories have in the database.
using KnownIds = std::map<ObjectId, ObjectId>;

template <class AnyId>
void replace_ids(std::vector<AnyId>& ids, const KnownIds& known) {
    for (AnyId& id : ids) id = AnyId{known.at(id)};
}

// The bodies of the transactions. They may be run again, so they change nothing but the database.
class Bodies {
public:
    explicit Bodies(cache::Topic& catalog) : catalog_{&catalog} {}

    awaitable<Result<SeedStore::Categories>> categories(db::Transaction& tx,
                                                        const std::vector<catalog::Category>& all) const {
        tx.touch(*catalog_);
        SeedStore::Categories inserted = co_await store_.insert_categories(tx, all);
        co_return inserted;
    }

    awaitable<Result<SeedStore::Categories>> sub_categories(
        db::Transaction& tx, const std::vector<catalog::SubCategory>& all) const {
        tx.touch(*catalog_);
        SeedStore::Categories inserted = co_await store_.insert_sub_categories(tx, all);
        co_return inserted;
    }

    awaitable<Result<std::int64_t>> products(db::Transaction& tx,
                                             const std::vector<catalog::Product>& batch) const {
        tx.touch(*catalog_);
        const std::int64_t added = co_await store_.insert_products(tx, batch);
        co_return added;
    }

    awaitable<Result<std::int64_t>> users(db::Transaction& tx, const std::vector<DemoUser>& batch,
                                          const std::string& password_hash) const {
        const std::int64_t added = co_await store_.insert_users(tx, batch, password_hash);
        co_return added;
    }

private:
    cache::Topic* catalog_;
    SeedStore store_;
};

class Seeding {
public:
    Seeding(const Target& target, const app::SeedOptions& options, const Listener& listener)
        : target_{target},
          listener_{listener},
          products_{static_cast<std::uint32_t>(options.products)},
          users_{static_cast<std::uint32_t>(options.users)},
          generator_{options.seed, image_base(target.public_base)},
          bodies_{target.catalog} {}

    // Images go first: what is in the database can be shown.
    SeedReport run() {
        add_images();
        add_categories();
        in_batches(users_, [this](std::uint32_t first, std::uint32_t end) { add_users(first, end); });
        in_batches(products_, [this](std::uint32_t first, std::uint32_t end) { add_products(first, end); });
        return report_;
    }

private:
    template <class Add>
    void in_batches(std::uint32_t count, Add add) {
        for (std::uint32_t first = 0; first < count; first += kBatch) {
            const std::uint32_t end = std::min(count, first + kBatch);
            add(first, end);
            advance(end - first);
        }
    }

    void advance(std::uint32_t by) {
        done_ += by;
        listener_.on_progress(done_, std::int64_t{Generator::images()} + users_ + products_);
    }

    // Of a body that fails by throwing only.
    template <class Body>
    auto transact(Body body) {
        auto outcome = run_sync(target_.database.transact(body));
        HAAT_ASSERT(outcome.has_value());
        return std::move(*outcome);
    }

    void add_images() {
        media::LocalStore store{target_.data_directory, target_.public_base};
        for (std::uint32_t number = 0; number < Generator::images(); ++number) {
            if (keep_image(store, generator_, number)) ++report_.images;
            advance(1);
        }
    }

    void add_categories() {
        const auto categories = generator_.categories();
        auto body = [&](db::Transaction& tx) { return bodies_.categories(tx, categories); };
        report_.categories = remember(categories, transact(body));

        auto sub_categories = generator_.sub_categories();
        for (auto& sub_category : sub_categories) replace_ids(sub_category.fields.category, known_);
        auto sub_body = [&](db::Transaction& tx) { return bodies_.sub_categories(tx, sub_categories); };
        report_.sub_categories = remember(sub_categories, transact(sub_body));
    }

    template <class NamedDocument>
    std::int64_t remember(const std::vector<NamedDocument>& made, const SeedStore::Categories& found) {
        HAAT_ASSERT(found.ids.size() == made.size());
        for (std::size_t i = 0; i < made.size(); ++i) known_[made[i].id] = found.ids[i];
        return found.added;
    }

    void add_users(std::uint32_t first, std::uint32_t end) {
        std::vector<DemoUser> batch;
        for (std::uint32_t i = first; i < end; ++i) batch.push_back(generator_.user(i));
        auto count = [&](db::Session& session) { return store_.count_users(session, batch); };
        const auto known = run_sync(target_.database.read(count));
        if (known == static_cast<std::int64_t>(batch.size())) return;
        if (password_hash_.empty()) make_password();
        auto body = [&](db::Transaction& tx) { return bodies_.users(tx, batch, password_hash_); };
        report_.users += transact(body);
    }

    // 80 random bits. One hash for all: hashing for each would take minutes, and they share the password.
    void make_password() {
        const std::string password = crypto::random_hex(10);
        password_hash_ = crypto::hash_password(password);
        listener_.on_password(password);
    }

    void add_products(std::uint32_t first, std::uint32_t end) {
        std::vector<catalog::Product> batch;
        for (std::uint32_t i = first; i < end; ++i) {
            auto product = generator_.product(i);
            replace_ids(product.fields.category, known_);
            replace_ids(product.fields.subCategory, known_);
            batch.push_back(std::move(product));
        }
        auto body = [&](db::Transaction& tx) { return bodies_.products(tx, batch); };
        report_.products += transact(body);
    }

    const Target& target_;
    const Listener& listener_;
    const std::uint32_t products_;
    const std::uint32_t users_;
    const Generator generator_;
    SeedStore store_;
    const Bodies bodies_;
    KnownIds known_;
    std::string password_hash_;  // empty until a user is to be added
    std::int64_t done_ = 0;
    SeedReport report_;
};

}  // namespace

SeedReport run_seed(const Target& target, const app::SeedOptions& options, const Listener& listener) {
    HAAT_ASSERT(options.products >= 0 && options.users >= 0);
    return Seeding{target, options, listener}.run();
}

}  // namespace haat::seed
