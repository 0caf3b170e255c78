// The types of the contract, §1: what a field takes, and how it says that it was given something else.
#include "platform/json/decode.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace haat::json {
namespace {

struct Everything {
    std::optional<std::string> text{};
    std::optional<std::int64_t> number{};
    std::optional<bool> truth{};
    std::optional<Money> price{};
    std::optional<Percent> discount{};
    std::optional<std::vector<std::string>> list{};
    std::optional<Loose> loose{};
    std::optional<IdTexts> ids{};
    std::optional<RawObject> object{};
    static constexpr Rules rules{.falsy = Falsy::value};
};
BOOST_DESCRIBE_STRUCT(Everything, (), (text, number, truth, price, discount, list, loose, ids, object))

constexpr std::string_view kRequired[] = {"name", "size"};

struct FalsyIsAbsent {
    std::string name{};
    std::int64_t size{};
    std::optional<std::string> note{};
    static constexpr Rules rules{.required = kRequired, .incomplete = ErrorCode::category_incomplete};
};
BOOST_DESCRIBE_STRUCT(FalsyIsAbsent, (), (name, size, note))

struct FalsyIsAValue {
    std::string name{};
    std::int64_t size{};
    std::optional<std::string> note{};
    static constexpr Rules rules{
        .required = kRequired, .incomplete = ErrorCode::product_incomplete, .falsy = Falsy::value};
};
BOOST_DESCRIBE_STRUCT(FalsyIsAValue, (), (name, size, note))

Everything decoded(std::string_view body) {
    auto result = decode<Everything>(body);
    EXPECT_TRUE(result) << body;
    return result ? *result : Everything{};
}

// The field that a body is refused for; empty when it is not.
template <class Input = Everything>
std::string refused(std::string_view body) {
    const auto result = decode<Input>(body);
    if (result || result.error().code != ErrorCode::invalid_field) return {};
    EXPECT_TRUE(message_of(result.error()).starts_with(result.error().field + " must be "));
    return result.error().field;
}

ErrorCode code(std::string_view body) {
    const auto result = parse_object(body);
    return result ? ErrorCode::internal : result.error().code;
}

template <class Input>
ErrorCode code_of(std::string_view body) {
    const auto result = decode<Input>(body);
    return result ? ErrorCode::internal : result.error().code;
}

TEST(JsonDecode, TextTakesTextOrANumberAsItsDecimalText) {
    EXPECT_EQ(decoded(R"({"text":" a\u00e9 "})").text, " aé ");
    EXPECT_EQ(decoded(R"({"text":400001})").text, "400001");
    EXPECT_EQ(decoded(R"({"text":"a\u0000b"})").text, "a\uFFFDb") << "PostgreSQL keeps no NUL";
    EXPECT_EQ(decoded(R"({"text":19.990})").text, "19.99");
    EXPECT_EQ(decoded(R"({"text":1e3})").text, "1000");
    EXPECT_EQ(decoded(R"({"text":1e20})").text, "100000000000000000000");
    EXPECT_EQ(decoded(R"({"text":18446744073709551615})").text, "18446744073709551615");
    for (const auto* wrong : {"null", "true", "[]", R"(["a"])", "{}"}) {
        EXPECT_EQ(refused(std::string{R"({"text":)"} + wrong + "}"), "text") << wrong;
    }
}

TEST(JsonDecode, AWholeNumberTakesANumberOrANumericText) {
    EXPECT_EQ(decoded(R"({"number":45})").number, 45);
    EXPECT_EQ(decoded(R"({"number":"45"})").number, 45);
    EXPECT_EQ(decoded(R"({"number":" -45 "})").number, -45);
    EXPECT_EQ(decoded(R"({"number":45.0})").number, 45);
    EXPECT_EQ(decoded(R"({"number":4.5e1})").number, 45);
    for (const auto* wrong :
         {"4.5", R"("4.5")", R"("")", R"(" ")", R"("4x")", R"("0x10")", "true", "null", "[45]", "{}", "1e300",
          "1e400", "18446744073709551615", R"("99999999999999999999")"}) {
        EXPECT_EQ(refused(std::string{R"({"number":)"} + wrong + "}"), "number") << wrong;
    }
}

TEST(JsonDecode, ABooleanTakesTrueFalseOrThoseWords) {
    EXPECT_EQ(decoded(R"({"truth":true})").truth, true);
    EXPECT_EQ(decoded(R"({"truth":"true"})").truth, true);
    EXPECT_EQ(decoded(R"({"truth":false})").truth, false);
    EXPECT_EQ(decoded(R"({"truth":"false"})").truth, false);
    for (const auto* wrong : {"1", "0", R"("TRUE")", R"("yes")", R"("")", "null", "[true]"}) {
        EXPECT_EQ(refused(std::string{R"({"truth":)"} + wrong + "}"), "truth") << wrong;
    }
}

TEST(JsonDecode, AmountsAreExactAndHaveTwoDecimalsAtMost) {
    EXPECT_EQ(decoded(R"({"price":999.99})").price, Money{999'99});
    EXPECT_EQ(decoded(R"({"price":"999.9"})").price, Money{999'90});
    EXPECT_EQ(decoded(R"({"price":0})").price, Money{0});
    EXPECT_EQ(decoded(R"({"price":-1})").price, Money{-1'00}) << "the sign is the product's rule";
    EXPECT_EQ(decoded(R"({"discount":12.5})").discount, Percent{12'50});
    for (const auto* wrong : {"1.999", R"("1.999")", "1e11", R"("free")", "true", "null", "[1]"}) {
        EXPECT_EQ(refused(std::string{R"({"price":)"} + wrong + "}"), "price") << wrong;
    }
    EXPECT_EQ(refused(R"({"discount":0.001})"), "discount");
}

TEST(JsonDecode, AListOfTextsTakesOneTextAsAListOfOne) {
    EXPECT_EQ(decoded(R"({"list":["a",5]})").list, (std::vector<std::string>{"a", "5"}));
    EXPECT_EQ(decoded(R"({"list":"a"})").list, (std::vector<std::string>{"a"}));
    EXPECT_EQ(decoded(R"({"list":[]})").list, (std::vector<std::string>{}));
    for (const auto* wrong : {"null", "true", "{}", R"(["a",null])", R"([["a"]])"}) {
        EXPECT_EQ(refused(std::string{R"({"list":)"} + wrong + "}"), "list") << wrong;
    }
}

TEST(JsonDecode, ALooseFieldTakesAnythingAndSaysWhatItWas) {
    EXPECT_EQ(decoded(R"({"loose":"x"})").loose->text, "x");
    EXPECT_EQ(decoded(R"({"loose":5})").loose->text, "5");
    EXPECT_TRUE(decoded(R"({"loose":5})").loose->valid);
    for (const auto* other : {"true", "[]", "{}", "1e400"}) {
        const auto loose = decoded(std::string{R"({"loose":)"} + other + "}").loose;
        ASSERT_TRUE(loose);
        EXPECT_FALSE(loose->valid) << other;
        EXPECT_FALSE(loose->is_null) << other;
    }
    EXPECT_TRUE(decoded(R"({"loose":null})").loose->is_null);
}

TEST(JsonDecode, WhatIsNoIdentifierInAListStandsThereAsEmptyText) {
    EXPECT_EQ(decoded(R"({"ids":["507f","",5,null,["a"]]})").ids->texts,
              (std::vector<std::string>{"507f", "", "", "", ""}));
    EXPECT_EQ(decoded(R"({"ids":"507f"})").ids->texts, std::vector<std::string>{""});
    EXPECT_TRUE(decoded(R"({"ids":[]})").ids->texts.empty());
}

TEST(JsonDecode, AnObjectIsKeptAsItIs) {
    EXPECT_EQ(decoded(R"({"object": { "b" : 1.50, "a" : [ null ] } })").object->text,
              R"({"b":1.5,"a":[null]})");
    EXPECT_EQ(refused(R"({"object":[]})"), "object");
    EXPECT_EQ(refused(R"({"object":"{}"})"), "object");
}

TEST(JsonDecode, WhatIsAbsentStaysAbsentAndUnknownKeysAreIgnored) {
    const auto nothing = decoded(R"({"unknown":{"text":1},"Text":"x"})");
    EXPECT_FALSE(nothing.text || nothing.number || nothing.truth || nothing.price || nothing.list ||
                 nothing.object);
}

TEST(JsonDecode, FalsyValuesCountAsAbsentWhereTheRuleSaysSo) {
    for (const auto* falsy : {"null", R"("")", "0", "false", "[]", "0.0"}) {
        const auto body = std::string{R"({"name":"a","size":1,"note":)"} + falsy + "}";
        const auto result = decode<FalsyIsAbsent>(body);
        ASSERT_TRUE(result) << falsy;
        EXPECT_FALSE(result->note) << falsy;
        EXPECT_EQ(code_of<FalsyIsAbsent>(std::string{R"({"size":1,"name":)"} + falsy + "}"),
                  ErrorCode::category_incomplete)
            << falsy;
    }
    EXPECT_EQ(code_of<FalsyIsAbsent>(R"({"name":"a","size":0})"), ErrorCode::category_incomplete);
    EXPECT_EQ(refused<FalsyIsAbsent>(R"({"name":{},"size":1})"), "name") << "{} is not falsy";
}

TEST(JsonDecode, ElsewhereZeroAndFalseAreValuesAndTheOtherFalsyOnesAreMissing) {
    EXPECT_EQ(decode<FalsyIsAValue>(R"({"name":"a","size":0})")->size, 0);
    EXPECT_EQ(decode<FalsyIsAValue>(R"({"name":"a","size":1,"note":""})")->note, "");
    EXPECT_EQ(decode<FalsyIsAValue>(R"({"name":0,"size":1})")->name, "0");
    EXPECT_EQ(refused<FalsyIsAValue>(R"({"name":false,"size":1})"), "name");
    EXPECT_EQ(refused<FalsyIsAValue>(R"({"name":"a","size":1,"note":null})"), "note");
    for (const auto* missing : {"null", R"("")", "[]"}) {
        EXPECT_EQ(code_of<FalsyIsAValue>(std::string{R"({"size":1,"name":)"} + missing + "}"),
                  ErrorCode::product_incomplete)
            << missing;
    }
}

TEST(JsonDecode, WhatIsMissingIsToldBeforeWhatIsWrongAndInTheOrderOfTheRule) {
    const auto both = decode<FalsyIsAValue>(R"({"note":5,"size":"x"})");
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code, ErrorCode::product_incomplete);
    EXPECT_EQ(both.error().field, "name");
    EXPECT_EQ(decode<FalsyIsAValue>("{}").error().field, "name");
    EXPECT_EQ(decode<FalsyIsAValue>(R"({"name":"a"})").error().field, "size");
}

TEST(JsonDecode, OfADoubledKeyTheLastCounts) {
    EXPECT_EQ(decoded(R"({"text":"first","text":"last"})").text, "last");
    EXPECT_EQ(refused(R"({"text":"first","text":null})"), "text");
}

TEST(JsonDecode, AnEmptyBodyIsAnEmptyObject) {
    for (const std::string_view body : {"", " \r\n\t", "\xEF\xBB\xBF", "\xEF\xBB\xBF "}) {
        const auto object = parse_object(body);
        ASSERT_TRUE(object);
        EXPECT_TRUE(object->empty());
    }
}

TEST(JsonDecode, AByteOrderMarkIsSkippedOnce) {
    EXPECT_EQ(decoded("\xEF\xBB\xBF{\"text\":\"a\"}").text, "a");
    EXPECT_EQ(code("\xEF\xBB\xBF\xEF\xBB\xBF{}"), ErrorCode::malformed_json);
}

TEST(JsonDecode, WhatIsNoJsonIsMalformed) {
    for (const std::string_view body : {"{",
                                        "}",
                                        "{}}",
                                        "{} x",
                                        R"({"a":})",
                                        R"({"a" 1})",
                                        R"({a:1})",
                                        R"({'a':1})",
                                        R"({"a":1,})",
                                        R"({"a":01})",
                                        R"({"a":+1})",
                                        R"({"a":.5})",
                                        R"({"a":1.})",
                                        R"({"a":NaN})",
                                        R"({"a":Infinity})",
                                        R"({"a":"\x"})",
                                        R"({"a":"\ud800"})",
                                        "{\"a\":\"\n\"}",
                                        R"({"a":1}//)",
                                        "{\"a\":\"\xC3\"}",
                                        "{\"a\":\"\xED\xA0\x80\"}",
                                        "{\"a\":\"\xC0\x80\"}",
                                        "\xFF\xFE{}",
                                        "name=a",
                                        "-",
                                        "tru"}) {
        EXPECT_EQ(code(body), ErrorCode::malformed_json) << body;
    }
    EXPECT_EQ(code(std::string_view{"{}\0", 3}), ErrorCode::malformed_json);
}

TEST(JsonDecode, JsonThatIsNoObjectIsSaidToBeNone) {
    for (const auto* body : {"[]", R"([{"text":"a"}])", "null", "true", "1", R"("text")"}) {
        EXPECT_EQ(code(body), ErrorCode::not_an_object) << body;
    }
}

TEST(JsonDecode, NestingIsBounded) {
    const auto nested = [](std::size_t depth) {
        return R"({"object":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_EQ(code(nested(31)), ErrorCode::internal) << "32 levels with the outermost";
    EXPECT_EQ(code(nested(32)), ErrorCode::malformed_json);
    EXPECT_EQ(code(nested(50'000)), ErrorCode::malformed_json);
    EXPECT_EQ(code(std::string(100'000, '[')), ErrorCode::malformed_json);
}

}  // namespace
}  // namespace haat::json
