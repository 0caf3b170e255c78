#include "accounts/email.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "kernel/fold.hpp"
#include "platform/crypto/hash.hpp"

namespace haat::accounts {
namespace {

constexpr std::size_t kMaxBytes = 254;
constexpr std::size_t kMaxLocalBytes = 64;
constexpr std::size_t kMaxLabelBytes = 63;

bool is_local_byte(char c) {
    constexpr std::string_view kRefused = "\"(),:;<>@[\\]\x7F";
    return static_cast<unsigned char>(c) > ' ' && kRefused.find(c) == std::string_view::npos;
}

bool is_label_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, is_label_byte);
}

bool is_domain(std::string_view domain) {
    std::size_t labels = 0;
    for (;;) {
        const auto dot = domain.find('.');
        if (!is_label(domain.substr(0, dot))) return false;
        ++labels;
        if (dot == std::string_view::npos) return labels >= 2;
        domain.remove_prefix(dot + 1);
    }
}

// Whether nothing in the text stands for something else, or for nothing at all.
bool is_normal(std::string_view text) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): flags
    constexpr auto kOptions = static_cast<utf8proc_option_t>(
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE | UTF8PROC_STRIPCC |
        UTF8PROC_LUMP | UTF8PROC_NLF2LF | UTF8PROC_REJECTNA);
    utf8proc_uint8_t* made = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &made, kOptions);
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> normal{made, &std::free};
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc{};
    return size >= 0 && std::ranges::equal(text, std::span{made, static_cast<std::size_t>(size)}, {},
                                           [](char c) { return static_cast<utf8proc_uint8_t>(c); });
}

}  // namespace

bool is_email(std::string_view text) {
    if (text.size() > kMaxBytes) return false;
    const auto at = text.find('@');
    if (at == std::string_view::npos) return false;
    const std::string_view local = text.substr(0, at);
    const bool dots_well_placed =
        !local.starts_with('.') && !local.ends_with('.') && local.find("..") == std::string_view::npos;
    return !local.empty() && local.size() <= kMaxLocalBytes && dots_well_placed &&
           std::ranges::all_of(local, is_local_byte) && is_domain(text.substr(at + 1)) && is_normal(text);
}

std::string email_key(std::string_view email) {
    return email.size() > kMaxBytes ? crypto::sha256_hex(email) : fold_case(email);
}

}  // namespace haat::accounts
