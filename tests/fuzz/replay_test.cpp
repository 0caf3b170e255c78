// What make fuzz found, and what it begins with, runs through the same functions here: every input of the
// corpus, and changed ones for a moment. HAAT_FUZZ_SEED repeats a run, HAAT_FUZZ_MS makes it longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxMutantBytes = 4 * 1024;
constexpr int kMaxChanges = 8;
constexpr long kDefaultMs = 500;

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

long number_of(const char* name, long otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtol(text, nullptr, 10);
}

std::string printable(const std::string& bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F && c != '\\') {
            out += c;
        } else {
            out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
        }
    }
    return out;
}

class Mutator {
public:
    Mutator(const std::vector<Input>& corpus, std::uint64_t seed) : corpus_{corpus}, random_{seed} {}

    std::string next() {
        std::string bytes = any().bytes;
        for (auto changes = below(kMaxChanges) + 1; changes > 0; --changes) change(bytes);
        if (bytes.size() > kMaxMutantBytes) bytes.resize(kMaxMutantBytes);
        return bytes;
    }

private:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_);
    }
    const Input& any() { return corpus_[below(corpus_.size())]; }

    void change(std::string& bytes) {
        const std::size_t at = below(bytes.size() + 1);
        const std::size_t length = std::min(below(16) + 1, bytes.size() - at);
        switch (below(6)) {
            case 0:
                if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
                break;
            case 1:
                if (at < bytes.size())
                    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
                break;
            case 2:
                bytes.erase(at, length);
                break;
            case 3:
                bytes.insert(at, bytes.substr(at, length));
                break;
            case 4:
                bytes.insert(at, 1, static_cast<char>(below(256)));
                break;
            default: {
                const std::string& other = any().bytes;
                const std::size_t from = below(other.size() + 1);
                bytes.replace(at, length, other.substr(from, below(64)));
            }
        }
    }

    const std::vector<Input>& corpus_;
    std::mt19937_64 random_;
};

class Fuzz : public testing::TestWithParam<const Target*> {};

TEST_P(Fuzz, HoldsOnTheCorpus) {
    const auto corpus = corpus_of(*GetParam());
    ASSERT_FALSE(corpus.empty());
    for (const auto& [name, bytes] : corpus) EXPECT_NO_THROW(GetParam()->run(bytes)) << name;
}

TEST_P(Fuzz, HoldsOnChangedInputs) {
    const auto seed =
        static_cast<std::uint64_t>(number_of("HAAT_FUZZ_SEED", static_cast<long>(std::random_device{}())));
    SCOPED_TRACE("HAAT_FUZZ_SEED=" + std::to_string(seed));
    const auto corpus = corpus_of(*GetParam());
    ASSERT_FALSE(corpus.empty());
    Mutator mutator{corpus, seed};
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds{number_of("HAAT_FUZZ_MS", kDefaultMs)};
    while (std::chrono::steady_clock::now() < until) {
        const std::string bytes = mutator.next();
        ASSERT_NO_THROW(GetParam()->run(bytes)) << printable(bytes);
    }
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
