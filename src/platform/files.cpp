#include "platform/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace haat {

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool write_new_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
    return file && write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

bool sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return opened && ::fsync(opened.get()) == 0;
}

}  // namespace haat
