// The settings as found, before they are read.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace haat::config {

inline constexpr std::string_view kDefaultSource = "default";

struct Found {
    std::string text;
    std::string source;
};

class Texts {
public:
    bool terminal = false;  // see Sources

    void put(std::string_view name, Found found) { found_.insert_or_assign(name, std::move(found)); }

    // Empty when there is none.
    [[nodiscard]] std::string_view text(std::string_view name) const {
        const auto at = found_.find(name);
        return at == found_.end() ? std::string_view{} : at->second.text;
    }
    [[nodiscard]] std::string_view source(std::string_view name) const {
        const auto at = found_.find(name);
        return at == found_.end() ? kDefaultSource : std::string_view{at->second.source};
    }
    // Whether it has a value that somebody chose.
    [[nodiscard]] bool chosen(std::string_view name) const { return source(name) != kDefaultSource; }

private:
    std::map<std::string_view, Found> found_;  // keys point into the table
};

}  // namespace haat::config
