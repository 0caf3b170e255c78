#include "catalog/search_index.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_map>

#include "kernel/error.hpp"
#include "platform/db/search_words.hpp"

namespace haat::catalog {
namespace {

constexpr unsigned kNameWeight = 2;

// A text that begins where another one ends is another text.
std::uint64_t fingerprint_of(std::string_view name, std::string_view description) {
    std::string both{name};
    both += '\0';
    both += description;
    return std::hash<std::string>{}(both);
}

// Each word of the terms as the index has it. false: one of them is several words.
bool add_words(std::vector<std::string>& to, const std::vector<std::string>& terms) {
    for (const std::string& term : terms) {
        auto words = db::search_words(term);
        if (words.size() > 1) return false;
        if (words.size() == 1 && std::ranges::find(to, words.front()) == to.end())
            to.push_back(std::move(words.front()));
    }
    return true;
}

}  // namespace

IndexedText IndexedText::of(ProductId id, Timestamp created_at, std::string_view name,
                            std::string_view description) {
    IndexedText product{.id = id, .created_at = created_at, .fingerprint = fingerprint_of(name, description)};
    std::unordered_map<std::string, unsigned> weights;
    std::size_t length = 0;
    const auto add = [&](std::string_view text, unsigned weight) {
        for (std::string& word : db::search_words(text)) {
            ++length;
            if (word.size() <= kMaxSearchBytes)
                weights[std::move(word)] += weight;  // longer: not to be asked for
        }
    };
    add(name, kNameWeight);
    add(description, 1);
    constexpr std::size_t kMaxLength = std::numeric_limits<std::uint16_t>::max();
    product.length = static_cast<std::uint16_t>(std::clamp<std::size_t>(length, 1, kMaxLength));
    product.words.reserve(weights.size());
    for (auto& [text, weight] : weights) product.words.push_back({.text = text, .weight = weight});
    return product;
}

std::optional<SearchTerms> SearchTerms::of(const SearchQuery& query) {
    SearchTerms terms;
    if (!query.phrases.empty() || !add_words(terms.any, query.words) ||
        !add_words(terms.none, query.excluded)) {
        return std::nullopt;
    }
    return terms;
}

std::size_t SearchIndex::HashId::operator()(const ObjectId::Bytes& id) const noexcept {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(id.data()), id.size()});
}

bool SearchIndex::is_older(Slot a, Slot b) const {
    const Indexed& left = products_[a];
    const Indexed& right = products_[b];
    return left.created_ms != right.created_ms ? left.created_ms < right.created_ms : left.id < right.id;
}

void SearchIndex::put(const IndexedText& product) {
    const auto id = product.id.bytes();
    if (const auto known = slots_.find(id); known != slots_.end()) {
        if (products_[*known].fingerprint == product.fingerprint) return;
        remove(product.id);
    }
    HAAT_ASSERT(products_.size() < Postings::Cursor::kEnd);
    const auto slot = static_cast<Slot>(products_.size());
    products_.push_back({.id = id, .created_ms = product.created_at.ms, .fingerprint = product.fingerprint});
    lengths_.push_back(product.length);
    total_length_ += product.length;
    slots_.insert(slot);
    order_.insert(slot);
    for (const auto& [text, weight] : product.words) {
        const auto [entry, is_new] = words_.try_emplace(text);
        if (is_new && text.size() > std::string{}.capacity()) word_bytes_ += text.size();
        Postings& postings = entry->second;
        const std::size_t before = postings.bytes();
        postings.add(slot, weight);
        posting_bytes_ += postings.bytes() - before;
    }
}

void SearchIndex::remove(const ProductId& id) {
    const auto known = slots_.find(id.bytes());
    if (known == slots_.end()) return;
    const Slot slot = *known;
    slots_.erase(known);
    order_.erase(slot);
    total_length_ -= lengths_[slot];
    lengths_[slot] = 0;
}

SearchIndex::Hits SearchIndex::newest(Page page) const {
    Hits hits{.total = static_cast<std::int64_t>(size())};
    const auto slots =
        order_.page(static_cast<std::size_t>(page.offset()), static_cast<std::size_t>(page.limit));
    for (const Slot slot : slots) hits.page.push_back({.id = id_of(slot), .score = 0});
    return hits;
}

std::vector<const Postings*> SearchIndex::postings_of(const std::vector<std::string>& words) const {
    std::vector<const Postings*> found;
    for (const std::string& word : words) {
        const auto entry = words_.find(word);
        if (entry != words_.end()) found.push_back(&entry->second);
    }
    return found;
}

std::size_t SearchIndex::occurrences(const SearchTerms& terms) const {
    std::size_t all = 0;
    for (const auto* words : {&terms.any, &terms.none}) {
        for (const Postings* postings : postings_of(*words)) all += postings->size();
    }
    return all;
}

// What a word is worth in a product.
class SearchIndex::Ranking {
public:
    explicit Ranking(const SearchIndex& index)
        : products_{static_cast<double>(index.size())},
          per_length_{kK1 * kB / (static_cast<double>(index.total_length_) / products_)},
          lengths_{index.lengths_} {}

