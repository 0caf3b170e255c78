#include "media/local_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "platform/crypto/random.hpp"
#include "platform/fail_point.hpp"
#include "platform/files.hpp"

namespace haat::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kUnfinished = ".tmp";
constexpr auto kUnfinishedAge = std::chrono::hours{1};  // no upload takes that long
constexpr std::int64_t kMaxFileBytes = 64 * 1024 * 1024;

// Removes a file unless it got its final name.
class Unfinished {
public:
    explicit Unfinished(fs::path path) : path_{std::move(path)} {}
    ~Unfinished() { ::unlink(path_.c_str()); }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

private:
    const fs::path path_;
};

[[noreturn]] void throw_errno(const char* what) {
    const auto text = std::string{what} + ": " + std::system_category().message(errno);
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) throw StorageFull{text};
    throw std::runtime_error{text};
}

std::string random_name() { return crypto::random_hex(kNameLength / 2); }

std::string read_all(int fd, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto got = ::read(fd, bytes.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read an image");
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

fs::path folder_in(const fs::path& data_directory) { return data_directory / "media" / kFolder; }

void remove_unfinished(const fs::path& directory) {
    const auto oldest = fs::file_time_type::clock::now() - kUnfinishedAge;
    for (const auto& entry : fs::directory_iterator{directory}) {
        std::error_code gone;  // by another process that starts
        const bool is_old = entry.path().extension() == kUnfinished && entry.last_write_time(gone) < oldest;
        if (is_old && !gone) fs::remove(entry.path(), gone);
    }
}

}  // namespace

LocalStore::LocalStore(const fs::path& data_directory, std::string public_base)
    : directory_{folder_in(data_directory)}, public_base_{std::move(public_base)} {
    fs::create_directories(directory_);
    remove_unfinished(directory_);
}

Result<StoredImage> LocalStore::store(std::string_view webp) {
    const auto name = random_name();
    write_durably(name, webp);
    const auto public_id = std::string{kFolder} + "/" + name;
    return StoredImage{.url = public_base_ + "/media/" + public_id + std::string{kExtension},
                       .public_id = public_id};
}

void LocalStore::store_as(std::string_view name, std::string_view webp) const { write_durably(name, webp); }

bool LocalStore::has(std::string_view name) const { return fs::is_regular_file(path_of(name)); }

fs::path LocalStore::path_of(std::string_view name) const {
    const auto file = std::string{name} + std::string{kExtension};
    HAAT_ASSERT(is_stored_name(file));
    return directory_ / file;
}

void LocalStore::write_durably(std::string_view name, std::string_view bytes) const {
    // Of its own name, so that what a crash left behind is in nobody's way.
    const auto unfinished = directory_ / (random_name() + std::string{kUnfinished});
    const auto finished = path_of(name);
    const Unfinished removed{unfinished};
    if (!write_new_file(unfinished, bytes, 0640)) throw_errno("cannot write an image");
    crash_point("image.written");
    if (::rename(unfinished.c_str(), finished.c_str()) != 0) throw_errno("cannot name an image file");
    if (!sync_folder(directory_)) throw_errno("cannot flush the folder of images");
    crash_point("image.stored");
}

bool is_stored_name(std::string_view file) {
    if (file.size() != kNameLength + kExtension.size() || !file.ends_with(kExtension)) return false;
    return file.substr(0, kNameLength).find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::optional<StoredFile> read_stored(const fs::path& data_directory, std::string_view file) {
    if (!is_stored_name(file)) return std::nullopt;
    const auto path = folder_in(data_directory) / file;
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    const Descriptor opened{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!opened && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) return std::nullopt;
    if (!opened) throw_errno("cannot open an image");
    struct stat status{};
    if (::fstat(opened.get(), &status) != 0) throw_errno("cannot look at an image");
    if (!S_ISREG(status.st_mode) || status.st_size > kMaxFileBytes) return std::nullopt;
    return StoredFile{.bytes = read_all(opened.get(), static_cast<std::size_t>(status.st_size)),
                      .modified = {status.st_mtim.tv_sec * kSecondMs}};
}

}  // namespace haat::media
