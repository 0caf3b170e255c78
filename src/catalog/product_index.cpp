#include "catalog/product_index.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "catalog/changed_key.hpp"
#include "kernel/clock.hpp"
#include "platform/memory.hpp"
#include "platform/run_sync.hpp"

namespace haat::catalog {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kMaxQueued = 256;
constexpr int kNiceness = 10;           // of the thread that makes the index: requests go first
constexpr std::size_t kShortRead = 20;  // products that an I/O thread may read
constexpr std::int64_t kBatch = 1'000;  // products that are read at a time while the index is made
constexpr int kFollowAttempts = 3;      // to be in step, while others write
constexpr std::int64_t kLookEveryMs = 200;
constexpr std::int64_t kAfterFailureMs = 1'000;
constexpr std::int64_t kAfterTooLargeMs = 10 * 60 * kSecondMs;
// What is done at once, on an I/O thread: a few hundred microseconds of work.
constexpr std::size_t kQuickChange = 8;
constexpr std::size_t kQuickOccurrences = 20'000;
constexpr std::size_t kMostDead = 1'000;  // that do not matter, however small the catalogue

// What has to be read anew.
std::vector<ProductId> ids_of(const std::vector<std::string>& keys) {
    std::vector<ProductId> ids;
    ids.reserve(keys.size());
    for (const std::string& key : keys) {
        if (const auto id = changed_product(key)) ids.push_back(*id);
    }
    return ids;
}

IndexedText to_indexed(const ProductText& text) {
    return IndexedText::of(text.id, text.created_at, text.name, text.description);
}

}  // namespace

ProductIndex::ProductIndex(db::Database& db, const cache::Topic& catalog, ProductIndexOptions options)
    : db_{db},
      catalog_{catalog},
      options_{std::move(options)},
      threads_{"haat-search", kThreads, kMaxQueued} {
    if (options_.max_bytes > 0) thread_ = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
}

awaitable<ProductIndex::Answer> ProductIndex::newest(Page page) {
    const auto newest = [page](const SearchIndex& index) { return index.newest(page); };
    static const SearchTerms no_words;
    return ask(no_words, newest);
}

awaitable<ProductIndex::Answer> ProductIndex::newest_of(const SearchTerms& terms, Page page) {
    const auto newest = [&terms, page](const SearchIndex& index) { return index.newest_of(terms, page); };
    return ask(terms, newest);
}

awaitable<ProductIndex::Answer> ProductIndex::best_of(const SearchTerms& terms, Page page) {
    const auto best = [&terms, page](const SearchIndex& index) { return index.best_of(terms, page); };
    return ask(terms, best);
}

template <class Ask>
awaitable<ProductIndex::Answer> ProductIndex::ask(const SearchTerms& terms, Ask ask_index) {
    const auto kept = this->kept();
    if (!kept) co_return std::nullopt;
    const bool in_step = co_await catch_up(*kept);
    if (!in_step) co_return std::nullopt;
    const auto look_up = [&]() -> Answer {
        if (!kept->is_whole) return std::nullopt;
        return ask_index(kept->index);
    };
    {
        const std::shared_lock lock{kept->mutex, std::try_to_lock};
        if (lock && kept->index.occurrences(terms) <= kQuickOccurrences) co_return look_up();
    }
    const auto work = [&] {
        const std::shared_lock lock{kept->mutex};
        return look_up();
    };
    co_return co_await threads_.run(work);
}

std::shared_ptr<ProductIndex::Kept> ProductIndex::kept() const {
    const std::lock_guard lock{mutex_};
    return kept_;
}

bool ProductIndex::is_ready() const {
    const auto kept = this->kept();
    return kept && catalog_.changes_since(kept->version);
}

std::size_t ProductIndex::bytes() const {
    const auto kept = this->kept();
    if (!kept) return 0;
    const std::shared_lock lock{kept->mutex};
    return kept->index.bytes();
}

// Up to what had changed when this was called. false: nobody knows what, or others were faster each time.
awaitable<bool> ProductIndex::catch_up(Kept& kept) {
    const std::uint64_t wanted = catalog_.version();
    for (int attempt = 0; attempt < kFollowAttempts && kept.version < wanted; ++attempt) {
        auto change = co_await read_change(kept);
        if (!change) co_return false;
        if (change->ids.size() <= kQuickChange) {
            change->prepare();
            const std::unique_lock lock{kept.mutex, std::try_to_lock};
            if (lock) {
                apply(kept, *change);
                continue;
            }
        }
        const auto work = [&] {
            change->prepare();
            const std::unique_lock lock{kept.mutex};
            apply(kept, *change);
            return true;
        };
        co_await threads_.run(work);
    }
    co_return kept.version >= wanted;
}

