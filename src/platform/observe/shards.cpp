#include "platform/observe/shards.hpp"

#include <new>

namespace haat::observe {

// What a thread holds of one Shards; it gives it back when it ends or turns to another one.
class ShardLease {
public:
    ShardLease() = default;
    ShardLease(const ShardLease&) = delete;
    ShardLease& operator=(const ShardLease&) = delete;
    ~ShardLease() {
        end();
        Shards::t_mine = {.thread_is_ending = true};
    }

    void begin(Shards& shards) {
        end();
        shards_ = shards.shared_from_this();
        cells_ = shards.borrow();
        Shards::t_mine = {.owner = &shards, .cells = cells_};
    }

private:
    void end() {
        Shards::t_mine = {};  // also where there is no memory for another array
        if (cells_ != nullptr) shards_->give_back(cells_);
        cells_ = nullptr;
        shards_.reset();
    }

    std::shared_ptr<Shards> shards_;  // so that no other Shards gets the same address meanwhile
    std::uint64_t* cells_ = nullptr;
};

Shards::Shards() : shared_{make_cells()} {
    unused_.reserve(kMaxThreads);  // a thread that ends must not want memory
}

Shards::Cells Shards::make_cells() {
    Cells cells{static_cast<std::uint64_t*>(std::calloc(kMaxCells, sizeof(std::uint64_t)))};
    if (!cells) throw std::bad_alloc{};
    return cells;
}

void Shards::take() {
    if (t_mine.thread_is_ending) return;
    thread_local ShardLease lease;
    lease.begin(*this);
}

std::uint64_t* Shards::borrow() {
    const std::lock_guard lock{mutex_};
    if (!unused_.empty()) {
        auto* cells = unused_.back();
        unused_.pop_back();
        return cells;
    }
    if (all_.size() == kMaxThreads) return nullptr;
    all_.push_back(make_cells());
    return all_.back().get();
}

void Shards::give_back(std::uint64_t* cells) {
    const std::lock_guard lock{mutex_};
    unused_.push_back(cells);
}

void Shards::add_shared(std::uint32_t cell, std::uint64_t amount) {
    std::atomic_ref{shared_[cell]}.fetch_add(amount, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Shards::totals(std::size_t count) const {
    std::vector<std::uint64_t> sums(count);
    const auto add_up = [&sums](const Cells& cells) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += std::atomic_ref{cells[i]}.load(std::memory_order_relaxed);
        }
    };
    const std::lock_guard lock{mutex_};
    add_up(shared_);
    for (const auto& cells : all_) add_up(cells);
    return sums;
}

}  // namespace haat::observe
