// Metrics for Prometheus, as text (exposition format 0.0.4).
//
//     Registry registry;
//     const Counter mails = registry.counter({"haat_mails_total", "Mails handed over."}, {{"by", "smtp"}});
//     mails.add();                              // some nanoseconds, from any thread
//     response.body = registry.render();        // at a scrape
//
// Handles are small values: copy them. A default-made one counts nothing. They and whatever a callback
// refers to must live no longer than their registry.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/observe/shards.hpp"

namespace haat::observe {

class Counter {
public:
    Counter() = default;
    void add(std::uint64_t amount = 1) const {
        if (shards_ != nullptr) shards_->add(cell_, amount);
    }

private:
    friend class Registry;
    Counter(Shards* shards, std::uint32_t cell) : shards_{shards}, cell_{cell} {}
    Shards* shards_ = nullptr;
    std::uint32_t cell_ = 0;
};

// A counter of seconds, fed with durations.
class SecondsCounter {
public:
    SecondsCounter() = default;
    void add(std::chrono::nanoseconds time) const { count_.add(static_cast<std::uint64_t>(time.count())); }

private:
    friend class Registry;
    explicit SecondsCounter(Counter count) : count_{count} {}
    Counter count_;
};

// A level that goes up and down by steps, each on any thread. What has a value of its own to read (the
// length of a queue) is a gauge_at_scrape().
class Gauge {
public:
    Gauge() = default;
    void add(std::int64_t amount) const { sum_.add(static_cast<std::uint64_t>(amount)); }

private:
    friend class Registry;
    explicit Gauge(Counter sum) : sum_{sum} {}
    Counter sum_;
};

// Upper bounds in nanoseconds, rising: 0.5 ms to 10 s.
inline constexpr std::array<std::int64_t, 14> kLatencyBounds{
    500'000,     1'000'000,   2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,
    100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

// Durations, counted by bucket.
class Histogram {
public:
    Histogram() = default;
    void observe(std::chrono::nanoseconds time) const;

private:
    friend class Registry;
    Histogram(Shards* shards, std::uint32_t first, std::span<const std::int64_t> bounds)
        : shards_{shards}, first_{first}, bounds_{bounds} {}
    Shards* shards_ = nullptr;
    std::uint32_t first_ = 0;  // a cell a bound, one for what is above, one for the sum
    std::span<const std::int64_t> bounds_{};
};

// What the samples of one family have in common.
struct Family {
    std::string_view name;
    std::string_view help;
    bool hide_unused = false;  // leaves out samples that are still zero, where most never count
};

struct Label {
    std::string_view name;
    std::string_view value;
};
using Labels = std::initializer_list<Label>;

// Safe from any thread. What finds no memory adds no sample, so it may be tried again; labels that a family
// has already get the same numbers. Asserts that names are well formed, that a family keeps its type,
// and that no two callbacks have the same labels.
class Registry {
public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    Counter counter(const Family& family, Labels labels = {});
    SecondsCounter seconds_counter(const Family& family, Labels labels = {});
    Gauge gauge(const Family& family, Labels labels = {});
    // bounds: nanoseconds, rising, of static storage.
    Histogram histogram(const Family& family, Labels labels = {},
                        std::span<const std::int64_t> bounds = kLatencyBounds);

    // Asked at every scrape, on the thread of the scrape: must be quick and may take a lock. A sample
    // whose callback throws is left out of that scrape.
    void gauge_at_scrape(const Family& family, Labels labels, std::function<double()> read);
    void counter_at_scrape(const Family& family, Labels labels, std::function<double()> read);

    [[nodiscard]] std::string render() const;

    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    enum class Kind : std::uint8_t { counter, seconds_counter, gauge, histogram, read_gauge, read_counter };
    struct Sample {
        std::string labels;   // `a="1",b="2"`
        std::uint32_t first;  // cell, or place in callbacks_
    };
    struct Group {
        std::string name;
        std::string help;
        Kind kind;
        bool hide_unused;
        std::span<const std::int64_t> bounds;
        std::vector<Sample> samples{};
        std::unordered_map<std::string, std::uint32_t> first_by_labels{};  // of the same samples
    };
    struct Scrape;

    std::uint32_t add_sample(const Family& family, Kind kind, Labels labels, std::size_t cells,
                             std::span<const std::int64_t> bounds = {});
    void add_callback(const Family& family, Kind kind, Labels labels, std::function<double()> read);
    Group& group(const Family& family, Kind kind, std::span<const std::int64_t> bounds);
    static void add_to(Group& group, std::string labels, std::uint32_t first);
    static void render_group(std::string& out, const Group& group, const Scrape& scrape);
    static void render_sample(std::string& out, const Group& group, const Sample& sample,
                              const Scrape& scrape);
    static void render_histogram(std::string& out, const Group& group, const Sample& sample,
                                 const Scrape& scrape);

    const std::shared_ptr<Shards> shards_;
    mutable std::mutex mutex_;
    std::deque<Group> groups_;  // in the order they came
    std::vector<std::function<double()>> callbacks_;
    std::size_t cells_used_ = 0;
};

}  // namespace haat::observe
