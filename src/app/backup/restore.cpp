#include "app/backup/restore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <vector>

#include "app/backup/workplace.hpp"
#include "app/data_folder.hpp"
#include "kernel/clock.hpp"
#include "platform/archive/sealed_tar.hpp"
#include "platform/db/migrate.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;

// Where the parts of a backup go, whether to stay or for a moment.
struct Places {
    fs::path database;
    fs::path folder;  // of images and keys
};

// Called before anything is unpacked; throws when it shall not be.
using OnManifest = std::function<void(const Manifest&)>;

class BackupFile {
public:
    explicit BackupFile(const fs::path& path) : fd_{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)} {
        if (fd_ < 0) throw std::runtime_error{std::strerror(errno)};
    }
    ~BackupFile() { close(fd_); }
    BackupFile(const BackupFile&) = delete;
    BackupFile& operator=(const BackupFile&) = delete;
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] std::int64_t bytes() const {
        struct stat status{};
        return fstat(fd_, &status) == 0 ? status.st_size : 0;
    }

private:
    int fd_;
};

class Folder {
public:
    explicit Folder(fs::path path) : path_{std::move(path)} {
        fs::remove_all(path_);
        fs::create_directory(path_);
        fs::permissions(path_, fs::perms::owner_all);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

std::int64_t newest_schema() {
    std::int64_t newest = 0;
    for (const auto& migration : db::embedded_migrations()) {
        if (migration.engine != db::MigrationEngine::postgres) newest = std::max(newest, migration.number);
    }
    return newest;
}

Manifest read_manifest(archive::SealedTarReader& tar) {
    const auto first = tar.next();
    if (!first || first->name != kManifestName || first->size > static_cast<std::int64_t>(kMaxManifestBytes))
        throw std::runtime_error{"is no backup of Haat: it does not begin with a manifest"};
    Manifest manifest = manifest_from(tar.read_text(kMaxManifestBytes));
    if (manifest.database.schema > newest_schema()) {
        throw std::runtime_error{"was made by " + manifest.program + ", with schema " +
                                 std::to_string(manifest.database.schema) + "; this version knows up to " +
                                 std::to_string(newest_schema()) + ": use the newer version that made it"};
    }
    return manifest;
}

void sync_all(const fs::path& folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && syncfs(fd) == 0;
    const int error = errno;
    if (fd >= 0) close(fd);
    if (!synced) throw std::runtime_error{folder.string() + ": " + std::strerror(error)};
}

// Unpacks to these places, and makes sure that it is what was packed.
RestoreReport unpack(const fs::path& from, const Places& to, const OnManifest& may_go_on,
                     const OnProgress& on_progress) {
    const BackupFile file{from};
    std::int64_t done = 0;
    const auto count = [&](std::int64_t bytes) {
        done += bytes;
        on_progress(done, 2 * file.bytes());
    };
    archive::SealedTarReader tar{file.get(), count};
    RestoreReport report;
    report.manifest = read_manifest(tar);
    may_go_on(report.manifest);
    fs::create_directories(to.folder / keys_folder());
    fs::create_directories(to.folder / images_folder());
    bool has_database = false;
    while (const auto entry = tar.next()) {
        const Part part = part_of(entry->name);
        tar.extract_to(part == Part::database ? to.database : to.folder / entry->name, count);
        has_database = has_database || part == Part::database;
        report.keys += part == Part::key ? 1 : 0;
        report.images += part == Part::image ? 1 : 0;
    }
    if (!has_database) throw std::runtime_error{"is no backup of Haat: it has no database"};
    const auto found = db::inspect_sqlite(to.database.string());
    const auto& expected = report.manifest.database;
    if (found.schema != expected.schema || found.rows != expected.rows)
        throw std::runtime_error{"is damaged: its database has not the rows that its manifest names"};
    sync_all(to.folder);
    sync_all(to.database.parent_path());
    on_progress(1, 1);
    return report;
}

// The same, with the file's name before what is wrong with it.
RestoreReport unpack_named(const fs::path& from, const Places& to, const OnManifest& may_go_on,
                           const OnProgress& on_progress) {
    try {
        return unpack(from, to, may_go_on, on_progress);
    } catch (const std::exception& error) {
        std::error_code ignored;
        fs::remove(to.database, ignored);
        throw std::runtime_error{from.string() + ": " + error.what()};
    }
}

Timestamp changed_at(const fs::path& database) {
    std::int64_t newest_s = 0;
    for (const char* ending : {"", "-wal"}) {
        struct stat status{};
        if (stat((database.string() + ending).c_str(), &status) == 0)
            newest_s = std::max<std::int64_t>(newest_s, status.st_mtim.tv_sec);
    }
    return {newest_s * kSecondMs};
}

void refuse_existing(const fs::path& database, const Manifest& manifest) {
    const std::string changed{view(to_iso(changed_at(database)))};
    const char* age = changed > manifest.made_at ? "newer than the backup of " : "the backup is of ";
    throw std::runtime_error{"not restored: " + database.string() + " exists, last changed " + changed +
                             ", " + age + manifest.made_at + "; --force puts it aside and restores"};
}

std::string now_as_name() {
    std::string name{view(to_iso(Timestamp::now()))};
    std::erase_if(name, [](char c) { return c == ':' || c == '-'; });
    return name.substr(0, name.find('.'));
}

// The database with its log, and the keys. nullopt when there was nothing.
std::optional<fs::path> put_aside(const config::StorageSettings& storage) {
    const std::string name = "replaced-" + now_as_name();
    std::optional<fs::path> used;
    const auto keys = storage.data_dir / keys_folder();
    if (fs::exists(keys) && !fs::is_empty(keys)) {
        used = storage.data_dir / name;
        fs::create_directories(*used);
        move_durably(keys, *used / keys_folder());
    }
    // Beside the database, as it may lie on another disk.
    for (const char* ending : {"-wal", "-shm", ""}) {
        const fs::path file = storage.database_file.string() + ending;
        if (!fs::exists(file)) continue;
        used = storage.database_file.parent_path() / name;
        fs::create_directories(*used);
        move_durably(file, *used / file.filename());
    }
    return used;
}

void put_all_in_place(const Places& staged, const config::StorageSettings& storage) {
    for (const auto& folder : {keys_folder(), images_folder()}) {
        fs::create_directories(storage.data_dir / folder);
        for (const auto& file : fs::directory_iterator{staged.folder / folder})
            put_in_place(file.path(), storage.data_dir / folder / file.path().filename());
        make_durable(storage.data_dir / folder);
    }
    fs::permissions(storage.data_dir / keys_folder(), fs::perms::owner_all);
    move_durably(staged.database, storage.database_file);
}

// What root restores has to be readable for whom the folder belongs to.
void give_to_owner_of(const fs::path& data_dir, const std::vector<fs::path>& made) {
    struct stat owner{};
    if (geteuid() != 0 || stat(data_dir.c_str(), &owner) != 0) return;
    const auto give = [&](const fs::path& path) {
        if (lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
            throw std::runtime_error{path.string() + ": " + std::strerror(errno)};
    };
    for (const auto& path : made) {
        if (!fs::exists(path)) continue;
        give(path);
        if (!fs::is_directory(path)) continue;
        for (const auto& entry : fs::recursive_directory_iterator{path}) give(entry.path());
    }
}

}  // namespace

RestoreReport check_backup(const fs::path& from, const OnProgress& on_progress) {
    std::string name = (fs::temp_directory_path() / "haat-check-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error{"cannot make a folder in the place for temporary files"};
    const Folder folder{name};
    const Places places{.database = folder.path() / kDatabaseName, .folder = folder.path()};
    return unpack_named(from, places, [](const Manifest&) {}, on_progress);
}

RestoreReport restore(const config::Settings& settings, const fs::path& from, bool force,
                      const OnProgress& on_progress) {
    config::StorageSettings storage = settings.storage;
    storage.data_dir = fs::absolute(storage.data_dir);
    storage.database_file = fs::absolute(storage.database_file);
    const app::DataFolder lock{storage.data_dir, app::DataFolder::Unfinished::accepted};
    fs::create_directories(storage.database_file.parent_path());
    const app::DatabaseLock database_lock{storage.database_file};
    const Folder unpacked{storage.data_dir / "restore.unfinished"};
    const Places staged{.database = storage.database_file.string() + ".restored", .folder = unpacked.path()};
    fs::remove(staged.database);
    const auto may_replace = [&](const Manifest& manifest) {
        if (fs::exists(storage.database_file) && !force) refuse_existing(storage.database_file, manifest);
    };
    auto report = unpack_named(from, staged, may_replace, on_progress);
    const app::UnfinishedRestore mark{storage.data_dir};
    report.replaced = put_aside(storage);
    put_all_in_place(staged, storage);
    give_to_owner_of(storage.data_dir,
                     {storage.database_file, storage.data_dir / "media", storage.data_dir / keys_folder(),
                      storage.data_dir / app::DataFolder::kLockName, database_lock.path()});
    mark.remove();
    return report;
}

}  // namespace haat::backup
