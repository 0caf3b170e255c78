#include "app/config/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>

#include "platform/crypto/hash.hpp"
#include "platform/crypto/random.hpp"
#include "platform/files.hpp"

namespace haat::config {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kHexDigits = 2 * kKeyBytes;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

using Key = std::expected<crypto::Secret, std::string>;

std::unexpected<std::string> failed(const std::filesystem::path& path, std::string_view what) {
    return std::unexpected{path.string() + ": " + std::string{what}};
}

std::unexpected<std::string> failed_with_errno(const std::filesystem::path& path, std::string_view what) {
    return failed(path, std::string{what} + ": " + std::strerror(errno));
}

// Written whole under another name first, then linked: a crash leaves no half a key, and link() refuses to
// replace a key that another process made meanwhile. Empty on success.
std::optional<std::string> write_key_file(const std::filesystem::path& path) {
    const auto made = path.string() + "." + std::to_string(getpid());
    const std::string hex = crypto::random_hex(kKeyBytes);
    unlink(made.c_str());  // of an earlier process with this id, that crashed
    const bool good = write_new_file(made, hex + "\n", S_IRUSR | S_IWUSR) &&
                      (link(made.c_str(), path.c_str()) == 0 || errno == EEXIST);
    const int error = errno;
    unlink(made.c_str());
    if (!good) return path.string() + ": cannot be written: " + std::strerror(error);
    if (!sync_folder(path.parent_path()))
        return path.string() + ": cannot be made durable: " + std::strerror(errno);
    return std::nullopt;
}

Key key_in(const std::filesystem::path& path) {
    auto key = read_key_file(path);
    if (!key || !key->empty()) return key;
    if (auto error = write_key_file(path)) return std::unexpected{std::move(*error)};
    key = read_key_file(path);
    if (key && key->empty()) return failed(path, "vanished while it was read");
    return key;
}

// The folder inside of the data folder, readable by its owner only. Nothing on success. A data folder that is
// new is private, too: the database holds people's addresses.
std::optional<std::string> make_private(const std::filesystem::path& dir) {
    const auto data_dir = dir.parent_path();
    std::error_code error;
    if (std::filesystem::create_directories(data_dir, error)) {
        std::filesystem::permissions(data_dir, std::filesystem::perms::owner_all, error);
    }
    if (error) return data_dir.string() + ": cannot be made: " + error.message();
    if (mkdir(dir.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return dir.string() + ": cannot be made: " + std::strerror(errno);
    }
    if (!sync_folder(data_dir))
        return data_dir.string() + ": cannot be made durable: " + std::strerror(errno);
    struct stat status{};
    if (lstat(dir.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        return dir.string() + ": is no directory";
    if ((status.st_mode & kOthers) != 0 && chmod(dir.c_str(), S_IRWXU) != 0) {
        return dir.string() + ": others can read it; run: chmod 700 " + dir.string();
    }
    return std::nullopt;
}

}  // namespace

std::filesystem::path secrets_dir(const Settings& settings) { return settings.storage.data_dir / "secrets"; }

std::expected<crypto::Secret, std::string> read_key_file(const std::filesystem::path& path) {
    const Descriptor fd{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!fd && errno == ENOENT) return crypto::Secret{};
    struct stat status{};
    if (!fd || fstat(fd.get(), &status) != 0) return failed_with_errno(path, "cannot be read");
    if (!S_ISREG(status.st_mode)) return failed(path, "is no file");
    if ((status.st_mode & kOthers) != 0) {
        return failed(path, "others can read this key; run: chmod 600 " + path.string() +
                                " (and delete it to have a new one made, if somebody may have read it)");
    }
    std::string text(kHexDigits + 2, '\0');
    const ssize_t got = read(fd.get(), text.data(), text.size());
    if (got < 0) return failed_with_errno(path, "cannot be read");
    text.resize(static_cast<std::size_t>(got));
    if (text.ends_with('\n')) text.pop_back();
    if (text.size() != kHexDigits ||
        !std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c); })) {
        return failed(
            path,
            "is no key of 64 hex digits; restore it from a backup, or delete it to have a new one made");
    }
    return crypto::Secret{std::move(text)};
}

std::expected<ServerKeys, std::vector<std::string>> load_keys(const Settings& settings) {
    const auto dir = secrets_dir(settings);
    if (auto error = make_private(dir)) return std::unexpected{std::vector{std::move(*error)}};
    ServerKeys keys{settings.access.access_key, settings.access.refresh_key, {}};
    std::vector<std::string> errors;
    const auto fill = [&](crypto::Secret& key, const char* file) {
        if (!key.empty()) return;
        auto kept = key_in(dir / file);
        if (kept) {
            key = std::move(*kept);
        } else {
            errors.push_back(std::move(kept.error()));
        }
    };
    fill(keys.access, "access.key");
    fill(keys.refresh, "refresh.key");
    // Nodes on one database have to read each other's codes.
    if (on_postgres(settings.storage) && !settings.access.refresh_key.empty()) {
        keys.otp = crypto::Secret{crypto::hmac_sha256_hex(keys.refresh.reveal(), "one-time codes")};
    } else {
        fill(keys.otp, "otp.key");
    }
    if (!errors.empty()) return std::unexpected{std::move(errors)};
    return keys;
}

}  // namespace haat::config
