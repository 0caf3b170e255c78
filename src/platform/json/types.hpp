// Types of fields that JSON has and C++ has not.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace haat::json {

// Input: any value where the rule behind the field has its own words for a wrong type. The text of a
// string, the decimal text of a number; invalid for the rest.
struct Loose {
    bool valid = false;
    bool is_null = false;
    std::string text{};
};

// Input: a list of identifiers as they were sent. An element that is no string, or a value that is no
// list, stands here as "", which is no identifier.
struct IdTexts {
    std::vector<std::string> texts{};
};

// A whole number of any size, written as JavaScript prints it.
struct Whole {
    double value = 0;
};

// A JSON object that is kept as it is, as compact text. Left out of an answer when it is `{}`.
struct RawObject {
    std::string text = "{}";
};

// Left out of an answer when empty (std::optional is written as null).
template <class T>
struct Omittable {
    std::optional<T> value{};
};

}  // namespace haat::json
