#include <algorithm>
#include <array>

#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

constexpr auto kTargets = std::to_array<Target>({
    {"requests", requests},
    {"urls", targets_of_urls},
    {"fields", fields},
    {"json", json_inputs},
    {"tokens", tokens},
    {"multipart", multipart},
    {"image_headers", image_headers},
    {"images", images},
    {"searches", searches},
    {"emails", emails},
});

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target* find_target(std::string_view name) {
    const auto found = std::ranges::find(kTargets, name, &Target::name);
    return found == kTargets.end() ? nullptr : &*found;
}

}  // namespace haat::fuzz
