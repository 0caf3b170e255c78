#include "kernel/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace haat {
namespace {

TEST(ErrorTable, HasARowForEachCodeAtItsPlace) {
    std::size_t place = 0;
    for (const ErrorInfo& row : error_table()) {
        EXPECT_EQ(static_cast<std::size_t>(row.code), place++) << row.slug;
        EXPECT_EQ(&info(row.code), &row);
    }
    EXPECT_EQ(place, static_cast<std::size_t>(ErrorCode::media_not_found) + 1);
}

TEST(ErrorTable, SlugsAreUniqueAndSnakeCase) {
    std::set<std::string_view> seen;
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    for (const ErrorInfo& row : error_table()) {
        EXPECT_TRUE(seen.insert(row.slug).second) << row.slug;
        ASSERT_FALSE(row.slug.empty());
        EXPECT_TRUE(std::ranges::all_of(row.slug, fits)) << row.slug;
        EXPECT_TRUE(row.slug.front() != '_' && row.slug.back() != '_' && !row.slug.contains("__"))
            << row.slug;
    }
}

TEST(ErrorTable, EveryRowIsAnErrorOfHttpAndSaysSomething) {
    const std::set<int> known{400, 401, 403, 404, 405, 408, 409, 413, 414,
                              415, 429, 431, 500, 501, 503, 504, 507};
    for (const ErrorInfo& row : error_table()) {
        EXPECT_TRUE(known.contains(row.status)) << row.slug << ' ' << row.status;
        EXPECT_FALSE(row.message.empty()) << row.slug;
        const auto hole = row.message.find("{}");
        if (hole != std::string_view::npos) {
            EXPECT_EQ(row.message.find("{}", hole + 2), std::string_view::npos)
                << row.slug << ": only one is filled";
        }
    }
}

TEST(ErrorTable, StatusFollowsTheKindOfError) {
    const auto ends_with_status = [](std::string_view ending, int status) {
        for (const ErrorInfo& row : error_table()) {
            if (!row.slug.ends_with(ending)) continue;
            EXPECT_EQ(row.status, status) << row.slug;
        }
    };
    ends_with_status("_exists", 409);
    ends_with_status("_in_use", 409);
    ends_with_status("_format", 400);
    EXPECT_EQ(info(ErrorCode::authentication_required).status, 401);
    EXPECT_EQ(info(ErrorCode::admin_only).status, 403);
    EXPECT_EQ(info(ErrorCode::route_not_found).status, 404);
    EXPECT_EQ(info(ErrorCode::too_many_requests).status, 429);
    EXPECT_EQ(info(ErrorCode::unavailable).status, 503);
    EXPECT_EQ(info(ErrorCode::insufficient_storage).status, 507);
}

TEST(ErrorMessage, TheDetailStandsWhereTheTableSays) {
    EXPECT_EQ(message_of(Error{ErrorCode::only_in_stock, {}, "3"}), "Only 3 items available in stock");
    EXPECT_EQ(message_of(Error{ErrorCode::route_not_found, {}, "GET /x"}), "Cannot GET /x");
    EXPECT_EQ(message_of(Error{ErrorCode::invalid_field, "price", "price must be a number"}),
              "price must be a number");
    EXPECT_EQ(message_of(Error{ErrorCode::only_in_stock, {}, "{}"}), "Only {} items available in stock")
        << "a detail is not a pattern";
}

TEST(ErrorMessage, WithoutAPlaceForItTheDetailIsNotSaid) {
    EXPECT_EQ(message_of(Error{ErrorCode::invalid_credentials, {}, "no such user"}),
              "Invalid email or password");
}

TEST(ErrorResult, CarriesCodeFieldAndDetail) {
    const Result<int> failed = fail(ErrorCode::invalid_field, "name", "name must be text");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::invalid_field);
    EXPECT_EQ(failed.error().field, "name");
    EXPECT_EQ(failed.error().detail, "name must be text");
    EXPECT_EQ(failed.error().retry_after_s, 0);
}

TEST(AssertionDeathTest, ABrokenInvariantEndsTheProgramAndSaysWhere) {
    EXPECT_DEATH(HAAT_ASSERT(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 at .*error_test.cpp");
}

}  // namespace
}  // namespace haat
