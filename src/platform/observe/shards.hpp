// The numbers behind the metrics: one array of cells a thread, added up when somebody asks.
//
// A cell of a thread's array has one writer, so adding is a plain load and store: no lock, no locked
// instruction, no cache line that two cores write. A thread takes an array on its first add and gives it
// back, with its numbers, when it ends; the next thread goes on with it.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

namespace haat::observe {

class Shards;

// What the calling thread writes to.
struct ThreadCells {
    const Shards* owner = nullptr;
    std::uint64_t* cells = nullptr;  // null: no array of its own
    bool thread_is_ending = false;
};

class Shards : public std::enable_shared_from_this<Shards> {
public:
    static constexpr std::size_t kMaxCells = 32'768;  // 256 KiB a thread, of which only what is used is paid
    static constexpr std::size_t kMaxThreads = 512;   // at the same time; threads beyond share one array

    Shards();

    // Adds to the calling thread's cell, modulo 2^64. Safe from any thread, while a thread ends too.
    void add(std::uint32_t cell, std::uint64_t amount) {
        if (t_mine.owner != this) [[unlikely]]
            take();
        if (t_mine.cells == nullptr) [[unlikely]]
            return add_shared(cell, amount);
        const std::atomic_ref<std::uint64_t> value{t_mine.cells[cell]};
        value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }

    // The sums of the first `count` cells over all threads, those that have ended included.
    [[nodiscard]] std::vector<std::uint64_t> totals(std::size_t count) const;

private:
    friend class ShardLease;

    struct Free {
        void operator()(std::uint64_t* cells) const { std::free(cells); }
    };
    using Cells = std::unique_ptr<std::uint64_t[], Free>;

    static Cells make_cells();
    void take();
    void add_shared(std::uint32_t cell, std::uint64_t amount);
    std::uint64_t* borrow();
    void give_back(std::uint64_t* cells);

    static inline constinit thread_local ThreadCells t_mine{};

    mutable std::mutex mutex_;
    std::vector<Cells> all_;
    std::vector<std::uint64_t*> unused_;  // of threads that have ended
    const Cells shared_;
};

}  // namespace haat::observe
