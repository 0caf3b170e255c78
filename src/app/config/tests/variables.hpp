// Variables of a test's own, in place of the process'.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace haat::config {

using Variables = std::map<std::string, std::string>;

// For Sources. The variables outlive it.
inline auto look_up_in(const Variables& variables) {
    return [&variables](const std::string& name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional{at->second};
    };
}

}  // namespace haat::config
