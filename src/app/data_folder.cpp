#include "app/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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

// A command that root runs must not leave a file that the server, which is not root, cannot lock.
void give_to_owner_of_folder(int fd, const std::filesystem::path& path) {
    struct stat folder{};
    if (geteuid() != 0 || stat(path.parent_path().c_str(), &folder) != 0) return;
    if (fchown(fd, folder.st_uid, folder.st_gid) != 0)
        throw std::runtime_error{path.string() + ": " + std::strerror(errno)};
}

// An open file that is locked until it is closed; -1 while another process has it.
int lock_file(const std::filesystem::path& path, const std::string& problem) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (locked) {
        give_to_owner_of_folder(fd, path);
        return fd;
    }
    const int error = errno;
    if (fd >= 0) close(fd);
    if (error == EWOULDBLOCK) return -1;
    throw std::runtime_error{problem + ": " + path.string() + ": " + std::strerror(error)};
}

// Not the database itself: to close that would take SQLite's own locks from it (fcntl(2)). By whatever links
// a database is named, it has one lock.
std::filesystem::path lock_of(const std::filesystem::path& database) {
    if (database.empty()) return {};
    return std::filesystem::weakly_canonical(database).string() + ".lock";
}

int lock_database(const std::filesystem::path& path, const std::filesystem::path& database) {
    if (path.empty()) return -1;
    const int fd = lock_file(path, "cannot write beside the database");
    if (fd >= 0) return fd;
    throw std::runtime_error{"the database " + database.string() +
                             " is in use by another haat process; stop that one, or name another file in "
                             "DATABASE_URL"};
}

}  // namespace

DataFolder::DataFolder(const std::filesystem::path& path, Unfinished unfinished) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error)
        throw std::runtime_error{"cannot make the data folder " + path.string() + ": " + error.message()};
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    lock_ = lock_file(path / kLockName, "cannot write to the data folder");
    if (lock_ < 0)
        throw std::runtime_error{"the data folder " + path.string() +
                                 " is in use by another haat process; stop that one, or choose another "
                                 "DATA_DIR"};
    if (unfinished == Unfinished::accepted || !std::filesystem::exists(path / kRestoreMark)) return;
    close(lock_);
    throw std::runtime_error{"a restore into " + path.string() +
                             " was cut off; run haat restore again, with --force"};
}

DataFolder::~DataFolder() { close(lock_); }

DatabaseLock::DatabaseLock(const std::filesystem::path& database)
    : path_{lock_of(database)}, lock_{lock_database(path_, database)} {}

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
