#include "platform/json/write.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <cmath>
#include <limits>

namespace haat::json {
namespace {

struct Part {
    std::string name;
    std::optional<std::int64_t> size{};
    Omittable<std::string> note{};
    RawObject more{};
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, size, note, more))

struct Base {
    std::int64_t first = 1;
};
BOOST_DESCRIBE_STRUCT(Base, (), (first))
struct Derived : Base {
    bool second = false;
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (second))

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

Document<Part> document() {
    return {.id = *ObjectId::parse("507f1f77bcf86cd799439011"),
            .fields = {.name = "a", .size = {}, .note = {}, .more = {}},
            .created_at = {0},
            .updated_at = {1}};
}

constexpr std::string_view kStamps =
    R"("createdAt":"1970-01-01T00:00:00.000Z","updatedAt":"1970-01-01T00:00:00.001Z","__v":0)";

TEST(JsonWrite, EscapesQuotesBackslashesAndControlCharactersOnly) {
    EXPECT_EQ(to_string("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
    EXPECT_EQ(to_string(std::string_view{"\0\x01\x1f\x7f", 4}), "\"\\u0000\\u0001\\u001f\x7f\"");
    EXPECT_EQ(to_string("é日🛒<>&'"), "\"é日🛒<>&'\"");
    EXPECT_EQ(to_string(""), "\"\"");
}

TEST(JsonWrite, EveryByteOfAsciiReadsBackAsItWas) {
    std::string all;
    for (char c = 0; c < 127; ++c) all += c;
    EXPECT_EQ(boost::json::parse(to_string(all)).as_string(), all);
}

TEST(JsonWrite, NumbersLookAsInJavaScript) {
    const std::pair<double, std::string_view> cases[] = {{0.0, "0"},
                                                         {-0.0, "0"},
                                                         {1.0, "1"},
                                                         {-45.5, "-45.5"},
                                                         {0.1, "0.1"},
                                                         {19.99, "19.99"},
                                                         {1e15, "1000000000000000"},
                                                         {1e20, "100000000000000000000"},
                                                         {1e21, "1e+21"},
                                                         {-1.5e300, "-1.5e+300"},
                                                         {123456789012345680000.0, "123456789012345680000"},
                                                         {0.000001, "0.000001"},
                                                         {-0.00012, "-0.00012"},
                                                         {1e-7, "1e-7"},
                                                         {1.25e-9, "1.25e-9"},
                                                         {5e-324, "5e-324"},
                                                         {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                         {0.1 + 0.2, "0.30000000000000004"},
                                                         {9007199254740991.0, "9007199254740991"}};
    for (const auto& [number, text] : cases) {
        EXPECT_EQ(to_string(number), text);
        EXPECT_EQ(to_string(boost::json::value(number)), text) << "the same in a parsed value";
    }
}

TEST(JsonWrite, WhatIsNoNumberIsNull) {
    EXPECT_EQ(to_string(std::numeric_limits<double>::quiet_NaN()), "null");
    EXPECT_EQ(to_string(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(to_string(-std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWrite, WholeNumbersKeepEveryDigit) {
    EXPECT_EQ(to_string(std::int64_t{INT64_MIN}), "-9223372036854775808");
    EXPECT_EQ(to_string(std::int64_t{INT64_MAX}), "9223372036854775807");
    EXPECT_EQ(to_string(boost::json::parse("18446744073709551615")), "18446744073709551615");
}

TEST(JsonWrite, AmountsAndTimesHaveTheFormOfTheContract) {
    EXPECT_EQ(to_string(Money{999'99}), "999.99");
    EXPECT_EQ(to_string(Percent{12'50}), "12.5");
    EXPECT_EQ(to_string(Timestamp{784'111'777'089}), R"("1994-11-06T08:49:37.089Z")");
    EXPECT_EQ(to_string(ObjectId{}), R"("000000000000000000000000")");
}

TEST(JsonWrite, MembersStandInTheirOrder) {
    const Part part{.name = "a", .size = 3, .note = {"n"}, .more = {R"({"k":[1]})"}};
    EXPECT_EQ(to_string(part), R"({"name":"a","size":3,"note":"n","more":{"k":[1]}})");
    EXPECT_EQ(to_string(Derived{}), R"({"first":1,"second":false})");
}

TEST(JsonWrite, AnAbsentValueIsNullButWhatMayBeOmittedIs) {
    EXPECT_EQ(to_string(Part{.name = "a"}), R"({"name":"a","size":null})");
    EXPECT_EQ(to_string(Part{.name = "", .size = {}, .note = {""}, .more = {}}),
              R"({"name":"","size":null,"note":""})")
        << "an empty text is a value";
    EXPECT_EQ(to_string(Nothing{}), "{}");
}

TEST(JsonWrite, ListsHoldTheirValues) {
    EXPECT_EQ(to_string(std::vector<std::string>{}), "[]");
    EXPECT_EQ(to_string(std::vector<std::optional<std::int64_t>>{1, {}, 3}), "[1,null,3]");
    EXPECT_EQ(to_string(std::vector<Part>{{.name = "a"}, {.name = "b"}}),
              R"([{"name":"a","size":null},{"name":"b","size":null}])");
}

TEST(JsonWrite, ADocumentBeginsWithItsId) {
    EXPECT_EQ(to_string(document()),
              R"({"_id":"507f1f77bcf86cd799439011","name":"a","size":null,)" + std::string{kStamps} + "}");
}

TEST(JsonWrite, WhatWasJustCreatedHasItsIdBehindTheFields) {
    EXPECT_EQ(to_string(Created<Part>{document()}),
              R"({"name":"a","size":null,"_id":"507f1f77bcf86cd799439011",)" + std::string{kStamps} + "}");
    EXPECT_EQ(to_string(Created<Nothing>{}).substr(0, 8), R"({"_id":")")
        << "no comma before the first member";
}

TEST(JsonWrite, WhatWasFoundEndsWithItsScore) {
    EXPECT_EQ(to_string(Scored<Part>{document(), 1.5}),
              R"({"_id":"507f1f77bcf86cd799439011","name":"a","size":null,)" + std::string{kStamps} +
                  R"(,"score":1.5})");
}

TEST(JsonWrite, AParsedValueComesBackCompactInItsOrder) {
    const auto value =
        boost::json::parse(R"( { "b" : [ 1 , -2.50 , null , true , "x\u00e9\n" , { } ] , "a" : false } )");
    EXPECT_EQ(to_string(value), R"({"b":[1,-2.5,null,true,"xé\n",{}],"a":false})");
}

}  // namespace
}  // namespace haat::json
