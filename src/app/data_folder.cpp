#include "app/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "platform/files.hpp"

namespace haat::app {
namespace {

constexpr const char* kRestoreMark = "restore.unfinished-mark";

void make_durable(const std::filesystem::path& folder) {
    if (!sync_folder(folder)) throw std::runtime_error{folder.string() + ": " + std::strerror(errno)};
}

}  // namespace

DataFolder::DataFolder(const std::filesystem::path& path, Unfinished unfinished) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error)
        throw std::runtime_error{"cannot make the data folder " + path.string() + ": " + error.message()};
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    const std::string file = (path / kLockName).string();
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        throw std::runtime_error{"cannot write to the data folder: " + file + ": " + std::strerror(errno)};
    const bool locked = flock(lock_, LOCK_EX | LOCK_NB) == 0;
    if (locked && (unfinished == Unfinished::accepted || !std::filesystem::exists(path / kRestoreMark)))
        return;
    close(lock_);
    if (locked)
        throw std::runtime_error{"a restore into " + path.string() +
                                 " was cut off; run haat restore again, with --force"};
    throw std::runtime_error{"the data folder " + path.string() +
                             " is in use by another haat process; stop that one, or choose another DATA_DIR"};
}

DataFolder::~DataFolder() { close(lock_); }

UnfinishedRestore::UnfinishedRestore(const std::filesystem::path& data_dir) : path_{data_dir / kRestoreMark} {
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) throw std::runtime_error{path_.string() + ": " + std::strerror(errno)};
    close(fd);
    make_durable(data_dir);
}

void UnfinishedRestore::remove() const {
    if (unlink(path_.c_str()) != 0) throw std::runtime_error{path_.string() + ": " + std::strerror(errno)};
    make_durable(path_.parent_path());
}

}  // namespace haat::app
