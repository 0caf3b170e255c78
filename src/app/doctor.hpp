// `haat doctor`: what is wrong or risky about the settings and what they need, and what to do about it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "app/config/load.hpp"

namespace haat::app {

enum class Verdict : std::uint8_t { ok, warn, fail };

struct Finding {
    Verdict verdict = Verdict::ok;
    std::string what;
    std::string advice{};  // what to do; empty when all is well
};

// Changes nothing on disk. May wait 2 seconds for a mail server, and for each Redis server, and some for
// PostgreSQL, of which it takes as many connections for a moment as a node needs. No finding holds a secret.
std::vector<Finding> diagnose(const std::expected<config::LoadedSettings, config::LoadErrors>& loaded);

// One line a finding: `warn  what  -> what to do`.
std::string render(const std::vector<Finding>& findings);

// kFailure when there is a FAIL, else kSuccess.
int exit_code_of(const std::vector<Finding>& findings);

}  // namespace haat::app
