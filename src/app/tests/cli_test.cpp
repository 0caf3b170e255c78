#include "app/cli.hpp"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

#include "app/config/setting.hpp"

namespace haat::app {
namespace {

std::expected<Command, Stop> parse(std::initializer_list<const char*> arguments) {
    return parse_command_line(std::span{arguments.begin(), arguments.size()});
}

Stop stop_of(std::initializer_list<const char*> arguments) {
    const auto parsed = parse(arguments);
    return parsed ? Stop{-1, "it was accepted"} : parsed.error();
}

TEST(CommandLine, WithoutACommandTheShopIsServed) {
    const auto parsed = parse({});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->action, Action::serve);
    EXPECT_TRUE(parsed->overrides.empty());
}

TEST(CommandLine, KnowsEveryCommand) {
    const std::vector<std::pair<std::vector<const char*>, Action>> commands{
        {{"serve"}, Action::serve},
        {{"migrate"}, Action::migrate},
        {{"seed"}, Action::seed},
        {{"admin", "create", "--email", "a@example.com"}, Action::admin_create},
        {{"admin", "promote", "--email", "a@example.com"}, Action::admin_promote},
        {{"admin", "reset-password", "--email", "a@example.com"}, Action::admin_reset_password},
        {{"doctor"}, Action::doctor},
        {{"config"}, Action::config},
        {{"openapi"}, Action::openapi},
        {{"postman"}, Action::postman},
        {{"version"}, Action::version},
    };
    for (const auto& [arguments, action] : commands) {
        const auto parsed = parse_command_line(arguments);
        ASSERT_TRUE(parsed) << arguments.back() << ": " << parsed.error().text;
        EXPECT_EQ(parsed->action, action) << arguments.back();
    }
}

TEST(CommandLine, SettingsStandBeforeAndAfterTheCommand) {
    for (const auto& parsed : {parse({"--port", "4000", "migrate"}), parse({"migrate", "--port", "4000"}),
                               parse({"migrate", "--port=4000"})}) {
        ASSERT_TRUE(parsed) << parsed.error().text;
        EXPECT_EQ(parsed->action, Action::migrate);
        ASSERT_EQ(parsed->overrides.size(), 1U);
        EXPECT_EQ(parsed->overrides[0].name, "PORT");
        EXPECT_EQ(parsed->overrides[0].value, "4000");
    }
}

TEST(CommandLine, EverySettingAndAliasIsAnOptionOfEveryCommand) {
    for (const auto& setting : config::settings_table()) {
        for (const auto name : {setting.name, setting.alias}) {
            if (name.empty()) continue;
            const auto option = config::option_name(name);
            const std::array arguments{"admin", "promote", "--email", "a@example.com", option.c_str(), "x"};
            const auto parsed = parse_command_line(arguments);
            ASSERT_TRUE(parsed) << option << ": " << parsed.error().text;
            ASSERT_EQ(parsed->overrides.size(), 1U) << option;
            EXPECT_EQ(parsed->overrides[0].name, name);
        }
    }
}

TEST(CommandLine, AnEmptyOrOddValueOfASettingIsPassedOn) {
    const auto parsed =
        parse({"--frontend-url=", "--shop-name", "a b", "--public-url", "", "--admin-secret-key=-x"});
    ASSERT_TRUE(parsed) << parsed.error().text;
    ASSERT_EQ(parsed->overrides.size(), 4U);
    EXPECT_EQ(parsed->overrides[0].value, "");  // in the order of the table
    EXPECT_EQ(parsed->overrides[1].value, "");
    EXPECT_EQ(parsed->overrides[2].value, "-x");
    EXPECT_EQ(parsed->overrides[3].value, "a b");
}

TEST(CommandLine, ReadsTheOptionsOfSeed) {
    const auto parsed = parse({"seed", "--products", "5000", "--users", "20", "--seed", "7"});
    ASSERT_TRUE(parsed) << parsed.error().text;
    EXPECT_EQ(parsed->seed.products, 5000);
    EXPECT_EQ(parsed->seed.users, 20);
    EXPECT_EQ(parsed->seed.seed, 7U);
}

TEST(CommandLine, ReadsTheOptionsOfAdmin) {
    const auto parsed =
        parse({"admin", "create", "--email", "a@example.com", "--name", "Asha", "--password-file", "-"});
    ASSERT_TRUE(parsed) << parsed.error().text;
    EXPECT_EQ(parsed->admin.email, "a@example.com");
    EXPECT_EQ(parsed->admin.name, "Asha");
    EXPECT_EQ(parsed->admin.password_file, "-");
    EXPECT_FALSE(parsed->admin.random_password);
}

TEST(CommandLine, MistakesNameThemselvesAndAreUsageErrors) {
    const std::vector<std::pair<std::vector<const char*>, std::string>> mistakes{
        {{"serve", "--prot", "3001"}, "--prot"},
        {{"sevre"}, "sevre"},
        {{"serve", "migrate"}, "migrate"},
        {{"--port"}, "--port"},
        {{"--port", "1", "--port", "2"}, "--port"},
        {{"seed", "--products", "many"}, "--products"},
        {{"seed", "--products", "-1"}, "--products"},
        {{"seed", "--users", "99999999999"}, "--users"},
        {{"seed", "--seed", "-1"}, "--seed"},
        {{"migrate", "--products", "5"}, "--products"},
        {{"admin"}, "subcommand"},
        {{"admin", "create"}, "--email"},
        {{"admin", "promote", "--email", "a@example.com", "--random-password"}, "--random-password"},
        {{"admin", "create", "--email", "a@example.com", "--random-password", "--password-file", "x"},
         "--random-password"},
    };
    for (const auto& [arguments, named] : mistakes) {
        const auto parsed = parse_command_line(arguments);
        ASSERT_FALSE(parsed) << arguments.back();
        EXPECT_EQ(parsed.error().exit_code, kBadUsage) << arguments.back();
        EXPECT_NE(parsed.error().text.find(named), std::string::npos) << parsed.error().text;
    }
}

TEST(CommandLine, AMisspeltOptionIsToldWhichOneWasMeant) {
    EXPECT_NE(stop_of({"serve", "--prot=3001"}).text.find("Did you mean --port?"), std::string::npos);
    EXPECT_NE(stop_of({"--front-end-url", "x"}).text.find("Did you mean --frontend-url?"), std::string::npos);
    EXPECT_EQ(stop_of({"--zzzzzzzzzzzz"}).text.find("Did you mean"), std::string::npos);
}

TEST(CommandLine, HelpIsEverywhereAndIsNoError) {
    for (const auto command :
         {"serve", "migrate", "seed", "admin", "doctor", "config", "openapi", "postman", "version"}) {
        const auto stop = stop_of({command, "--help"});
        EXPECT_EQ(stop.exit_code, kSuccess) << command;
        EXPECT_NE(stop.text.find(std::string{"haat "} + command), std::string::npos) << stop.text;
    }
    const auto stop = stop_of({"admin", "create", "--help"});
    EXPECT_EQ(stop.exit_code, kSuccess);
    EXPECT_NE(stop.text.find("--password-file"), std::string::npos) << stop.text;
}

TEST(CommandLine, HelpOfServeListsTheSettings) {
    EXPECT_NE(stop_of({"serve", "--help"}).text.find("--frontend-url"), std::string::npos);
    const auto help = stop_of({"--help"}).text;
    for (const auto expected :
         {"serve", "migrate", "seed", "admin", "doctor", "openapi", "postman", "Exit codes"}) {
        EXPECT_NE(help.find(expected), std::string::npos) << help;
    }
}

TEST(CommandLine, TellsTheVersion) {
    const auto stop = stop_of({"--version"});
    EXPECT_EQ(stop.exit_code, kSuccess);
    EXPECT_EQ(stop.text, version_line() + "\n");
    EXPECT_TRUE(version_line().starts_with("haat "));
}

}  // namespace
}  // namespace haat::app
