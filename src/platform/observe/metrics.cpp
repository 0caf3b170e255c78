#include "platform/observe/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>

#include "kernel/error.hpp"

namespace haat::observe {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

bool is_name(std::string_view name, bool colons) {
    const auto starts = [colons](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
    };
    const auto goes_on = [&starts](char c) { return starts(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && starts(name.front()) && std::ranges::all_of(name, goes_on);
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || (quotes && c == '"')) out += '\\';
        out += c;
    }
}

std::string label_text(Labels labels) {
    std::string out;
    for (const auto& label : labels) {
        HAAT_ASSERT(is_name(label.name, false) && label.name != "le");
        if (!out.empty()) out += ',';
        out += label.name;
        out += "=\"";
        append_escaped(out, label.value, true);
        out += '"';
    }
    return out;
}

void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
}
void append_number(std::string& out, std::uint64_t value) {
    fmt::format_to(std::back_inserter(out), "{}", value);
}
void append_number(std::string& out, std::int64_t value) {
    fmt::format_to(std::back_inserter(out), "{}", value);
}

double to_seconds(auto nanoseconds) { return static_cast<double>(nanoseconds) / kNanosecondsPerSecond; }

void append_line(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                 auto value) {
    out += name;
    out += suffix;
    if (!labels.empty()) {
        out += '{';
        out += labels;
        out += '}';
    }
    out += ' ';
    append_number(out, value);
    out += '\n';
}

// The next push_back does not throw then.
template <class T>
void make_room_for_one(std::vector<T>& in) {
    if (in.size() == in.capacity()) in.reserve(2 * in.size() + 1);
}

double ask(const std::function<double()>& read, bool& known) {
    try {
        known = true;
        return read();
    } catch (const std::exception&) {
        known = false;
        return std::numeric_limits<double>::quiet_NaN();
    }
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds time) const {
    if (shards_ == nullptr) return;
    const auto ns = std::max<std::int64_t>(time.count(), 0);
    const auto bucket = std::ranges::lower_bound(bounds_, ns) - bounds_.begin();
    shards_->add(first_ + static_cast<std::uint32_t>(bucket), 1);
    shards_->add(first_ + static_cast<std::uint32_t>(bounds_.size()) + 1, static_cast<std::uint64_t>(ns));
}

// The numbers of one moment.
struct Registry::Scrape {
    struct Answer {
        double value;
        bool known;
    };
    std::vector<std::uint64_t> cells;
    std::vector<Answer> answers;  // of the callbacks
};

Registry::Registry() : shards_{std::make_shared<Shards>()} {}
Registry::~Registry() = default;

Counter Registry::counter(const Family& family, Labels labels) {
    return {shards_.get(), add_sample(family, Kind::counter, labels, 1)};
}

SecondsCounter Registry::seconds_counter(const Family& family, Labels labels) {
    return SecondsCounter{{shards_.get(), add_sample(family, Kind::seconds_counter, labels, 1)}};
}

Gauge Registry::gauge(const Family& family, Labels labels) {
    return Gauge{{shards_.get(), add_sample(family, Kind::gauge, labels, 1)}};
}

Histogram Registry::histogram(const Family& family, Labels labels, std::span<const std::int64_t> bounds) {
    return {shards_.get(), add_sample(family, Kind::histogram, labels, bounds.size() + 2, bounds), bounds};
}

void Registry::gauge_at_scrape(const Family& family, Labels labels, std::function<double()> read) {
    add_callback(family, Kind::read_gauge, labels, std::move(read));
}

void Registry::counter_at_scrape(const Family& family, Labels labels, std::function<double()> read) {
    add_callback(family, Kind::read_counter, labels, std::move(read));
}

Registry::Group& Registry::group(const Family& family, Kind kind, std::span<const std::int64_t> bounds) {
    const auto has_name = [&family](const Group& each) { return each.name == family.name; };
    if (const auto found = std::ranges::find_if(groups_, has_name); found != groups_.end()) {
        HAAT_ASSERT(found->kind == kind && found->bounds.data() == bounds.data());
        return *found;
    }
    HAAT_ASSERT(is_name(family.name, true));
    return groups_.emplace_back(Group{.name = std::string{family.name},
                                      .help = std::string{family.help},
                                      .kind = kind,
                                      .hide_unused = family.hide_unused,
                                      .bounds = bounds});
}

