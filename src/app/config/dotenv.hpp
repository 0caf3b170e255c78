// The `.env` file, in the syntax of Node's dotenv.
//
//     # a comment
//     export KEY=value        # `export` and comments are skipped; so are spaces around key and value
//     KEY='as it stands'      "with \n \r \t \" \\ \$"      `as it stands`      (may span lines)
//
// In a value without quotes a # begins a comment wherever it stands, as in dotenv. CRLF, LF and a byte order
// mark are fine. Nothing is expanded.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace haat::config {

inline constexpr std::size_t kMaxDotenvBytes = std::size_t{64} * 1024;

struct DotenvEntry {
    std::string key;
    std::string value;
    int line = 0;              // where it begins, from 1
    bool cut_at_hash = false;  // a # right after a letter ended the value: perhaps it was part of it
};

// In the order of the file, doubles included; the last of them counts. On error all malformed lines, each as
// `line 3: what is wrong`, never with the line's text, which may hold a secret.
using DotenvEntries = std::expected<std::vector<DotenvEntry>, std::vector<std::string>>;

DotenvEntries parse_dotenv(std::string_view text);

// An absent file has no entries. Errors also for a file that cannot be read or is over kMaxDotenvBytes.
DotenvEntries read_dotenv(const std::filesystem::path& path);

}  // namespace haat::config
