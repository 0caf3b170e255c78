// The published products in memory: which there are, in the order of lists, and which words they have. Beside
// the table, which it is made of and kept in step with (product_index.hpp), because an engine's own search
// has to look at every row that a frequent word occurs in, and a list at every row before the page.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/newest_first.hpp"
#include "catalog/search_postings.hpp"
#include "catalog/search_query.hpp"
#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "kernel/page.hpp"

namespace haat::catalog {

// What the index keeps of a product.
struct IndexedText {
    struct Word {
        std::string text;
        unsigned weight;  // how often it occurs; twice as much in the name
    };

    // The words are those of db::search_words, each once.
    static IndexedText of(ProductId id, Timestamp created_at, std::string_view name,
                          std::string_view description);

    ProductId id{};
    Timestamp created_at{};
    std::uint64_t fingerprint = 0;  // of both texts
    std::uint16_t length = 1;       // in words, those that are repeated included; saturates, and is never 0
    std::vector<Word> words{};
};

// A query that needs no more than to know which words occur. Each word as the index has it, once.
struct SearchTerms {
    // nullopt where the order of words decides: for phrases, and for a word that is several to the index.
    static std::optional<SearchTerms> of(const SearchQuery& query);

    std::vector<std::string> any{};   // one of them occurs; empty: finds nothing
    std::vector<std::string> none{};  // none of them does
};

// Changes need the index alone; whoever reads shares it with other readers. Time grows with how often the
// words of a query occur, and not with the number of products.
class SearchIndex {
public:
    struct Hit {
        ProductId id;
        double score;  // above 0; 0 where nobody asked for it
    };
    struct Hits {
        std::vector<Hit> page{};
        std::int64_t total = 0;
    };

    SearchIndex() = default;
    SearchIndex(const SearchIndex&) = delete;  // the order refers to the products
    SearchIndex& operator=(const SearchIndex&) = delete;

    // Adds a product, or puts it in place of what it was.
    void put(const IndexedText& product);
    // Nothing where it is not there.
    void remove(const ProductId& id);

    [[nodiscard]] Hits newest(Page page) const;
    [[nodiscard]] Hits newest_of(const SearchTerms& terms, Page page) const;
    // By BM25 (Robertson, Zaragoza, The Probabilistic Relevance Framework, 2009) with k1 = 1.2 and b = 0.75;
    // equal scores newest first.
    [[nodiscard]] Hits best_of(const SearchTerms& terms, Page page) const;

    // How often the words of the terms occur: what a search for them costs.
    [[nodiscard]] std::size_t occurrences(const SearchTerms& terms) const;

    // Published products.
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    // What is kept of products that were changed or removed, until the index is made anew.
    [[nodiscard]] std::size_t dead() const { return products_.size() - size(); }
    // Of memory, about.
    [[nodiscard]] std::size_t bytes() const;
    // Gives back what it has taken in reserve: for when it was filled.
    void shrink();

private:
    struct Indexed {
        ObjectId::Bytes id;
        std::int64_t created_ms;
        std::uint64_t fingerprint;
    };
    struct HashId {
        using is_transparent = void;
        const std::vector<Indexed>* products;
        std::size_t operator()(const ObjectId::Bytes& id) const noexcept;
        std::size_t operator()(Slot slot) const noexcept { return (*this)((*products)[slot].id); }
    };
    struct SameId {
        using is_transparent = void;
        const std::vector<Indexed>* products;
        bool operator()(const ObjectId::Bytes& a, Slot b) const { return a == (*products)[b].id; }
        bool operator()(Slot a, const ObjectId::Bytes& b) const { return b == (*products)[a].id; }
        bool operator()(Slot a, Slot b) const { return a == b; }
    };
    struct HashText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    class Best;
    class Ranking;

    [[nodiscard]] bool is_older(Slot a, Slot b) const;
    [[nodiscard]] ProductId id_of(Slot slot) const { return ProductId{ObjectId::of(products_[slot].id)}; }
    [[nodiscard]] std::vector<const Postings*> postings_of(const std::vector<std::string>& words) const;
    [[nodiscard]] Hits select(const SearchTerms& terms, const Ranking* ranking, Page page) const;

    std::vector<Indexed> products_;       // by slot; the slots of what was removed stay
    std::vector<std::uint16_t> lengths_;  // by slot; 0: removed
    std::uint64_t total_length_ = 0;      // of those that are there
    boost::unordered_flat_set<Slot, HashId, SameId> slots_{0, HashId{&products_}, SameId{&products_}};
    NewestFirst order_{[this](Slot a, Slot b) { return is_older(a, b); }};
    boost::unordered_flat_map<std::string, Postings, HashText, std::equal_to<>> words_;
    std::size_t word_bytes_ = 0;  // of long words, which are not within the map
    std::size_t posting_bytes_ = 0;
};

}  // namespace haat::catalog
