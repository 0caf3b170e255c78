#include "app/cli.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>

#include "app/config/describe.hpp"
#include "app/config/nearest.hpp"
#include "app/config/setting.hpp"

namespace haat::app {
namespace {

constexpr int kMaxSeeded = 10'000'000;

class CommandLine {
public:
    CommandLine() : app_{"Haat, a commerce backend in one program", "haat"} {
        app_.fallthrough();  // an option of a setting may stand before or after the command
        app_.require_subcommand(0, 1);
        app_.set_version_flag("--version", version_line, "Print the version");
        app_.footer(
            "`haat serve --help` lists the settings.\nExit codes: 0 fine, 1 failed, 2 wrong usage, "
            "78 wrong settings.");
        add_settings();
        add_commands();
        add_seed();
        add_copy();
        add_backup();
        add_admin();
    }

    std::expected<Command, Stop> parse(std::span<const char* const> arguments) {
        try {
            app_.parse(reversed(arguments));
        } catch (const CLI::CallForVersion& call) {
            return std::unexpected{Stop{kSuccess, std::string{call.what()} + "\n"}};
        } catch (const CLI::CallForHelp&) {
            return std::unexpected{Stop{kSuccess, help()}};
        } catch (const CLI::ParseError& error) {
            return std::unexpected{Stop{kBadUsage, complaint(error, arguments)}};
        }
        for (const auto& [option, name] : settings_) {
            if (option->count() > 0)
                command_.overrides.push_back({std::string{name}, option->as<std::string>()});
        }
        return std::move(command_);
    }

private:
    struct SettingOption {
        CLI::Option* option;
        std::string_view name;
    };

    void add_settings() {
        for (const config::Setting& setting : config::settings_table()) {
            for (const auto name : {setting.name, setting.alias}) {
                if (name.empty()) continue;
                auto* option = app_.add_option(config::option_name(name))->expected(1);
                settings_.push_back({option, name});
                options_.push_back(config::option_name(name));
            }
        }
    }

    CLI::App& add_command(CLI::App& parent, const char* name, const char* about, Action action) {
        auto& command = *parent.add_subcommand(name, about);
        command.callback([this, action] { command_.action = action; });
        return command;
    }

    void add_commands() {
        auto& serve = add_command(app_, "serve", "Serve the shop; the default", Action::serve);
        serve.footer(config::describe_options);
        add_command(app_, "migrate", "Bring the database up to date, and end", Action::migrate);
        add_command(app_, "health", "Ask the running server whether it is ready", Action::health);
        add_command(app_, "doctor", "Check the settings and what they need, and say what to do",
                    Action::doctor);
        auto& settings = add_command(app_, "config", "Show every setting: value, source, default, meaning",
                                     Action::config);
        settings.add_flag("--markdown", command_.markdown, "The list without values, as a Markdown table");
        add_command(app_, "openapi", "Print the OpenAPI document", Action::openapi);
        add_command(app_, "postman", "Print the Postman collection", Action::postman);
        add_command(app_, "version", "Print the version", Action::version);
    }

    void add_seed() {
        auto& seed = add_command(app_, "seed", "Fill the shop with made-up products and users", Action::seed);
        seed.add_option("--products", command_.seed.products, "How many products")
            ->check(CLI::Range(0, kMaxSeeded))
            ->capture_default_str();
        seed.add_option("--users", command_.seed.users, "How many users")
            ->check(CLI::Range(0, kMaxSeeded))
            ->capture_default_str();
        seed.add_option("--seed", command_.seed.seed, "The same number makes the same shop")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str();
    }

    void add_copy() {
        auto& copy = add_command(app_, "copy", "Copy a whole shop into another database, and compare them",
                                 Action::copy);
        copy.add_option("--from", command_.copy.from, "sqlite:FILE or postgres://…")->required();
        copy.add_option("--to", command_.copy.to, "An empty database, written likewise")->required();
        copy.footer("No server may use either of them meanwhile. A copy that was cut goes on where it was.");
    }

