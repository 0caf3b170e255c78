#include "app/unsafe_settings.hpp"

#include <gtest/gtest.h>

#include "app/config/load.hpp"
#include "app/config/tests/variables.hpp"

namespace haat::app {
namespace {

std::vector<std::string> reasons(const config::Variables& variables) {
    const auto loaded = config::load_settings({{}, config::look_up_in(variables), "/nowhere/.env", false});
    EXPECT_TRUE(loaded);
    return reasons_not_to_serve(loaded->settings);
}

// What a shop without secrets of its own makes is good.
TEST(UnsafeSettings, WhatIsUnsetIsNoReason) {
    EXPECT_TRUE(reasons({{"PUBLIC_URL", "https://api.shop.example"}}).empty());
}

TEST(UnsafeSettings, EachWeakSecretIsAReasonInProduction) {
    for (const auto* name : {"SECRET_KEY_ACCESS_TOKEN", "SECRET_KEY_REFRESH_TOKEN", "ADMIN_SECRET_KEY",
                             "DEFAULT_ADMIN_PASSWORD"}) {
        for (const auto* value : {"quite-short", "Your-Secret-Key"}) {
            const auto told = reasons({{"PUBLIC_URL", "https://api.shop.example"}, {name, value}});
            ASSERT_EQ(told.size(), 1U) << name << ' ' << value;
            EXPECT_TRUE(told[0].starts_with(name)) << told[0];
            EXPECT_EQ(told[0].find(value), std::string::npos) << "no secret is shown";
            EXPECT_TRUE(reasons({{"PUBLIC_URL", "http://localhost:3001"}, {name, value}}).empty());
            EXPECT_TRUE(reasons({{name, value}}).empty());
        }
        EXPECT_TRUE(reasons({{"PUBLIC_URL", "https://api.shop.example"}, {name, std::string(32, 'k') + "9"}})
                        .empty());
    }
}

TEST(UnsafeSettings, HttpsIsHttpsInAnyCase) {
    EXPECT_EQ(reasons({{"PUBLIC_URL", "HTTPS://API.Shop.example"}, {"ADMIN_SECRET_KEY", "short"}}).size(),
              1U);
}

TEST(UnsafeSettings, ProxiesThatAreAllTheWorldAreAReasonInProduction) {
    const auto told = [](const std::string& proxies) {
        return reasons({{"PUBLIC_URL", "https://api.shop.example"}, {"TRUSTED_PROXIES", proxies}});
    };
    EXPECT_TRUE(told("10.0.0.0/8, ::1").empty());
    for (const auto* all : {"0.0.0.0/0", "::/0", "10.0.0.1, 0.0.0.0/00"}) {
        const auto reason = told(all);
        ASSERT_EQ(reason.size(), 1U) << all;
        EXPECT_TRUE(reason[0].starts_with("TRUSTED_PROXIES: ")) << reason[0];
        EXPECT_TRUE(reasons({{"TRUSTED_PROXIES", all}}).empty());
    }
}

TEST(UnsafeSettings, PagesWithoutTlsAreAReasonInProduction) {
    const auto told = [](const std::string& pages) {
        return reasons({{"PUBLIC_URL", "https://api.shop.example"}, {"FRONTEND_URL", pages}}).size();
    };
    EXPECT_EQ(told("https://shop.example"), 0U);
    EXPECT_EQ(told("https://shop.example,http://localhost:5173"), 0U) << "a developer's own";
    EXPECT_EQ(told("https://shop.example,http://www.shop.example"), 1U);
}

}  // namespace
}  // namespace haat::app
