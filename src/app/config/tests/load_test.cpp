#include "app/config/load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "app/config/describe.hpp"
#include "app/config/setting.hpp"
#include "app/config/tests/variables.hpp"

namespace haat::config {
namespace {

class LoadSettings : public testing::Test {
protected:
    LoadSettings() : dotenv_{testing::TempDir() + "haat_load_" + std::to_string(getpid())} {}
    ~LoadSettings() override { std::filesystem::remove(dotenv_); }

    std::expected<LoadedSettings, LoadErrors> load(const Variables& environment = {},
                                                   const std::string& file = {},
                                                   std::vector<Override> command_line = {},
                                                   bool terminal = false) {
        if (!file.empty()) std::ofstream{dotenv_} << file;
        return load_settings({std::move(command_line), look_up_in(environment), dotenv_, terminal});
    }

    static bool any_contains(const std::vector<std::string>& lines, std::string_view text) {
        return std::ranges::any_of(lines, [&](const std::string& line) { return line.contains(text); });
    }

    static std::string source(const LoadedSettings& loaded, std::string_view name) {
        return shown(loaded, name).source;
    }
    static std::string value(const LoadedSettings& loaded, std::string_view name) {
        return shown(loaded, name).value;
    }

    std::filesystem::path dotenv_;

private:
    static const ShownSetting& shown(const LoadedSettings& loaded, std::string_view name) {
        return loaded.shown.at(static_cast<std::size_t>(find_setting(name) - settings_table().data()));
    }
};

TEST_F(LoadSettings, DefaultsStandAlone) {
    const auto loaded = load();
    ASSERT_TRUE(loaded) << loaded.error().front();
    const auto& settings = loaded->settings;
    EXPECT_EQ(settings.server.host, "0.0.0.0");
    EXPECT_EQ(settings.server.port, 3001);
    EXPECT_GE(settings.server.threads, 1);
    EXPECT_EQ(settings.server.public_url, "");
    EXPECT_TRUE(settings.server.rate_limits);
    EXPECT_EQ(settings.server.shutdown_grace, std::chrono::seconds{10});
    EXPECT_EQ(settings.storage.database_file, "./data/haat.db");
    EXPECT_EQ(settings.access.access_token_ttl, std::chrono::minutes{15});
    EXPECT_TRUE(settings.access.admin_key.empty());
    EXPECT_TRUE(settings.access.default_admin_password.empty());
    EXPECT_EQ(settings.mail.transport, MailTransport::file);
    EXPECT_EQ(settings.mail.dir, "./data/mail");
    EXPECT_EQ(settings.images.store, ImageStore::local);
    EXPECT_EQ(settings.log.format, LogFormat::json);
    EXPECT_EQ(settings.log.level, LogLevel::info);
    EXPECT_TRUE(loaded->warnings.empty());
    EXPECT_EQ(source(*loaded, "PORT"), "default");
}

TEST_F(LoadSettings, TheCommandLineGoesBeforeTheEnvironmentBeforeTheFile) {
    const std::string file = "PORT=1\nHOST=127.0.0.1\nTHREADS=3\n";
    const auto loaded = load({{"PORT", "2"}, {"HOST", "127.0.0.2"}}, file, {{"PORT", "3"}});
    ASSERT_TRUE(loaded) << loaded.error().front();
    EXPECT_EQ(loaded->settings.server.port, 3);
    EXPECT_EQ(loaded->settings.server.host, "127.0.0.2");
    EXPECT_EQ(loaded->settings.server.threads, 3);
    EXPECT_EQ(source(*loaded, "PORT"), "command line");
    EXPECT_EQ(source(*loaded, "HOST"), "environment");
    EXPECT_EQ(source(*loaded, "THREADS"), dotenv_.string() + " line 3");
}

TEST_F(LoadSettings, AnEmptyValueCountsAsNone) {
    const auto loaded = load({{"PORT", ""}, {"LOG_LEVEL", ""}}, "PORT=5\n", {{"PORT", ""}});
    ASSERT_TRUE(loaded) << loaded.error().front();
    EXPECT_EQ(loaded->settings.server.port, 5);
    EXPECT_EQ(loaded->settings.log.level, LogLevel::info);
}

TEST_F(LoadSettings, AnAliasIsTheSameSettingButTheNameGoesFirst) {
    EXPECT_EQ(load({{"RESEND_API_KEY", "b"}})->settings.mail.resend_key.reveal(), "b");
    EXPECT_EQ(load({{"RESEND_API_KEY", "b"}, {"RESEND_API", "a"}})->settings.mail.resend_key.reveal(), "a");
    EXPECT_EQ(load({{"RESEND_API_KEY", "b"}}, "RESEND_API=a\n")->settings.mail.resend_key.reveal(), "b");
}

TEST_F(LoadSettings, AllErrorsAreToldAtOnceWithTheirSources) {
    const auto loaded = load({{"PORT", "99999"}}, "LOG_LEVEL=loud\n", {{"THREADS", "none"}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error(), (LoadErrors{
                                  "PORT=99999 (environment): expected a whole number from 0 to 65535",
                                  "THREADS=none (command line): expected a whole number from 1 to 256",
                                  "LOG_LEVEL=loud (" + dotenv_.string() +
                                      " line 1): expected debug, info, warn, error or off",
                              }));
}

TEST_F(LoadSettings, NoMessageHoldsASecret) {
    const auto loaded = load({{"SECRET_KEY_ACCESS_TOKEN", "hunter2\n"},
                              {"SMTP_URL", "mail://me:hunter2@h"},
                              {"DATABASE_URL", "mysql://me:hunter2@h/haat"},
                              {"REDIS_URL", "hunter2"}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size(), 4U);
    EXPECT_FALSE(any_contains(loaded.error(), "hunter2"));
    EXPECT_TRUE(any_contains(loaded.error(), "sqlite:PATH or postgres://"));
}

TEST_F(LoadSettings, MessagesAreOneLineAndBounded) {
    const auto loaded = load({{"HOST", "a\r\nb" + std::string(100'000, 'x')}, {"SHOP_NAME", "a\nb"}});
    ASSERT_FALSE(loaded);
    for (const auto& error : loaded.error()) {
        EXPECT_EQ(error.find_first_of("\r\n"), std::string::npos);
        EXPECT_LT(error.size(), 200U);
    }
}

TEST_F(LoadSettings, AnUnknownKeyOfTheFileIsAWarningThatNamesTheNearest) {
    const auto loaded = load({{"PROT", "1"}}, "PROT=4000\nMONGODB_URI=x\n");
    ASSERT_TRUE(loaded) << loaded.error().front();
    EXPECT_EQ(
        loaded->warnings,
        (std::vector{"PROT (" + dotenv_.string() + " line 1): unknown setting, ignored; did you mean PORT?",
                     "MONGODB_URI (" + dotenv_.string() + " line 2): unknown setting, ignored"}));
}

TEST_F(LoadSettings, WarningsFollowTheErrorsThatTheyMayExplain) {
    const auto loaded = load({{"MAIL_TRANSPORT", "smtp"}}, "SMTP_ULR=smtp://localhost\n");
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 2U);
    EXPECT_EQ(loaded.error()[0], "MAIL_TRANSPORT=smtp (environment): needs SMTP_URL, which is not set");
    EXPECT_TRUE(loaded.error()[1].ends_with("did you mean SMTP_URL?"));
}

TEST_F(LoadSettings, OfDoubleLinesTheLastCountsAndIsTold) {
    const auto loaded = load({}, "PORT=1\nPORT=2\n");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.server.port, 2);
    EXPECT_TRUE(any_contains(loaded->warnings, "PORT (" + dotenv_.string() + " line 2)"));
}

TEST_F(LoadSettings, AMalformedFileIsAnError) {
    const auto loaded = load({}, "PORT=1\nnonsense\n");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().front(), dotenv_.string() + " line 2: expected KEY=value");
}

TEST_F(LoadSettings, ASecretOnTheCommandLineIsWarnedOf) {
    const auto loaded = load({}, "", {{"ADMIN_SECRET_KEY", "hunter2"}});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.access.admin_key.reveal(), "hunter2");
    ASSERT_EQ(loaded->warnings.size(), 1U);
    EXPECT_EQ(loaded->warnings[0].find("hunter2"), std::string::npos);
}

TEST_F(LoadSettings, MailGoesToResendWhenItsKeyIsSet) {
    EXPECT_EQ(load({{"RESEND_API", "re_1"}})->settings.mail.transport, MailTransport::resend);
    EXPECT_EQ(load({{"SMTP_URL", "smtp://localhost:25"}})->settings.mail.transport, MailTransport::smtp);
    EXPECT_EQ(load({{"RESEND_API", "re_1"}, {"MAIL_TRANSPORT", "file"}})->settings.mail.transport,
              MailTransport::file);
    EXPECT_FALSE(load({{"MAIL_TRANSPORT", "resend"}}));
    EXPECT_FALSE(load({{"MAIL_TRANSPORT", "smtp"}}));
    EXPECT_TRUE(load({{"MAIL_TRANSPORT", "smtp"}, {"SMTP_URL", "smtp://localhost:25"}}));
}

TEST_F(LoadSettings, ImagesGoToCloudinaryWhenItIsComplete) {
    Variables cloud{{"CLOUDINARY_CLOUD_NAME", "shop"}, {"CLOUDINARY_API_KEY", "1"}};
    EXPECT_EQ(load(cloud)->settings.images.store, ImageStore::local);
    cloud["IMAGE_STORE"] = "cloudinary";
    EXPECT_TRUE(any_contains(load(cloud).error(), "needs CLOUDINARY_API_SECRET"));
    cloud.erase("IMAGE_STORE");
    cloud["CLOUDINARY_API_SECRET"] = "2";
    EXPECT_EQ(load(cloud)->settings.images.store, ImageStore::cloudinary);
    cloud["IMAGE_STORE"] = "local";
    EXPECT_EQ(load(cloud)->settings.images.store, ImageStore::local);
}

TEST_F(LoadSettings, PublicUrlIsWhatWasSetWithoutASlashAtItsEnd) {
    EXPECT_EQ(load({{"FRONTEND_URL", "https://a.example"}})->settings.server.public_url, "");
    EXPECT_EQ(load({{"PUBLIC_URL", "https://api.example/"}, {"FRONTEND_URL", "https://a.example"}})
                  ->settings.server.public_url,
              "https://api.example");
}

TEST_F(LoadSettings, ADefaultMadeFromABadValueIsNoSecondError) {
    const auto loaded = load({{"FRONTEND_URL", "shop"}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size(), 1U);
}

TEST_F(LoadSettings, WhatLiesInTheDataFolderMovesWithIt) {
    const auto settings = load({{"DATA_DIR", "/srv/haat"}})->settings;
    EXPECT_EQ(settings.storage.database_file, "/srv/haat/haat.db");
    EXPECT_EQ(settings.mail.dir, "/srv/haat/mail");
}

TEST_F(LoadSettings, TheDatabaseMayBeAServerWhosePasswordIsNeverShown) {
    const auto loaded = load({{"DATABASE_URL", "postgres://me:hunter2@a,b:5433/shop?sslmode=require"}});
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(on_postgres(loaded->settings.storage));
    EXPECT_EQ(value(*loaded, "DATABASE_URL"), "postgres://me:***@a,b:5433/shop?sslmode=require");
    const auto in_query = load({{"DATABASE_URL", "postgresql://h/shop?user=me&password=hunter2"}});
    ASSERT_TRUE(in_query);
    EXPECT_EQ(value(*in_query, "DATABASE_URL"), "postgresql://h/shop?***");
    EXPECT_FALSE(on_postgres(load({})->settings.storage));
}

TEST_F(LoadSettings, EachThreadNeedsTwoConnectionsToTheServer) {
    const auto loaded =
        load({{"DATABASE_URL", "postgres://h/shop"}, {"THREADS", "4"}, {"DATABASE_POOL", "9"}});
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(any_contains(loaded.error(), "10 or more"));
    EXPECT_EQ(load({{"THREADS", "9"}})->settings.storage.database_pool, 40);
    EXPECT_EQ(load({{"THREADS", "1"}})->settings.storage.database_pool, 20);
}

TEST_F(LoadSettings, TheLogIsPrettyOnATerminal) {
    EXPECT_EQ(load({}, "", {}, true)->settings.log.format, LogFormat::pretty);
    EXPECT_EQ(load({{"LOG_FORMAT", "combined"}}, "", {}, true)->settings.log.format, LogFormat::combined);
}

TEST_F(LoadSettings, RedisUrlGoesBeforeTheHost) {
    const auto loaded = load({{"REDIS_URL", "redis://:hunter2@r:6379"}, {"REDIS_HOST", "h"}});
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(any_contains(loaded->warnings, "REDIS_HOST"));
    EXPECT_EQ(value(*loaded, "REDIS_URL"), "redis://:***@r:6379");
}

TEST_F(LoadSettings, DescriptionsNameEverySettingAndHideSecrets) {
    const auto loaded = load({{"ADMIN_SECRET_KEY", "hunter2"}, {"SMTP_URL", "smtp://me:hunter2@h"}});
    ASSERT_TRUE(loaded);
    const auto values = describe_values(*loaded);
    EXPECT_EQ(values.find("hunter2"), std::string::npos);
    EXPECT_NE(values.find("= (set)  (environment)"), std::string::npos);
    for (const auto& setting : settings_table()) {
        EXPECT_NE(values.find(setting.name), std::string::npos);
        EXPECT_NE(describe_markdown().find("`" + std::string{setting.name} + "`"), std::string::npos);
        EXPECT_NE(describe_options().find(option_name(setting.name) + " "), std::string::npos);
    }
}

TEST(SettingsTable, NamesAreUniqueAndEveryRowSaysWhatItMeans) {
    std::set<std::string_view> names;
    for (const auto& setting : settings_table()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_TRUE(setting.alias.empty() || names.insert(setting.alias).second) << setting.alias;
        EXPECT_FALSE(setting.meaning.empty()) << setting.name;
        EXPECT_FALSE(allowed(setting).empty()) << setting.name;
        EXPECT_EQ(find_setting(setting.name), &setting);
    }
    EXPECT_EQ(find_setting(""), nullptr);
    EXPECT_EQ(find_setting("RESEND_API_KEY"), find_setting("RESEND_API"));
}

TEST(SettingsTable, KnowsEverySettingOfTheOriginal) {
    for (const auto name :
         {"PORT", "FRONTEND_URL", "SECRET_KEY_ACCESS_TOKEN", "SECRET_KEY_REFRESH_TOKEN", "ADMIN_SECRET_KEY",
          "CLOUDINARY_CLOUD_NAME", "CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET", "RESEND_API",
          "RESEND_API_KEY", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_URL", "DEFAULT_ADMIN_EMAIL",
          "DEFAULT_ADMIN_PASSWORD"}) {
        EXPECT_NE(find_setting(name), nullptr) << name;
    }
}

}  // namespace
}  // namespace haat::config
