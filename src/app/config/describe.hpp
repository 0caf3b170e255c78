// The table of settings for people: `haat config` and the README.
#pragma once

#include <string>

#include "app/config/load.hpp"

namespace haat::config {

// Each setting with its value, source, default and meaning, group by group; secrets hidden.
std::string describe_values(const LoadedSettings& loaded);

// The table without values, as Markdown.
std::string describe_markdown();

// The options of the command line that stand for settings, for `--help`.
std::string describe_options();

}  // namespace haat::config
