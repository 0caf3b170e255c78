// JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it) of the types that decode.hpp reads and write.hpp
// writes.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/money.hpp"
#include "kernel/object_id.hpp"
#include "kernel/percent.hpp"
#include "platform/json/document.hpp"
#include "platform/json/types.hpp"
#include "platform/json/write.hpp"

namespace haat::json {

using Schema = boost::json::object;

// As a value of a document.
inline boost::json::string text(std::string_view from) {
    return boost::json::string{from.data(), from.size()};
}

// A function that makes the schema of one type; what a route table keeps.
using SchemaOf = Schema (*)();

// What a field of an input takes, and what a field of an answer is.
enum class Direction : std::uint8_t { input, answer };

namespace detail {

template <class T>
struct Tag {};

inline Schema describe(Tag<std::string>, Direction direction) {
    if (direction == Direction::input) return {{"type", {"string", "number"}}};
    return {{"type", "string"}};
}
inline Schema describe(Tag<std::string_view>, Direction) { return {{"type", "string"}}; }
inline Schema describe(Tag<bool>, Direction direction) {
    if (direction == Direction::input) return {{"enum", {true, false, "true", "false"}}};
    return {{"type", "boolean"}};
}
inline Schema number(Direction direction, std::string_view type) {
    if (direction == Direction::input) return {{"type", {type, "string"}}};
    return {{"type", type}};
}
inline Schema describe(Tag<std::int64_t>, Direction direction) { return number(direction, "integer"); }
inline Schema describe(Tag<double>, Direction direction) { return number(direction, "number"); }
inline Schema describe(Tag<Whole>, Direction direction) { return number(direction, "integer"); }
inline Schema describe(Tag<Money>, Direction direction) { return number(direction, "number"); }
inline Schema describe(Tag<Percent>, Direction direction) { return number(direction, "number"); }
inline Schema describe(Tag<Timestamp>, Direction) { return {{"type", "string"}, {"format", "date-time"}}; }
inline Schema id_schema() { return {{"type", "string"}, {"pattern", "^[0-9a-f]{24}$"}}; }
inline Schema describe(Tag<ObjectId>, Direction) { return id_schema(); }
template <class Of>
Schema describe(Tag<Id<Of>>, Direction) {
    return id_schema();
}
inline Schema describe(Tag<Loose>, Direction) { return {}; }
inline Schema describe(Tag<IdTexts>, Direction) { return {{"type", "array"}, {"items", id_schema()}}; }
inline Schema describe(Tag<RawObject>, Direction) { return {{"type", "object"}}; }

template <class T>
Schema describe(Tag<std::vector<T>>, Direction direction);
template <class T>
Schema describe(Tag<std::optional<T>>, Direction direction);
template <class T>
Schema describe(Tag<Omittable<T>>, Direction direction) {
    return describe(Tag<T>{}, direction);
}
template <class Fields>
Schema describe(Tag<Document<Fields>>, Direction direction);
template <class Fields>
Schema describe(Tag<Created<Fields>>, Direction direction) {
    return describe(Tag<Document<Fields>>{}, direction);
}
template <class Fields>
Schema describe(Tag<Scored<Fields>>, Direction direction);
template <Described T>
Schema describe(Tag<T>, Direction direction);

template <class T>
inline constexpr bool kMayBeLeftOut = false;
template <>
inline constexpr bool kMayBeLeftOut<RawObject> = true;
template <class T>
inline constexpr bool kMayBeLeftOut<Omittable<T>> = true;

template <class T>
Schema describe(Tag<std::vector<T>>, Direction direction) {
    Schema list{{"type", "array"}, {"items", describe(Tag<T>{}, direction)}};
    if (direction == Direction::answer) return list;
    return {{"anyOf", {list, describe(Tag<T>{}, direction)}}};
}

template <class T>
Schema describe(Tag<std::optional<T>>, Direction direction) {
    Schema inner = describe(Tag<T>{}, direction);
    if (direction == Direction::input) return inner;
    return {{"anyOf", {inner, Schema{{"type", "null"}}}}};
}

template <Described T>
Schema describe(Tag<T>, Direction direction) {
    Schema properties;
    boost::json::array required;
    using Members =
        boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        using Field = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        properties[member.name] = describe(Tag<Field>{}, direction);
        if (direction == Direction::answer && !kMayBeLeftOut<Field>) required.push_back(member.name);
    });
    if constexpr (requires { T::rules; }) {
        for (const auto name : T::rules.required)
            required.push_back(boost::json::string_view{name.data(), name.size()});
    }
    Schema object{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) object["required"] = std::move(required);
    if (direction == Direction::answer) object["additionalProperties"] = false;
    return object;
}

template <class Fields>
Schema describe(Tag<Document<Fields>>, Direction direction) {
    Schema object = describe(Tag<Fields>{}, direction);
    auto& properties = object["properties"].as_object();
    properties["_id"] = id_schema();
    properties["createdAt"] = describe(Tag<Timestamp>{}, direction);
    properties["updatedAt"] = describe(Tag<Timestamp>{}, direction);
    properties["__v"] = Schema{{"type", "integer"}};
    auto& required = object["required"].as_array();
    for (const auto* name : {"_id", "createdAt", "updatedAt", "__v"}) required.push_back(name);
    return object;
}

template <class Fields>
Schema describe(Tag<Scored<Fields>>, Direction direction) {
    Schema object = describe(Tag<Document<Fields>>{}, direction);
    object["properties"].as_object()["score"] = Schema{{"type", "number"}, {"exclusiveMinimum", 0}};
    object["required"].as_array().push_back("score");
    return object;
}

}  // namespace detail

template <class T>
Schema input_schema() {
    return detail::describe(detail::Tag<T>{}, Direction::input);
}

template <class T>
Schema answer_schema() {
    return detail::describe(detail::Tag<T>{}, Direction::answer);
}

}  // namespace haat::json
