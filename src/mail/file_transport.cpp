#include "mail/file_transport.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

class File {
public:
    File(const std::filesystem::path& path, int flags) : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0600)} {
        if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "open"};
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto written = ::write(fd_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw std::system_error{errno, std::generic_category(), "write"};
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    void sync() const {
        if (::fsync(fd_) != 0) throw std::system_error{errno, std::generic_category(), "fsync"};
    }

private:
    int fd_;
};

// `2026-01-31T09:30:00.000Z` without the characters that some file systems refuse.
std::string file_name(const Mail& mail) {
    const auto iso = to_iso(mail.created_at);
    std::string name{view(iso)};
    std::erase_if(name, [](char c) { return c == '-' || c == ':' || c == '.'; });
    return name + "-" + mail.id.str() + ".eml";
}

void write_durably(const std::filesystem::path& directory, const std::string& name, std::string_view bytes) {
    const auto temporary = directory / ("." + name + ".part");
    {
        const File file{temporary, O_WRONLY | O_CREAT | O_TRUNC};
        file.write(bytes);
        file.sync();
    }
    std::filesystem::rename(temporary, directory / name);
    File{directory, O_RDONLY | O_DIRECTORY}.sync();
}

}  // namespace

FileTransport::FileTransport(std::filesystem::path directory) : directory_{std::move(directory)} {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

jobs::Attempt FileTransport::send(const Mail& mail, const std::stop_token&) {
    const auto message = format_message(mail);
    if (!message) return {.outcome = Outcome::give_up, .reason = "an address is not mailable"};
    const std::lock_guard lock{mutex_};
    try {
        write_durably(directory_, file_name(mail), *message);
    } catch (const std::system_error& error) {
        return {.outcome = Outcome::retry, .reason = "file: " + error.code().message()};
    }
    return {};
}

}  // namespace haat::mail
