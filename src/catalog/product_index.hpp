// The search index (search_index.hpp) of this process, kept in step with the database.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include "catalog/product_store.hpp"
#include "catalog/search_index.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/jobs/cpu_pool.hpp"

namespace haat::catalog {

struct ProductIndexOptions {
    std::size_t max_bytes = 0;  // of memory, about; a catalogue that needs more has no index
    std::function<void(std::string_view line)> log = [](std::string_view) {};
};

// Answers from memory, or not at all. Each answer has every change whose writer was answered before it was
// asked for: the topic's journal says which products have changed since the index was in step, and those are
// read first (ADR 6). A thread makes the index after the start, without holding anything up, and anew when
// the journal cannot say what has changed or when much of the index is dead. Safe from any thread.
class ProductIndex {
public:
    // The topic keeps a journal. Both outlive this.
    ProductIndex(db::Database& db, const cache::Topic& catalog, ProductIndexOptions options);
    ProductIndex(const ProductIndex&) = delete;
    ProductIndex& operator=(const ProductIndex&) = delete;

    // nullopt: the database has to be asked, because the index is being made, or is not to be had. Throws
    // what db::Session::run throws, and Unavailable when too many ask.
    using Answer = std::optional<SearchIndex::Hits>;
    awaitable<Answer> newest(Page page);
    awaitable<Answer> newest_of(const SearchTerms& terms, Page page);
    awaitable<Answer> best_of(const SearchTerms& terms, Page page);

    [[nodiscard]] bool is_ready() const;
    [[nodiscard]] std::size_t bytes() const;
    // How often the index was made, since the start.
    [[nodiscard]] std::uint64_t made() const { return made_.load(std::memory_order_relaxed); }

private:
    struct Kept {
        std::shared_mutex mutex;
        SearchIndex index;
        bool is_whole = true;                   // false where a change was cut off
        std::atomic<std::uint64_t> version{0};  // of the topic, that the index is in step with
    };
    // Products as they are at the topic's version `to`, for what is in step with `from`.
    struct Change {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::vector<ProductId> ids{};
        std::vector<ProductText> texts{};     // of those that are there and published
        std::vector<IndexedText> products{};  // sorted by id

        // Makes the products of the texts; nothing when they are there.
        void prepare();
    };

    template <class Ask>
    awaitable<Answer> ask(const SearchTerms& terms, Ask ask_index);
    [[nodiscard]] std::shared_ptr<Kept> kept() const;
    awaitable<bool> catch_up(Kept& kept);
    awaitable<std::optional<Change>> read_change(const Kept& kept);
    static void apply(Kept& kept, const Change& change);

    void work(const std::stop_token& stop);
    void report(const char* reason) noexcept;
    bool look(const std::stop_token& stop);
    void make(const std::stop_token& stop);
    void fill(Kept& kept, const std::stop_token& stop);
    // For some minutes. Throws what is told.
    [[noreturn]] void give_up();

    db::Database& db_;
    const cache::Topic& catalog_;
    const ProductIndexOptions options_;
    ProductStore store_;
    jobs::CpuPool threads_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::shared_ptr<Kept> kept_;  // nullptr: not made yet
    std::atomic<std::uint64_t> made_{0};
    std::int64_t next_make_ms_ = 0;  // of the thread: not before
    bool has_failed_ = false;        // of the thread: told once
    std::jthread thread_;            // the last member: ends before the others do
};

}  // namespace haat::catalog
