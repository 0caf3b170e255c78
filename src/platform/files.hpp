// What it takes to have a file on disk as a whole, beside what <filesystem> has. All say false, or hold
// nothing, with the reason in errno; each caller has words of its own for it.
#pragma once

#include <filesystem>
#include <string_view>

namespace haat {

// A file that was opened; closed at its end.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}  // -1: it was not
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    const int fd_;
};

bool write_all(int fd, std::string_view bytes);

// A new file with these bytes, on disk when it returns; its name is once sync_folder() does. mode: as of
// open(2). False also where the file is there already.
bool write_new_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode);

// The names in a folder outlive a crash from now on.
bool sync_folder(const std::filesystem::path& folder);

}  // namespace haat
