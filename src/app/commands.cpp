#include "app/commands.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "accounts/administer.hpp"
#include "accounts/change_user.hpp"
#include "app/admin_password.hpp"
#include "app/backup/command.hpp"
#include "app/config/describe.hpp"
#include "app/config/load.hpp"
#include "app/copy/copy.hpp"
#include "app/copy/place.hpp"
#include "app/core.hpp"
#include "app/doctor.hpp"
#include "app/health.hpp"
#include "app/progress.hpp"
#include "app/seed/seed.hpp"
#include "app/serve.hpp"
#include "app/shop.hpp"
#include "app/unsafe_settings.hpp"
#include "platform/run_sync.hpp"

namespace haat::app {
namespace {

void say(std::string_view line) { std::cout << line << '\n'; }

int refuse(std::string_view line) {
    std::cerr << "haat: " << line << '\n';
    return kFailure;
}

int refuse_all(const std::vector<std::string>& lines) {
    for (const auto& line : lines) refuse(line);
    return kBadConfig;
}

// A folder that is gone when the command is done.
class ThrowawayFolder {
public:
    ThrowawayFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "haat-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error{"cannot make a folder in the place for temporary files"};
        path_ = name;
    }
    ~ThrowawayFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ThrowawayFolder(const ThrowawayFolder&) = delete;
    ThrowawayFolder& operator=(const ThrowawayFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// Documents are made from the route table, and that from the features: a shop that is never started.
int print_document(Action action, config::Settings settings) {
    const ThrowawayFolder folder;
    settings.storage.data_dir = folder.path();
    settings.storage.database_file = folder.path() / "haat.db";
    settings.storage.postgres_url = {};
    settings.mail.transport = config::MailTransport::file;
    settings.mail.dir = folder.path() / "mail";
    settings.images.store = config::ImageStore::local;
    settings.redis = {};
    const std::string base_url = "http://localhost:" + std::to_string(settings.server.port);
    settings.server.host = "127.0.0.1";
    settings.server.port = 0;
    const auto keys = config::load_keys(settings);
    if (!keys) return refuse(keys.error().front());
    Core core{settings, *keys};
    const Shop shop{core};
    say(action == Action::openapi ? openapi_text(shop.routes()) : postman_text(shop.routes(), base_url));
    return kSuccess;
}

int create_admin(Core& core, const AdminOptions& options) {
    const auto password = admin_password(options);
    if (!password) return refuse(password.error());
    accounts::Administer administer{core.accounts};
    const std::string text{password->password.reveal()};
    const auto user = run_sync(administer.create_admin(options.name, options.email, text));
    if (!user) return refuse(message_of(user.error()));
    say("Administrator " + options.email + " created.");
    if (password->made) say("Password: " + text);
    return kSuccess;
}

int promote(Core& core, const AdminOptions& options) {
    accounts::MakeAdmin make_admin{core.accounts};
    const auto promoted = run_sync(make_admin.run(options.email));
    if (!promoted) return refuse(message_of(promoted.error()));
    say(options.email + " is an administrator.");
    return kSuccess;
}

int reset_password(Core& core, const AdminOptions& options) {
    const auto password = admin_password(options);
    if (!password) return refuse(password.error());
    accounts::Administer administer{core.accounts};
    const std::string text{password->password.reveal()};
    const auto set = run_sync(administer.set_password(options.email, text));
    if (!set) return refuse(message_of(set.error()));
    say("Password of " + options.email + " set; all sessions are ended.");
    if (password->made) say("Password: " + text);
    return kSuccess;
}

int seed(Core& core, const SeedOptions& options) {
    Progress progress{std::cerr, isatty(STDERR_FILENO) == 1};
    const seed::Listener listener{
        .on_progress = [&progress](std::int64_t done, std::int64_t total) { progress.show(done, total); },
        .on_password =
            [](std::string_view password) { say("Password of all demo users: " + std::string{password}); }};
    const seed::Target target{.database = *core.db,
                              .catalog = core.catalog_topic,
                              .data_directory = core.settings.storage.data_dir,
                              .public_base = public_base(core.settings)};
    const seed::SeedReport added = seed::run_seed(target, options, listener);
    say("Added " + std::to_string(added.categories) + " categories, " + std::to_string(added.sub_categories) +
        " sub categories, " + std::to_string(added.products) + " products, " + std::to_string(added.images) +
        " images, " + std::to_string(added.users) + " users.");
    return kSuccess;
}

int copy(const CopyOptions& options) {
    const auto from = copy::open_place(options.from, copy::Role::source);
    const auto to = copy::open_place(options.to, copy::Role::target);
    Progress progress{std::cerr, isatty(STDERR_FILENO) == 1};
    const auto show = [&progress](std::int64_t done, std::int64_t total) { progress.show(done, total); };
    const copy::CopyReport report = copy::copy_shop(*from->database, *to->database, from->name, show);
    say("Copied " + std::to_string(report.copied) + " rows; all " + std::to_string(report.rows) +
        " rows of the shop are the same in both.");
    return kSuccess;
}

int migrate(Core& core) {
    say(std::to_string(core.migrations.applied) + " migrations applied; the schema is at version " +
        std::to_string(core.migrations.version) + ".");
    return kSuccess;
}

int run_on_data(const Command& command, const config::Settings& settings) {
    if (command.action == Action::serve) {
        if (const auto reasons = reasons_not_to_serve(settings); !reasons.empty()) return refuse_all(reasons);
    }
    const auto keys = config::load_keys(settings);
    if (!keys) return refuse_all(keys.error());
    if (command.action == Action::serve) prepare_to_serve(settings);
    Core core{settings, *keys};
    switch (command.action) {
        case Action::migrate:
            return migrate(core);
        case Action::seed:
            return seed(core, command.seed);
        case Action::admin_create:
            return create_admin(core, command.admin);
        case Action::admin_promote:
            return promote(core, command.admin);
        case Action::admin_reset_password:
            return reset_password(core, command.admin);
        default:
            return serve(core);
    }
}

}  // namespace

int run(const Command& command) {
    if (command.action == Action::version) {
        say(version_line());
        return kSuccess;
    }
    if (command.action == Action::config && command.markdown) {
        std::cout << config::describe_markdown();
        return kSuccess;
    }
    if (command.action == Action::copy) return copy(command.copy);
    const auto loaded = config::load_settings(config::process_sources(command.overrides));
    if (command.action == Action::doctor) {
        const auto findings = diagnose(loaded);
        std::cout << render(findings);
        return exit_code_of(findings);
    }
    if (!loaded) return refuse_all(loaded.error());
    if (command.action == Action::config) {
        std::cout << config::describe_values(*loaded);
        return kSuccess;
    }
    for (const auto& warning : loaded->warnings) std::cerr << "haat: " << warning << '\n';
    if (command.action == Action::openapi || command.action == Action::postman) {
        return print_document(command.action, loaded->settings);
    }
    if (command.action == Action::health) return check_health(loaded->settings.server);
    if (command.action == Action::backup || command.action == Action::restore) {
        return backup::run(command, loaded->settings);
    }
    return run_on_data(command, loaded->settings);
}

}  // namespace haat::app
