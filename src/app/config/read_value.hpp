// From the text of a setting to its member. Each returns false when the text is not what the setting allows.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "app/config/setting.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::config {

bool read_value(const Setting& setting, std::string_view text, std::string& out);
bool read_value(const Setting& setting, std::string_view text, crypto::Secret& out);
bool read_value(const Setting& setting, std::string_view text, int& out);
bool read_value(const Setting& setting, std::string_view text, std::chrono::seconds& out);
bool read_value(const Setting& setting, std::string_view text, bool& out);
bool read_value(const Setting& setting, std::string_view text, std::filesystem::path& out);
bool read_value(const Setting& setting, std::string_view text, std::vector<std::string>& out);

// The position of the word among those parted by |, without regard to case.
std::optional<int> position_of(std::string_view word, std::string_view words);

template <class Choice>
    requires std::is_enum_v<Choice>
bool read_value(const Setting& setting, std::string_view text, Choice& out) {
    const auto position = position_of(text, setting.constraint.words);
    if (position) out = static_cast<Choice>(*position);
    return position.has_value();
}

}  // namespace haat::config