    // Of how many products the word tells it apart. Above 0 for each, unlike Robertson's own.
    [[nodiscard]] double rarity(const Postings& postings) const {
        const double found = std::min(static_cast<double>(postings.size()), products_);
        return std::log(1 + (products_ - found + 0.5) / (found + 0.5));
    }
    [[nodiscard]] double score(double rarity, unsigned weight, Slot slot) const {
        const double norm = kK1 * (1 - kB) + per_length_ * lengths_[slot];
        return rarity * weight * (kK1 + 1) / (weight + norm);
    }

private:
    static constexpr double kK1 = 1.2;
    static constexpr double kB = 0.75;

    double products_;
    double per_length_;
    std::span<const std::uint16_t> lengths_;
};

// The best so many of those that are offered.
class SearchIndex::Best {
public:
    // Those behind the first `skipped`, at most limit.
    Best(const SearchIndex& index, Page page) : index_{index} {
        const auto skipped = static_cast<std::size_t>(page.offset());
        skipped_ = std::min(skipped, index.size());
        wanted_ = skipped_ + static_cast<std::size_t>(page.limit);
    }

    void offer(double score, Slot slot) {
        ++total_;
        if (is_full_ && !is_better({score, slot}, worst_)) return;
        candidates_.push_back({score, slot});
        if (candidates_.size() >= 2 * wanted_ + kLeast) keep_wanted();
    }

    [[nodiscard]] Hits page() {
        std::ranges::sort(candidates_, [this](auto a, auto b) { return is_better(a, b); });
        Hits hits{.total = total_};
        for (std::size_t i = skipped_; i < std::min(wanted_, candidates_.size()); ++i)
            hits.page.push_back({.id = index_.id_of(candidates_[i].slot), .score = candidates_[i].score});
        return hits;
    }

private:
    struct Candidate {
        double score;
        Slot slot;
    };
    static constexpr std::size_t kLeast = 256;

    [[nodiscard]] bool is_better(const Candidate& a, const Candidate& b) const {
        return a.score != b.score ? a.score > b.score : index_.is_older(b.slot, a.slot);
    }

    void keep_wanted() {
        const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
        std::ranges::nth_element(candidates_, last, [this](auto a, auto b) { return is_better(a, b); });
        candidates_.resize(wanted_);
        worst_ = candidates_.back();
        is_full_ = true;
    }

    const SearchIndex& index_;
    std::size_t skipped_;
    std::size_t wanted_;  // 1 or more
    std::int64_t total_ = 0;
    bool is_full_ = false;
    Candidate worst_{};  // of the wanted ones, where so many were offered
    std::vector<Candidate> candidates_;
};

// Window after window of slots: first the scores of those that a word occurs in, then those that count.
SearchIndex::Hits SearchIndex::select(const SearchTerms& terms, const Ranking* ranking, Page page) const {
    struct Word {
        Postings::Cursor cursor;
        double rarity;
    };
    constexpr Slot kWindow = 2'048;
    std::array<double, kWindow> scores{};
    std::vector<Word> words;
    for (const Postings* postings : postings_of(terms.any))
        words.push_back({Postings::Cursor{*postings}, ranking ? ranking->rarity(*postings) : 1});
    std::vector<Postings::Cursor> excluded;
    for (const Postings* postings : postings_of(terms.none)) excluded.emplace_back(*postings);

    Best best{*this, page};
    for (;;) {
        Slot first = Postings::Cursor::kEnd;
        for (const Word& word : words) first = std::min(first, word.cursor.slot());
        if (first == Postings::Cursor::kEnd) return best.page();
        const Slot begin = first / kWindow * kWindow;
        const Slot end =
            static_cast<Slot>(std::min<std::size_t>(begin + std::size_t{kWindow}, lengths_.size()));
        for (auto& [cursor, rarity] : words) {
            for (; cursor.slot() < end; cursor.advance()) {
                scores[cursor.slot() - begin] +=
                    ranking ? ranking->score(rarity, cursor.weight(), cursor.slot()) : rarity;
            }
        }
        for (auto& cursor : excluded) {
            for (; cursor.slot() < end; cursor.advance())
                if (cursor.slot() >= begin) scores[cursor.slot() - begin] = 0;
        }
        for (Slot slot = first; slot < end; ++slot) {
            double& score = scores[slot - begin];
            if (score > 0 && lengths_[slot] > 0) best.offer(ranking ? score : 0, slot);
            score = 0;
        }
    }
}

SearchIndex::Hits SearchIndex::newest_of(const SearchTerms& terms, Page page) const {
    return select(terms, nullptr, page);
}

SearchIndex::Hits SearchIndex::best_of(const SearchTerms& terms, Page page) const {
    if (size() == 0) return {};
    const Ranking ranking{*this};
    return select(terms, &ranking, page);
}

std::size_t SearchIndex::bytes() const {
    constexpr std::size_t kWord = sizeof(std::string) + sizeof(Postings) + 1;
    return products_.capacity() * sizeof(Indexed) + lengths_.capacity() * sizeof(std::uint16_t) +
           order_.bytes() + slots_.bucket_count() * (sizeof(Slot) + 1) + words_.bucket_count() * kWord +
           word_bytes_ + posting_bytes_;
}

void SearchIndex::shrink() {
    products_.shrink_to_fit();
    lengths_.shrink_to_fit();
    posting_bytes_ = 0;
    for (auto& [text, postings] : words_) {
        postings.shrink();
        posting_bytes_ += postings.bytes();
    }
}

}  // namespace haat::catalog
