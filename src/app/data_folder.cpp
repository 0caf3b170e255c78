#include "app/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace haat::app {

DataFolder::DataFolder(const std::filesystem::path& path) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error)
        throw std::runtime_error{"cannot make the data folder " + path.string() + ": " + error.message()};
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    const std::string file = (path / "haat.lock").string();
    lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        throw std::runtime_error{"cannot write to the data folder: " + file + ": " + std::strerror(errno)};
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        close(lock_);
        throw std::runtime_error{
            "the data folder " + path.string() +
            " is in use by another haat process; stop that one, or choose another DATA_DIR"};
    }
}

DataFolder::~DataFolder() { close(lock_); }

}  // namespace haat::app
