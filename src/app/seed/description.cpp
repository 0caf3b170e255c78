#include "app/seed/description.hpp"

#include <fmt/format.h>

#include "platform/json/write.hpp"

namespace haat::seed {
namespace {

std::string to_lower(std::string_view ascii) {
    std::string lower{ascii};
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

std::string opening(const Subject& subject, Random& random) {
    const std::string trait = to_lower(subject.quality);
    return fmt::format(fmt::runtime(random.pick(openings())), fmt::arg("brand", subject.brand),
                       fmt::arg("item", subject.item), fmt::arg("trait", trait),
                       fmt::arg("sub_category", subject.sub_category.name));
}

// A few ranges hold much of the shop, and many hold little: the k-th or a later one comes with a chance of
// 3 in 3 + k. Empty when it comes after the last.
std::string_view pick_range(Random& random) {
    constexpr std::uint64_t kSteepness = 3;
    const std::uint64_t place = (kSteepness << 32) / (std::uint64_t{random.next()} + 1) - kSteepness;
    return place < ranges().size() ? ranges()[place] : std::string_view{};
}

}  // namespace

std::string describe(const Subject& subject, Random& random) {
    std::string text = opening(subject, random);
    const auto append = [&text](std::string_view sentence) {
        text += ' ';
        text += sentence;
    };
    append(random.pick(subject.category.lines));
    if (random.one_in(2)) append(random.pick(quality_lines()));
    if (random.one_in(2)) {
        const auto range = pick_range(random);
        if (!range.empty()) append(fmt::format("Part of our {} range.", range));
    }
    for (const Note& note : notes()) {
        if (random.one_in(note.odds)) append(note.text);
    }
    return text;
}

json::RawObject more_details(const Subject& subject, Random& random) {
    if (random.one_in(10)) return {};
    const auto value = random.pick(subject.category.details);
    std::string text = R"({"Brand":)";
    json::write(text, subject.brand);
    text += ',';
    json::write(text, subject.category.detail);
    text += ':';
    json::write(text, value);
    text += '}';
    return {.text = std::move(text)};
}

}  // namespace haat::seed
