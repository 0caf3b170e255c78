#include "app/backup/workplace.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "platform/files.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopiedAtOnce = 65'536;

[[noreturn]] void fail_errno(const fs::path& path, const char* what) {
    throw std::runtime_error{path.string() + ": " + what + ": " + std::strerror(errno)};
}

int open_folder(const fs::path& path) {
    return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// The one before us removes the folder at its end, perhaps after we opened it.
bool is_still_there(int fd, const fs::path& path) {
    struct stat opened{};
    struct stat named{};
    return fstat(fd, &opened) == 0 && lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino;
}

void copy_bytes(const fs::path& from, const Descriptor& in, const fs::path& to, const Descriptor& out) {
    std::string bytes(kCopiedAtOnce, '\0');
    for (;;) {
        const auto got = read(in.get(), bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_errno(from, "cannot be read");
        if (got == 0) return;
        if (!write_all(out.get(), {bytes.data(), static_cast<std::size_t>(got)}))
            fail_errno(to, "cannot be written");
    }
}

// Onto another file system, where a name does not suffice. What a crash leaves of it is begun anew.
void copy_durably(const fs::path& from, const fs::path& to) {
    const fs::path unfinished = fs::path{to}.replace_extension(".tmp");
    const Descriptor in{open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    if (!in) fail_errno(from, "cannot be opened");
    unlink(unfinished.c_str());
    const Descriptor out{
        open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!out) fail_errno(unfinished, "cannot be made");
    copy_bytes(from, in, unfinished, out);
    if (fsync(out.get()) != 0) fail_errno(unfinished, "cannot be written");
    if (std::rename(unfinished.c_str(), to.c_str()) != 0) fail_errno(to, "cannot be put in place");
}

}  // namespace

Workplace::Workplace(const fs::path& target) : path_{target.string() + ".unfinished"} {
    if (mkdir(path_.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail_errno(path_, "cannot be made");
    lock_ = open_folder(path_);
    if (lock_ < 0) fail_errno(path_, "cannot be opened");
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0 || !is_still_there(lock_, path_)) {
        close(lock_);
        throw std::runtime_error{target.string() + ": another process is writing it"};
    }
    for (const auto& left : fs::directory_iterator{path_}) fs::remove(left.path());
}

Workplace::~Workplace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    close(lock_);
}

void make_durable(const fs::path& folder) {
    if (!sync_folder(folder)) fail_errno(folder, "cannot be made durable");
}

void put_in_place(const fs::path& from, const fs::path& to) {
    if (std::rename(from.c_str(), to.c_str()) == 0) return;
    if (errno != EXDEV) fail_errno(to, "cannot be put in place");
    copy_durably(from, to);
}

void move_durably(const fs::path& from, const fs::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) fail_errno(to, "cannot be put in place");
    make_durable(to.parent_path());
    if (from.parent_path() != to.parent_path()) make_durable(from.parent_path());
}

}  // namespace haat::backup
