// A place for a log to go to, and what came there, for tests.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace haat::observe {

class LogFile {
public:
    LogFile() : fd_{::memfd_create("log", MFD_CLOEXEC)} {
        if (fd_ < 0) throw std::runtime_error{"memfd_create"};
    }
    ~LogFile() { ::close(fd_); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] std::string text() const {
        std::string all(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
        if (::pread(fd_, all.data(), all.size(), 0) != static_cast<ssize_t>(all.size())) {
            throw std::runtime_error{"pread"};
        }
        return all;
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> found;
        std::istringstream all{text()};
        for (std::string line; std::getline(all, line);) found.push_back(line);
        return found;
    }

private:
    int fd_;
};

}  // namespace haat::observe
