#include "app/config/describe.hpp"

#include <fmt/format.h>

#include <iterator>

#include "app/config/setting.hpp"

namespace haat::config {
namespace {

std::string default_of(const Setting& setting) {
    return setting.fallback.text.empty() ? "none" : std::string{setting.fallback.text};
}

// < opens HTML in Markdown, | ends a cell.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|' || c == '<' || c == '*') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace

std::string describe_values(const LoadedSettings& loaded) {
    std::string text;
    std::string_view group;
    auto shown = loaded.shown.begin();
    for (const Setting& setting : settings_table()) {
        if (setting.group != group) {
            fmt::format_to(std::back_inserter(text), "{}# {}\n", group.empty() ? "" : "\n", setting.group);
            group = setting.group;
        }
        fmt::format_to(std::back_inserter(text), "{:<24} = {}  ({})\n    {}\n    Default: {}. Allowed: {}.\n",
                       setting.name, shown->value.empty() ? "(unset)" : shown->value, shown->source,
                       setting.meaning, default_of(setting), allowed(setting));
        ++shown;
    }
    return text;
}

std::string describe_markdown() {
    std::string text{"| Setting | Default | Allowed | Meaning |\n|---|---|---|---|\n"};
    for (const Setting& setting : settings_table()) {
        const auto alias = setting.alias.empty() ? std::string{} : fmt::format(" (also `{}`)", setting.alias);
        fmt::format_to(std::back_inserter(text), "| `{}`{} | {} | {} | {} |\n", setting.name, alias,
                       cell(default_of(setting)), cell(allowed(setting)), cell(setting.meaning));
    }
    return text;
}

std::string describe_options() {
    std::string text{
        "Settings (also from the environment and .env, in capitals: PORT=3001; see `haat config`):\n"};
    for (const Setting& setting : settings_table()) {
        fmt::format_to(std::back_inserter(text), "  {:<28} {}\n", option_name(setting.name), setting.meaning);
    }
    return text;
}

}  // namespace haat::config