awaitable<std::optional<ProductIndex::Change>> ProductIndex::read_change(const Kept& kept) {
    Change change{.from = kept.version};
    const auto changes = catalog_.changes_since(change.from);
    if (!changes) co_return std::nullopt;
    change.to = changes->version;
    change.ids = ids_of(changes->keys);
    if (change.ids.empty()) co_return change;
    const auto read = [&](db::Session& session) { return store_.find_texts(session, change.ids); };
    if (change.ids.size() > kShortRead) {
        change.texts = co_await db_.scan(read);
    } else {
        change.texts = co_await db_.read_one(read);
    }
    co_return change;
}

void ProductIndex::Change::prepare() {
    if (products.size() == texts.size()) return;
    products.reserve(texts.size());
    std::ranges::transform(texts, std::back_inserter(products), to_indexed);
    std::ranges::sort(products, {}, &IndexedText::id);
}

// The caller has the index for himself. Nothing where another was faster.
void ProductIndex::apply(Kept& kept, const Change& change) {
    if (kept.version != change.from || !kept.is_whole) return;
    kept.is_whole = false;  // for when memory runs out in the middle: then it is made anew
    for (const ProductId& id : change.ids) {
        const auto product = std::ranges::lower_bound(change.products, id, {}, &IndexedText::id);
        if (product != change.products.end() && product->id == id) {
            kept.index.put(*product);
        } else {
            kept.index.remove(id);
        }
    }
    kept.is_whole = true;
    kept.version = change.to;
}

void ProductIndex::work(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "haat-index");
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
    while (!stop.stop_requested()) {
        try {
            if (look(stop)) has_failed_ = false;
        } catch (const std::exception& error) {
            next_make_ms_ = std::max(next_make_ms_, steady_ms() + kAfterFailureMs);
            if (!stop.stop_requested() && !std::exchange(has_failed_, true)) report(error.what());
        }
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, stop, std::chrono::milliseconds{kLookEveryMs}, [] { return false; });
    }
}

void ProductIndex::report(const char* reason) noexcept {
    if_possible([&] { options_.log(fmt::format("the database searches by itself: {}", reason)); });
}

// Catches up, so that few requests have to, and makes the index where that cannot be done. false: not yet.
bool ProductIndex::look(const std::stop_token& stop) {
    const auto kept = this->kept();
    if (kept) {
        const bool in_step = run_sync(catch_up(*kept));
        const std::shared_lock lock{kept->mutex};
        if (kept->index.bytes() > options_.max_bytes) give_up();
        if (in_step && kept->is_whole && kept->index.dead() <= kept->index.size() / 4 + kMostDead)
            return true;
    }
    if (steady_ms() < next_make_ms_) return false;
    make(stop);
    return true;
}

void ProductIndex::make(const std::stop_token& stop) {
    const std::int64_t begun_ms = steady_ms();
    auto made = std::make_shared<Kept>();
    made->version = catalog_.version();
    if (!catalog_.changes_since(made->version)) throw std::runtime_error{"nobody says what others change"};
    fill(*made, stop);
    // While others change everything again and again, half of the time is enough.
    const std::int64_t now_ms = steady_ms();
    next_make_ms_ = now_ms + (now_ms - begun_ms);
    {
        const std::lock_guard lock{mutex_};
        kept_ = std::move(made);
    }
    made_.fetch_add(1, std::memory_order_relaxed);
    malloc_trim(0);  // gives back what reading the products took
}

void ProductIndex::give_up() {
    next_make_ms_ = steady_ms() + kAfterTooLargeMs;
    const std::lock_guard lock{mutex_};
    kept_.reset();
    throw std::runtime_error{"the index of products would be larger than SEARCH_MEMORY"};
}

// Throws when it cannot be done, as when it would not be in step.
void ProductIndex::fill(Kept& kept, const std::stop_token& stop) {
    ProductText last{.id = {}, .created_at = {INT64_MIN}};
    for (bool more = true; more;) {
        const auto read = [&](db::Session& session) { return store_.texts_after(session, last, kBatch); };
        const auto texts = run_sync(db_.read(read));
        for (const ProductText& text : texts) kept.index.put(to_indexed(text));
        more = !texts.empty();
        if (more) last = texts.back();
        if (kept.index.bytes() > options_.max_bytes) give_up();
        const bool in_step = run_sync(catch_up(kept));
        if (!in_step) throw std::runtime_error{"much has changed while the index of products was made"};
        if (stop.stop_requested()) throw std::runtime_error{"the server stops"};
    }
    kept.index.shrink();
}

}  // namespace haat::catalog
