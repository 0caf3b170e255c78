#include "media/folder_mark.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "platform/files.hpp"

namespace haat::media {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_at(const fs::path& path, const std::string& why) {
    throw std::runtime_error{path.string() + ": " + why};
}

[[noreturn]] void fail_with_errno(const fs::path& path) {
    fail_at(path, std::system_category().message(errno));
}

// Its name is its content's, so nobody else writes it.
fs::path write_unfinished(const fs::path& path, const ObjectId& mark) {
    const fs::path unfinished = path.string() + "." + mark.str();
    if (!write_new_file(unfinished, mark.str() + "\n", 0644)) fail_with_errno(unfinished);
    return unfinished;
}

}  // namespace

fs::path mark_path(const fs::path& data_directory) { return data_directory / "media" / "folder.id"; }

std::optional<ObjectId> find_mark(const fs::path& data_directory) {
    const auto path = mark_path(data_directory);
    std::error_code error;
    const bool is_there = fs::exists(path, error);
    if (error) fail_at(path, error.message());
    if (!is_there) return std::nullopt;
    std::ifstream file{path};
    std::string line;
    if (!std::getline(file, line)) fail_at(path, "cannot be read");
    const auto mark = ObjectId::parse(line);
    if (!mark) fail_at(path, "is no mark of a folder of images");
    return mark;
}

ObjectId make_mark(const fs::path& data_directory) {
    const auto path = mark_path(data_directory);
    if (const auto found = find_mark(data_directory)) return *found;
    fs::create_directories(path.parent_path());
    const auto unfinished = write_unfinished(path, ObjectId::make());
    // Unlike a rename this leaves alone what another node has put there meanwhile.
    const int linked = ::link(unfinished.c_str(), path.c_str());
    const int why_not = errno;
    fs::remove(unfinished);
    if (linked != 0 && why_not != EEXIST) fail_at(path, std::system_category().message(why_not));
    if (!sync_folder(path.parent_path())) fail_with_errno(path);
    const auto made = find_mark(data_directory);
    if (!made) fail_at(path, "is gone again");
    return *made;
}

}  // namespace haat::media
