// Header values of the form `type; name=value; name="value"` (RFC 9110 §5.6.6, RFC 2045 §5.1), as in
// Content-Type and Content-Disposition.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haat::http {

struct ParameterizedValue {
    std::string type{};                                             // lower case
    std::vector<std::pair<std::string, std::string>> parameters{};  // names in lower case, values unquoted

    // The value of a parameter; nullptr when it is not there.
    [[nodiscard]] const std::string* find(std::string_view name) const;
};

// nullopt when the value is malformed or names a parameter twice: two readers could choose differently.
// An unquoted value may hold any character but `;`, and a backslash in quotes escapes only `"` and `\`, since
// that is what clients send.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

}  // namespace haat::http
