#include "app/config/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "app/config/dotenv.hpp"
#include "app/config/setting.hpp"
#include "app/config/texts.hpp"

namespace haat::config {
namespace {

constexpr std::size_t kMaxValueBytes = 4'096;
constexpr std::size_t kMaxEchoedBytes = 60;

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// A value as a message may quote it: one line, not long.
std::string echoed(std::string_view text) {
    std::string result{text.substr(0, kMaxEchoedBytes)};
    std::ranges::replace_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text.size() > kMaxEchoedBytes ? result + "…" : result;
}

class Loader {
public:
    explicit Loader(const Sources& sources) : sources_{sources} { texts_.terminal = sources.terminal; }

    std::expected<LoadedSettings, LoadErrors> run() {
        read_file();
        for (const Setting& setting : settings_table()) {
            if (auto found = find(setting)) texts_.put(setting.name, std::move(*found));
        }
        for (const Setting& setting : settings_table()) read(setting);
        check_whole();
        if (errors_.empty())
            return LoadedSettings{std::move(settings_), std::move(shown_), std::move(warnings_)};
        errors_.insert(errors_.end(), warnings_.begin(), warnings_.end());
        return std::unexpected{std::move(errors_)};
    }

private:
    void read_file() {
        const auto file = sources_.dotenv.string();
        auto entries = read_dotenv(sources_.dotenv);
        if (!entries) {
            for (const auto& error : entries.error()) errors_.push_back(fmt::format("{} {}", file, error));
            return;
        }
        for (auto& entry : *entries) {
            const auto where = file + " line " + std::to_string(entry.line);
            if (find_setting(entry.key) == nullptr) warn_unknown(entry.key, where);
            if (entry.cut_at_hash) {
                warnings_.push_back(entry.key + " (" + where +
                                    "): the value ends at the #, which begins a comment; " +
                                    "put the value in quotes if the # belongs to it");
            }
            const auto [at, fresh] = file_.insert_or_assign(entry.key, Found{std::move(entry.value), where});
            if (!fresh) warnings_.push_back(entry.key + " (" + where + "): set before; this line counts");
        }
    }

    void warn_unknown(const std::string& key, const std::string& where) {
        const auto meant = nearest_setting(key);
        warnings_.push_back(echoed(key) + " (" + where + "): unknown setting, ignored" +
                            (meant ? "; did you mean " + std::string{*meant} + "?" : ""));
    }

    std::optional<Found> find(const Setting& setting) {
        for (const auto look : {&Loader::on_command_line, &Loader::in_environment, &Loader::in_file}) {
            for (const auto name : {setting.name, setting.alias}) {
                auto found = name.empty() ? std::nullopt : (this->*look)(std::string{name});
                if (found && !found->text.empty()) return found;
            }
        }
        return std::nullopt;
    }

    std::optional<Found> on_command_line(const std::string& name) {
        const auto at = std::ranges::find(sources_.command_line, name, &Override::name);
        if (at == sources_.command_line.end()) return std::nullopt;
        if (find_setting(name)->kind == Kind::secret && !at->value.empty()) {
            warnings_.push_back(name +
                                " (command line): other users of this machine can read it in the list of " +
                                "processes; put it into the environment or .env");
        }
        return Found{at->value, "command line"};
    }

    std::optional<Found> in_environment(const std::string& name) {
        if (!sources_.environment) return std::nullopt;
        auto value = sources_.environment(name);
        if (!value) return std::nullopt;
        return Found{std::move(*value), "environment"};
    }

    std::optional<Found> in_file(const std::string& name) {
        const auto at = file_.find(name);
        return at == file_.end() ? std::nullopt : std::optional{at->second};
    }

    void read(const Setting& setting) {
        if (!texts_.chosen(setting.name)) {
            const auto compute = setting.fallback.compute;
            texts_.put(setting.name, {compute ? compute(texts_) : std::string{setting.fallback.text},
                                      std::string{kDefaultSource}});
        }
        const auto text = texts_.text(setting.name);
        shown_.push_back({shown(setting, text), std::string{texts_.source(setting.name)}});
        if (text.empty()) return;
        if (text.size() > kMaxValueBytes) return error(setting, "is longer than 4096 bytes");
        const bool good = !has_control_character(text) && setting.assign(setting, text, settings_);
        // A default that is computed from a bad value is that value's fault, which is reported already.
        if (!good && (texts_.chosen(setting.name) || errors_.empty()))
            error(setting, "expected " + allowed(setting));
    }

    // What no row can see by itself.
    void check_whole() {
        const auto needs = [this](std::string_view chooser, std::string_view needed) {
            if (!texts_.text(needed).empty()) return;
            error(*find_setting(chooser), "needs " + std::string{needed} + ", which is not set");
        };
        if (settings_.mail.transport == MailTransport::smtp) needs("MAIL_TRANSPORT", "SMTP_URL");
        if (settings_.mail.transport == MailTransport::resend) needs("MAIL_TRANSPORT", "RESEND_API");
        if (settings_.images.store == ImageStore::cloudinary) {
            for (const auto key : {"CLOUDINARY_CLOUD_NAME", "CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET"}) {
                needs("IMAGE_STORE", key);
            }
        }
        const auto& storage = settings_.storage;
        const int fewest = 2 * (settings_.server.threads + 1);
        if (on_postgres(storage) && storage.database_pool < fewest) {
            error(*find_setting("DATABASE_POOL"),
                  "expected " + std::to_string(fewest) + " or more: two for each of the THREADS, and two");
        }
        if (texts_.chosen("REDIS_URL") && texts_.chosen("REDIS_HOST")) {
            warnings_.push_back("REDIS_HOST (" + std::string{texts_.source("REDIS_HOST")} +
                                "): ignored, as REDIS_URL is set");
        }
    }

    void error(const Setting& setting, const std::string& what) {
        const auto text = texts_.text(setting.name);
        const auto value = is_confidential(setting) ? std::string{} : "=" + echoed(text);
        errors_.push_back(std::string{setting.name} + value + " (" +
                          std::string{texts_.source(setting.name)} + "): " + what);
    }

    const Sources& sources_;
    std::map<std::string, Found> file_;
    Texts texts_;
    Settings settings_;
    std::vector<ShownSetting> shown_;
    std::vector<std::string> errors_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::expected<LoadedSettings, LoadErrors> load_settings(const Sources& sources) {
    return Loader{sources}.run();
}

Sources process_sources(std::vector<Override> command_line) {
    Sources sources;
    sources.command_line = std::move(command_line);
    sources.environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>{value};
    };
    sources.terminal = isatty(STDERR_FILENO) != 0;
    return sources;
}

}  // namespace haat::config