void Registry::add_to(Group& group, std::string labels, std::uint32_t first) {
    make_room_for_one(group.samples);
    Sample made{labels, first};
    group.first_by_labels.emplace(std::move(labels), first);
    group.samples.push_back(std::move(made));
}

std::uint32_t Registry::add_sample(const Family& family, Kind kind, Labels labels, std::size_t cells,
                                   std::span<const std::int64_t> bounds) {
    auto text = label_text(labels);
    const std::lock_guard lock{mutex_};
    auto& into = group(family, kind, bounds);
    if (const auto known = into.first_by_labels.find(text); known != into.first_by_labels.end())
        return known->second;
    HAAT_ASSERT(cells_used_ + cells <= Shards::kMaxCells);
    const auto first = static_cast<std::uint32_t>(cells_used_);
    add_to(into, std::move(text), first);
    cells_used_ += cells;
    return first;
}

void Registry::add_callback(const Family& family, Kind kind, Labels labels, std::function<double()> read) {
    auto text = label_text(labels);
    const std::lock_guard lock{mutex_};
    auto& into = group(family, kind, {});
    HAAT_ASSERT(!into.first_by_labels.contains(text));
    make_room_for_one(callbacks_);
    add_to(into, std::move(text), static_cast<std::uint32_t>(callbacks_.size()));
    callbacks_.push_back(std::move(read));
}

std::string Registry::render() const {
    // Callbacks take locks of their own, whose owners may be registering right now: asked without ours.
    std::vector<std::function<double()>> callbacks;
    {
        const std::lock_guard lock{mutex_};
        callbacks = callbacks_;
    }
    Scrape scrape;
    for (const auto& read : callbacks) {
        auto& answer = scrape.answers.emplace_back();
        answer.value = ask(read, answer.known);
    }
    const std::lock_guard lock{mutex_};
    scrape.cells = shards_->totals(cells_used_);
    std::string out;
    for (const auto& each : groups_) render_group(out, each, scrape);
    return out;
}

void Registry::render_group(std::string& out, const Group& group, const Scrape& scrape) {
    std::string_view type = "counter";
    if (group.kind == Kind::gauge || group.kind == Kind::read_gauge) type = "gauge";
    if (group.kind == Kind::histogram) type = "histogram";
    out += "# HELP ";
    out += group.name;
    out += ' ';
    append_escaped(out, group.help, false);
    out += "\n# TYPE ";
    out += group.name;
    out += ' ';
    out += type;
    out += '\n';
    for (const auto& sample : group.samples) render_sample(out, group, sample, scrape);
}

void Registry::render_sample(std::string& out, const Group& group, const Sample& sample,
                             const Scrape& scrape) {
    switch (group.kind) {
        case Kind::histogram:
            return render_histogram(out, group, sample, scrape);
        case Kind::read_gauge:
        case Kind::read_counter:
            if (sample.first >= scrape.answers.size() || !scrape.answers[sample.first].known) return;
            return append_line(out, group.name, "", sample.labels, scrape.answers[sample.first].value);
        case Kind::counter:
        case Kind::seconds_counter:
        case Kind::gauge:
            break;
    }
    const auto value = scrape.cells[sample.first];
    if (group.hide_unused && value == 0) return;
    if (group.kind == Kind::gauge) {
        append_line(out, group.name, "", sample.labels, static_cast<std::int64_t>(value));
    } else if (group.kind == Kind::seconds_counter) {
        append_line(out, group.name, "", sample.labels, to_seconds(value));
    } else {
        append_line(out, group.name, "", sample.labels, value);
    }
}

void Registry::render_histogram(std::string& out, const Group& group, const Sample& sample,
                                const Scrape& scrape) {
    const auto bounds = group.bounds;
    const auto cells = std::span{scrape.cells}.subspan(sample.first, bounds.size() + 2);
    std::uint64_t count = 0;
    for (const auto in_bucket : cells.first(bounds.size() + 1)) count += in_bucket;
    if (group.hide_unused && count == 0) return;

    const std::string comma = sample.labels.empty() ? "" : sample.labels + ',';
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        below += cells[i];
        append_line(out, group.name, "_bucket", fmt::format("{}le=\"{}\"", comma, to_seconds(bounds[i])),
                    below);
    }
    append_line(out, group.name, "_bucket", comma + "le=\"+Inf\"", count);
    append_line(out, group.name, "_sum", sample.labels, to_seconds(cells.back()));
    append_line(out, group.name, "_count", sample.labels, count);
}

}  // namespace haat::observe
