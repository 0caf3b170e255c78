// A folder for unfinished files beside what they will become. Gone at the end; what a process that was killed
// left in it is removed by the next.
#pragma once

#include <filesystem>

namespace haat::backup {

class Workplace {
public:
    // `<target>.unfinished`, readable by its owner only, empty. Throws std::runtime_error, also while another
    // process works on the same target.
    explicit Workplace(const std::filesystem::path& target);
    ~Workplace();
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    [[nodiscard]] std::filesystem::path file(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

// Brings the names in a folder to disk. Throws std::runtime_error.
void make_durable(const std::filesystem::path& folder);

// Gives the new file this name, replacing what has it, also on another file system; there `from` stays. Its
// bytes are then on disk if they were before, its name once make_durable() says so. Throws
// std::runtime_error.
void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to);

// Renames, replacing what has the name, and brings both folders to disk. Throws std::runtime_error.
void move_durably(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace haat::backup