    void add_backup() {
        auto& backup = add_command(
            app_, "backup", "Write database, images and keys into one file, also while the shop is served",
            Action::backup);
        backup.add_option("--to", command_.backup.file, "The file; an earlier backup is replaced")
            ->required();
        auto& restore = add_command(app_, "restore", "Put a backup into the data folder", Action::restore);
        restore.add_option("--from", command_.backup.file, "The file")->required();
        auto* check = restore.add_flag("--check", command_.backup.check_only,
                                       "Only say whether the file is whole and what is in it");
        restore
            .add_flag("--force", command_.backup.force,
                      "Also where a shop is; its database and keys are moved aside")
            ->excludes(check);
    }

    void add_admin() {
        auto& admin = *app_.add_subcommand("admin", "Make and mend administrators");
        admin.require_subcommand(1);
        auto& create = add_command(admin, "create", "Make an administrator", Action::admin_create);
        create.add_option("--name", command_.admin.name, "The name")->capture_default_str();
        auto& promote = add_command(admin, "promote", "Make a user an administrator", Action::admin_promote);
        auto& reset =
            add_command(admin, "reset-password", "Give an account a new password and end its sessions",
                        Action::admin_reset_password);
        for (auto* command : {&create, &promote, &reset}) {
            command->add_option("--email", command_.admin.email, "Whose account")->required();
        }
        for (auto* command : {&create, &reset}) {
            auto* file = command->add_option("--password-file", command_.admin.password_file,
                                             "A file whose first line is the password; - is standard input");
            command
                ->add_flag("--random-password", command_.admin.random_password,
                           "Make a password and print it")
                ->excludes(file);
            command->footer("Without either, the password is asked for on the terminal.");
        }
    }

    // As CLI11 wants them. It would take what follows `--name=` for its value, so that is said in two words.
    static std::vector<std::string> reversed(std::span<const char* const> arguments) {
        std::vector<std::string> words;
        for (const std::string_view argument : arguments) {
            const bool empty_value = argument.starts_with("--") && argument.find('=') + 1 == argument.size();
            words.emplace_back(argument.substr(0, argument.size() - (empty_value ? 1 : 0)));
            if (empty_value) words.emplace_back();
        }
        std::ranges::reverse(words);
        return words;
    }

    // The innermost command named on the line.
    CLI::App& selected() {
        auto* command = &app_;
        while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
        return *command;
    }

    std::string help() {
        // Forty lines in front of the commands would bury those. Not hidden before, as CLI11 does not name
        // a hidden option in its errors.
        for (const auto& setting : settings_) setting.option->group("");
        std::vector<std::string> parents;
        for (const auto* parent = selected().get_parent(); parent != nullptr; parent = parent->get_parent()) {
            parents.insert(parents.begin(), parent->get_name());
        }
        return selected().help(fmt::format("{}", fmt::join(parents, " ")));
    }

    std::string complaint(const CLI::ParseError& error, std::span<const char* const> arguments) {
        std::string text = fmt::format("haat: {}\n", error.what());
        for (const std::string_view argument : arguments) {
            if (const auto meant = meant_option(argument)) text += fmt::format("Did you mean {}?\n", *meant);
        }
        return text + "See: haat --help\n";
    }

    // For an option that nobody knows.
    std::optional<std::string_view> meant_option(std::string_view argument) {
        const auto name = argument.substr(0, argument.find('='));
        if (!name.starts_with("--") || name.size() == 2) return std::nullopt;
        const auto known = [&](const CLI::App* app) {
            return app->get_option_no_throw(std::string{name}) != nullptr;
        };
        if (known(&app_) || known(&selected())) return std::nullopt;
        std::vector<std::string_view> names{options_.begin(), options_.end()};
        return config::nearest(name, names);
    }

    CLI::App app_;
    Command command_;
    std::vector<SettingOption> settings_;
    std::vector<std::string> options_;
};

}  // namespace

std::expected<Command, Stop> parse_command_line(std::span<const char* const> arguments) {
    return CommandLine{}.parse(arguments);
}

std::string version_line() { return "haat " HAAT_VERSION; }

}  // namespace haat::app
