// What is fuzzed: functions that take any bytes a client may send, and throw when a rule is broken.
//
// haat_fuzz runs one under libFuzzer (tools/fuzz); haat_tests runs all over the corpus (replay_test.cpp).
// Memory errors are the sanitizers' to find.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace haat::fuzz {

struct Target {
    std::string_view name;  // of its folder in corpus/
    void (*run)(std::string_view bytes);
};

std::span<const Target> targets();

// nullptr when there is none of that name.
const Target* find_target(std::string_view name);

// Inputs of at most so many bytes are cut at every place, longer ones at kCuts places.
inline constexpr std::size_t kCutEverywhereBytes = 256;
inline constexpr std::size_t kCuts = 24;

// A broken rule. Not an assertion: the replay tells which input it was.
inline void require(bool holds, const std::string& rule) {
    if (!holds) throw std::logic_error{rule};
}

void requests(std::string_view bytes);         // one piece, or cut anywhere: the same requests and errors
void targets_of_urls(std::string_view bytes);  // request target, escapes, query parameters, routes
void fields(std::string_view bytes);           // cookies, Content-Type, X-Forwarded-For, Origin, ETags
void json_inputs(std::string_view bytes);      // a body as each Input
void tokens(std::string_view bytes);           // texts as tokens, and payloads that we signed
void multipart(std::string_view bytes);        // one piece, or cut anywhere: the same parts and errors
void image_headers(std::string_view bytes);    // what is looked at before a decoder sees an image
void images(std::string_view bytes);           // the decoders behind it
void searches(std::string_view bytes);         // the search box, and the same by both indexes
void emails(std::string_view bytes);           // addresses, and the mails they would stand in

}  // namespace haat::fuzz
