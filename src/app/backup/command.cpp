#include "app/backup/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "app/backup/make_backup.hpp"
#include "app/backup/restore.hpp"
#include "app/progress.hpp"

namespace haat::backup {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

std::int64_t rows_of(const Manifest& manifest, const char* table) {
    const auto found = manifest.database.rows.find(table);
    return found == manifest.database.rows.end() ? 0 : found->second;
}

std::string contents(const Manifest& manifest, std::int64_t images, std::int64_t keys) {
    return fmt::format("{} products, {} users, {} images, {} keys (schema {}, {})",
                       rows_of(manifest, "products"), rows_of(manifest, "users"), images, keys,
                       manifest.database.schema, manifest.program);
}

// What a restored shop needs beside the backup.
void name_what_is_elsewhere(const config::Settings& settings) {
    const auto& access = settings.access;
    if (!access.access_key.empty() || !access.refresh_key.empty())
        std::cout
            << "Not in it: the settings, and so SECRET_KEY_ACCESS_TOKEN and SECRET_KEY_REFRESH_TOKEN.\n";
    if (settings.images.store == config::ImageStore::cloudinary)
        std::cout << "Not in it: images at Cloudinary.\n";
}

// PostgreSQL has tools for this that know more than we do.
int refuse_postgres(const app::Command& command) {
    const bool is_backup = command.action == app::Action::backup;
    std::cerr << "haat: this is for the embedded database; PostgreSQL has tools of its own. Run:\n    "
              << (is_backup ? "pg_dump --format=custom --file="
                            : "pg_restore --clean --if-exists --no-owner --dbname=\"$DATABASE_URL\" ")
              << command.backup.file << (is_backup ? " \"$DATABASE_URL\"\n" : "\n")
              << "Images and keys in DATA_DIR are not in it: see docs/operations.md\n";
    return app::kFailure;
}

}  // namespace

int run(const app::Command& command, const config::Settings& settings) {
    app::Progress progress{std::cerr, isatty(STDERR_FILENO) == 1};
    const OnProgress show = [&progress](std::int64_t done, std::int64_t total) {
        if (total > 0) progress.show(done, total);
    };
    const auto& options = command.backup;
    if (settings.storage.database_file.empty() && !options.check_only) return refuse_postgres(command);
    if (command.action == app::Action::backup) {
        const auto report = make_backup(settings, options.file, show);
        std::cout << fmt::format("{}: {:.1f} MiB, {}; checked.\n", options.file,
                                 static_cast<double>(report.bytes) / kMiB,
                                 contents(report.manifest, report.images, report.keys));
        name_what_is_elsewhere(settings);
        return app::kSuccess;
    }
    const auto report = options.check_only ? check_backup(options.file, show)
                                           : restore(settings, options.file, options.force, show);
    std::cout << fmt::format(
        "{} of {}: {}; {}.\n", options.file, report.manifest.made_at,
        contents(report.manifest, report.images, report.keys),
        options.check_only ? "whole" : "restored to " + settings.storage.data_dir.string());
    if (report.replaced) std::cout << "What was there is in " << report.replaced->string() << ".\n";
    return app::kSuccess;
}

}  // namespace haat::backup
