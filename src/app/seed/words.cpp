#include "app/seed/words.hpp"

#include <vector>

#include "kernel/error.hpp"

namespace haat::seed {
namespace {

constexpr auto kBrandBegins = std::to_array<std::string_view>({
    "Alder", "Amber", "Ash",   "Bram",   "Briar", "Cedar", "Clover", "Dove",   "Elder",
    "Fern",  "Glen",  "Haven", "Hazel",  "Ivy",   "Larch", "Linden", "Maple",  "Nettle",
    "Oak",   "Pine",  "Rowan", "Sorrel", "Thorn", "Umber", "Willow", "Yarrow",
});
constexpr auto kBrandEnds = std::to_array<std::string_view>({
    "brook",
    "combe",
    "croft",
    "dale",
    "fold",
    "gate",
    "holt",
    "hurst",
    "lea",
    "mere",
    "moor",
    "ridge",
    "stead",
    "wick",
    "wold",
    "worth",
});

constexpr auto kOpenings = std::to_array<std::string_view>({
    "{item} by {brand}, from the {trait} selection.",
    "{item} as {brand} does best.",
    "A favourite of our customers: {item} by {brand}.",
    "Our {trait} choice in {sub_category}: {item} by {brand}.",
    "{item} from {brand}, chosen for our {sub_category} shelf.",
    "Looking for {item}? {brand} rarely disappoints.",
    "{brand} {item}, back on our shelf by request.",
});

constexpr auto kQualityLines = std::to_array<std::string_view>({
    "Checked for quality before it leaves our warehouse.",
    "Every delivery passes a quality check.",
    "Quality to rely on, week after week.",
});

constexpr auto kNotes = std::to_array<Note>({
    {4, "Dispatched within two days."},
    {20, "A limited edition while stocks last."},
    {100, "A refill is available on request."},
    {500, "Comes with a handwritten card."},
});

constexpr auto kRanges = std::to_array<std::string_view>({
    "Larkspur",  "Foxglove",   "Bluebell",   "Snowdrop",  "Primrose",   "Cornflower", "Marigold",
    "Buttercup", "Periwinkle", "Heather",    "Lupin",     "Aster",      "Begonia",    "Camellia",
    "Dahlia",    "Freesia",    "Gentian",    "Hyacinth",  "Iris",       "Jonquil",    "Lavender",
    "Magnolia",  "Narcissus",  "Orchid",     "Peony",     "Ranunculus", "Snapdragon", "Tulip",
    "Verbena",   "Wisteria",   "Zinnia",     "Agate",     "Amethyst",   "Basalt",     "Beryl",
    "Carnelian", "Citrine",    "Coral",      "Emerald",   "Feldspar",   "Flint",      "Garnet",
    "Granite",   "Jade",       "Jasper",     "Lapis",     "Malachite",  "Moonstone",  "Obsidian",
    "Onyx",      "Opal",       "Peridot",    "Quartz",    "Ruby",       "Sapphire",   "Slate",
    "Sunstone",  "Topaz",      "Tourmaline", "Turquoise", "Zircon",     "Avocet",     "Bittern",
    "Bunting",   "Chaffinch",  "Cormorant",  "Curlew",    "Dunlin",     "Egret",      "Falcon",
    "Fieldfare", "Firecrest",  "Gannet",     "Goldfinch", "Goshawk",    "Grebe",      "Harrier",
    "Heron",     "Kestrel",    "Kingfisher", "Lapwing",   "Linnet",     "Merlin",     "Nightingale",
    "Nuthatch",  "Oriole",     "Osprey",     "Partridge", "Petrel",     "Pipit",      "Plover",
    "Redstart",  "Sandpiper",  "Shearwater", "Siskin",    "Skylark",    "Starling",   "Swallow",
    "Teal",      "Tern",       "Thrush",     "Turnstone", "Wagtail",    "Warbler",    "Wheatear",
    "Whimbrel",  "Woodlark",   "Wren",       "Altair",    "Andromeda",  "Antares",    "Aurora",
    "Capella",   "Cassiopeia", "Lyra",       "Meridian",  "Nebula",     "Orion",      "Perseus",
    "Polaris",   "Sirius",     "Solstice",   "Vega",      "Zenith",
});

}  // namespace

std::span<const CategoryWords> assortment() {
    static const std::vector<CategoryWords> all = [] {
        std::vector<CategoryWords> both{food().begin(), food().end()};
        both.insert(both.end(), household().begin(), household().end());
        return both;
    }();
    return all;
}

std::string brand(std::uint32_t index) {
    HAAT_ASSERT(index < brand_count());
    std::string name{kBrandBegins[index / kBrandEnds.size()]};
    return name += kBrandEnds[index % kBrandEnds.size()];
}

std::uint32_t brand_count() { return kBrandBegins.size() * kBrandEnds.size(); }

std::span<const std::string_view> openings() { return kOpenings; }
std::span<const std::string_view> quality_lines() { return kQualityLines; }
std::span<const Note> notes() { return kNotes; }
std::span<const std::string_view> ranges() { return kRanges; }

}  // namespace haat::seed
