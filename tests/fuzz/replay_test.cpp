// What libFuzzer found, and what it begins with, runs through the same functions here, built by the other
// compiler: every input of the corpus.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

namespace fs = std::filesystem;

struct Input {
    std::string name;
    std::string bytes;
};

std::vector<Input> corpus_of(const Target& target) {
    std::vector<Input> inputs;
    const fs::path folder = fs::path{__FILE__}.parent_path() / "corpus" / target.name;
    for (const auto& entry : fs::directory_iterator{folder}) {
        std::ifstream file{entry.path(), std::ios::binary};
        inputs.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>{file}, {}}});
    }
    std::ranges::sort(inputs, {}, &Input::name);
    return inputs;
}

class Fuzz : public testing::TestWithParam<const Target*> {};

TEST_P(Fuzz, HoldsOnTheCorpus) {
    const auto corpus = corpus_of(*GetParam());
    ASSERT_FALSE(corpus.empty());
    for (const auto& [name, bytes] : corpus) EXPECT_NO_THROW(GetParam()->run(bytes)) << name;
}

std::vector<const Target*> all() {
    std::vector<const Target*> pointers;
    for (const Target& target : targets()) pointers.push_back(&target);
    return pointers;
}

INSTANTIATE_TEST_SUITE_P(All, Fuzz, testing::ValuesIn(all()),
                         [](const auto& target) { return std::string{target.param->name}; });

}  // namespace
}  // namespace haat::fuzz
