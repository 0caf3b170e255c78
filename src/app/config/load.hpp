// Where settings come from. First found counts: command line, environment, `.env` in the working directory,
// default. An empty value counts as none.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/config/settings.hpp"

namespace haat::config {

// `--port 3001`: {"PORT", "3001"}. The name is a setting's or its alias.
struct Override {
    std::string name;
    std::string value;
};

struct Sources {
    std::vector<Override> command_line{};
    std::function<std::optional<std::string>(const std::string& name)> environment{};
    std::filesystem::path dotenv = ".env";  // may be absent
    bool terminal = false;                  // the log is read by a person
};

// A setting as `haat config` shows it.
struct ShownSetting {
    std::string value;   // secrets hidden
    std::string source;  // `command line`, `environment`, `.env line 3`, `default`
};

struct LoadedSettings {
    Settings settings;
    std::vector<ShownSetting> shown;    // row by row of settings_table()
    std::vector<std::string> warnings;  // one line each: unknown keys, a secret where others can read it
};

// All that is wrong, at once, one line each: the setting, where its value came from, what is allowed. The
// warnings follow, as a misspelt name is often why something is missing. No line holds a secret.
using LoadErrors = std::vector<std::string>;

// Changes nothing on disk. Blocking; for the start of the program.
std::expected<LoadedSettings, LoadErrors> load_settings(const Sources& sources);

// The sources of this process: its environment, `.env`, and whether its log (standard error) goes to a
// terminal.
Sources process_sources(std::vector<Override> command_line);

}  // namespace haat::config
