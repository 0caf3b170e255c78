#include "app/backup/make_backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "app/backup/workplace.hpp"
#include "app/cli.hpp"
#include "kernel/clock.hpp"
#include "platform/archive/sealed_tar.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;

struct Member {
    std::string name;  // in the backup
    fs::path path;
    std::int64_t bytes = 0;
};

// None where the folder is not there, as in a shop that has no images yet.
fs::directory_iterator entries_of(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entries{folder, error};
    if (error && error != std::errc::no_such_file_or_directory)
        throw std::runtime_error{folder.string() + ": cannot be read: " + error.message()};
    return entries;
}

// The plain files of one folder of the data folder that backups have. Throws std::runtime_error.
std::vector<Member> list(const fs::path& data_dir, const fs::path& folder, Part wanted) {
    std::vector<Member> files;
    for (const auto& entry : entries_of(data_dir / folder)) {
        if (!entry.is_regular_file() || entry.is_symlink()) continue;
        const std::string name = (folder / entry.path().filename()).string();
        try {
            if (part_of(name) != wanted) continue;
        } catch (const std::runtime_error&) {
            continue;  // not ours: an upload under way, or what people put there
        }
        files.push_back({name, entry.path(), static_cast<std::int64_t>(entry.file_size())});
    }
    return files;
}

// An earlier backup may be replaced, nothing else: a slip of the fingers must not cost a database.
void check_target(const fs::path& to) {
    const int fd = open(to.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return;
    bool is_backup = false;
    try {
        is_backup = fd >= 0 && archive::ends_in_seal(fd);
    } catch (const std::exception&) {
        is_backup = false;
    }
    if (fd >= 0) close(fd);
    if (!is_backup)
        throw std::runtime_error{to.string() +
                                 " exists and is no backup, so it is not replaced; name another file"};
}

class NewFile {
public:
    explicit NewFile(const fs::path& path)
        : fd_{open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)} {
        if (fd_ < 0) throw std::runtime_error{path.string() + ": " + std::strerror(errno)};
    }
    ~NewFile() { close(fd_); }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

}  // namespace

BackupReport make_backup(const config::Settings& settings, const fs::path& to,
                         const OnProgress& on_progress) {
    const auto& storage = settings.storage;
    if (!fs::exists(storage.database_file))
        throw std::runtime_error{"there is no database at " + storage.database_file.string()};
    const fs::path target = fs::absolute(to);
    if (target.filename().empty() || fs::is_directory(target))
        throw std::runtime_error{to.string() + " is a folder; name a file in it"};
    check_target(target);
    const Workplace workplace{target};
    const fs::path copy = workplace.file("haat.db");
    const fs::path unfinished = workplace.file("backup.tar");

    // The database before the images: an image is there before the database refers to it, and is not removed.
    std::int64_t total = 2 * static_cast<std::int64_t>(fs::file_size(storage.database_file));
    std::int64_t done = 0;
    db::copy_sqlite(storage.database_file.string(), copy.string(),
                    [&](std::int64_t copied, std::int64_t bytes) {
                        total = 2 * bytes;
                        done = copied;
                        on_progress(done, total);
                    });
    BackupReport report;
    report.manifest.program = app::version_line();
    report.manifest.made_at = view(to_iso(Timestamp::now()));
    report.manifest.database = db::inspect_sqlite(copy.string());

    const auto keys = list(storage.data_dir, keys_folder(), Part::key);
    const auto images = list(storage.data_dir, images_folder(), Part::image);
    for (const Member& image : images) total += image.bytes;
    const auto count = [&](std::int64_t bytes) {
        done += bytes;
        on_progress(done, total);
    };
    const NewFile file{unfinished};
    archive::SealedTarWriter tar{file.get()};
    tar.add_text(std::string{kManifestName}, to_json(report.manifest));
    tar.add_file(std::string{kDatabaseName}, copy, count);
    for (const Member& key : keys) tar.add_file(key.name, key.path, [](std::int64_t) {});
    for (const Member& image : images) tar.add_file(image.name, image.path, count);
    tar.finish();
    report.keys = static_cast<std::int64_t>(keys.size());
    report.images = static_cast<std::int64_t>(images.size());
    report.bytes = static_cast<std::int64_t>(fs::file_size(unfinished));
    move_durably(unfinished, target);
    on_progress(total, total);
    return report;
}

}  // namespace haat::backup
