#include "platform/json/schema.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <set>

#include "platform/json/decode.hpp"

namespace haat::json {
namespace {

struct Inner {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name))

struct Sample {
    std::string text{"t"};
    std::int64_t number = 1;
    double real = 1.5;
    bool truth = true;
    Money price{1'50};
    Percent discount{2'00};
    Timestamp at{};
    ProductId id{};
    std::optional<std::string> maybe{};
    Omittable<std::string> left_out{};
    RawObject object{};
    std::vector<Inner> list{{"a"}};
};
BOOST_DESCRIBE_STRUCT(Sample, (),
                      (text, number, real, truth, price, discount, at, id, maybe, left_out, object, list))

constexpr std::string_view kRequiredName[] = {"name"};
struct Input {
    std::string name;
    std::optional<std::int64_t> stock;
    std::optional<bool> publish;
    std::optional<Loose> mobile;
    static constexpr Rules rules{.required = kRequiredName};
};
BOOST_DESCRIBE_STRUCT(Input, (), (name, stock, publish, mobile))

// Whether a value has the type that a schema names; knows what answer schemas use.
bool fits(const boost::json::value& value, const Schema& schema);

bool has_type(const boost::json::value& value, std::string_view type) {
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
}

bool object_fits(const boost::json::object& object, const Schema& schema) {
    const auto& properties = schema.at("properties").as_object();
    for (const auto& member : object) {
        if (!properties.contains(member.key())) return false;
        if (!fits(member.value(), properties.at(member.key()).as_object())) return false;
    }
    for (const auto& name : schema.at("required").as_array()) {
        if (!object.contains(name.as_string())) return false;
    }
    return true;
}

bool fits(const boost::json::value& value, const Schema& schema) {
    if (const auto* any = schema.if_contains("anyOf")) {
        for (const auto& one : any->as_array()) {
            if (fits(value, one.as_object())) return true;
        }
        return false;
    }
    if (!has_type(value, std::string_view{schema.at("type").as_string()})) return false;
    if (schema.contains("properties")) return object_fits(value.as_object(), schema);
    if (!value.is_array()) return true;
    for (const auto& element : value.as_array()) {
        if (!fits(element, schema.at("items").as_object())) return false;
    }
    return true;
}

template <class T>
bool schema_fits(const T& value) {
    return fits(boost::json::parse(to_string(value)), answer_schema<T>());
}

std::set<std::string> names_of(const boost::json::array& list) {
    std::set<std::string> names;
    for (const auto& name : list) names.emplace(name.as_string());
    return names;
}

TEST(JsonSchema, OfAnAnswerDescribesWhatIsWritten) {
    EXPECT_TRUE(schema_fits(Sample{}));
    Sample full;
    full.maybe = "m";
    full.left_out.value = "l";
    full.object.text = R"({"a":1})";
    EXPECT_TRUE(schema_fits(full));
    EXPECT_TRUE(schema_fits(Document<Sample>{}));
    EXPECT_TRUE(schema_fits(Created<Sample>{}));
    EXPECT_TRUE(schema_fits(Scored<Sample>{}));
}

TEST(JsonSchema, OfAnAnswerNamesEveryKeyOfAFullOne) {
    Sample full;
    full.left_out.value = "l";
    full.object.text = R"({"a":1})";
    std::vector<std::string> written;
    const auto value = boost::json::parse(to_string(full));
    for (const auto& member : value.as_object()) written.emplace_back(member.key());
    std::vector<std::string> described;
    const auto schema = answer_schema<Sample>();
    for (const auto& member : schema.at("properties").as_object()) described.emplace_back(member.key());
    EXPECT_EQ(described, written);
    EXPECT_EQ(schema.at("additionalProperties"), false);
}

TEST(JsonSchema, OfAnAnswerDemandsAllButWhatMayBeLeftOut) {
    const auto required = names_of(answer_schema<Document<Sample>>().at("required").as_array());
    EXPECT_FALSE(required.contains("left_out") || required.contains("object"));
    for (const auto* name : {"_id", "text", "maybe", "list", "createdAt", "updatedAt", "__v"}) {
        EXPECT_TRUE(required.contains(name)) << name;
    }
    EXPECT_TRUE(names_of(answer_schema<Scored<Sample>>().at("required").as_array()).contains("score"));
}

TEST(JsonSchema, OfAnInputSaysWhatIsRequiredAndAcceptsWhatIsConverted) {
    const auto schema = input_schema<Input>();
    EXPECT_EQ(names_of(schema.at("required").as_array()), std::set<std::string>{"name"});
    EXPECT_FALSE(schema.contains("additionalProperties")) << "unknown keys are ignored, not refused";
    const auto& properties = schema.at("properties").as_object();
    EXPECT_EQ(names_of(properties.at("name").at("type").as_array()),
              (std::set<std::string>{"number", "string"}));
    EXPECT_EQ(names_of(properties.at("stock").at("type").as_array()),
              (std::set<std::string>{"integer", "string"}));
    EXPECT_EQ(properties.at("publish"), boost::json::parse(R"({"enum":[true,false,"true","false"]})"));
    EXPECT_TRUE(properties.at("mobile").as_object().empty()) << "anything goes";
}

}  // namespace
}  // namespace haat::json
