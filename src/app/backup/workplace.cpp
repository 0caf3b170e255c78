#include "app/backup/workplace.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "platform/files.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;

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

void move_durably(const fs::path& from, const fs::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) fail_errno(to, "cannot be put in place");
    make_durable(to.parent_path());
    if (from.parent_path() != to.parent_path()) make_durable(from.parent_path());
}

}  // namespace haat::backup
