// Writes values as compact JSON at the end of a string, without a tree in between.
//
// A described struct (Boost.Describe) becomes an object with its members in order, named as they are.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11.hpp>

#include <concepts>
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

namespace haat::json {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

// Escapes what RFC 8259 wants escaped; everything else, non-ASCII included, stays as it is.
void write(std::string& out, std::string_view text);
void write(std::string& out, std::int64_t number);
void write(std::string& out, double number);  // as JavaScript prints it; null when not finite
// A parsed value; whole numbers keep every digit.
void write(std::string& out, const boost::json::value& value);

inline void write(std::string& out, const std::string& text) { write(out, std::string_view{text}); }
inline void write(std::string& out, const char* text) { write(out, std::string_view{text}); }
inline void write(std::string& out, int number) { write(out, std::int64_t{number}); }
inline void write(std::string& out, std::same_as<bool> auto truth) { out += truth ? "true" : "false"; }
inline void write(std::string& out, std::nullptr_t) { out += "null"; }
inline void write(std::string& out, Money amount) { append_decimal(out, amount); }
inline void write(std::string& out, Percent percent) { append_decimal(out, percent); }
inline void write(std::string& out, Timestamp at) {
    const auto text = to_iso(at);
    out += '"';
    out += view(text);
    out += '"';
}
inline void write(std::string& out, const ObjectId& id) {
    out += '"';
    out += id.text();
    out += '"';
}
inline void write(std::string& out, Whole number) { write(out, number.value); }
inline void write(std::string& out, const RawObject& object) { out += object.text; }

template <class T>
void write(std::string& out, const std::optional<T>& value);
template <class T>
void write(std::string& out, const std::vector<T>& values);
template <class Fields>
void write(std::string& out, const Document<Fields>& document);
template <class Fields>
void write(std::string& out, const Created<Fields>& created);
template <class Fields>
void write(std::string& out, const Scored<Fields>& scored);
template <Described T>
void write(std::string& out, const T& object);

namespace detail {

template <class T>
bool is_left_out(const T&) {
    return false;
}
inline bool is_left_out(const RawObject& object) { return object.text == "{}"; }
// Opens an object or goes on with it.
inline void separate(std::string& out) {
    if (out.back() != '{') out += ',';
}

template <class T>
void write_member(std::string& out, std::string_view name, const T& value) {
    if (is_left_out(value)) return;
    separate(out);
    out += '"';
    out += name;
    out += "\":";
    write(out, value);
}
template <class T>
void write_member(std::string& out, std::string_view name, const Omittable<T>& value) {
    if (value.value) write_member(out, name, *value.value);
}

template <Described T>
void write_members(std::string& out, const T& object) {
    using Members =
        boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>(
        [&](auto member) { write_member(out, member.name, object.*member.pointer); });
}

template <class Fields>
void write_stamps(std::string& out, const Document<Fields>& document) {
    write_member(out, "createdAt", document.created_at);
    write_member(out, "updatedAt", document.updated_at);
    out += ",\"__v\":0";
}

template <class Fields>
void write_document_members(std::string& out, const Document<Fields>& document) {
    write_member(out, "_id", document.id);
    write_members(out, document.fields);
    write_stamps(out, document);
}

}  // namespace detail

template <class T>
void write(std::string& out, const std::optional<T>& value) {
    if (value) {
        write(out, *value);
    } else {
        out += "null";
    }
}

template <class T>
void write(std::string& out, const std::vector<T>& values) {
    out += '[';
    for (bool first = true; const T& value : values) {
        if (!first) out += ',';
        first = false;
        write(out, value);
    }
    out += ']';
}

template <class Fields>
void write(std::string& out, const Document<Fields>& document) {
    out += '{';
    detail::write_document_members(out, document);
    out += '}';
}

template <class Fields>
void write(std::string& out, const Created<Fields>& created) {
    out += '{';
    detail::write_members(out, created.document.fields);
    detail::write_member(out, "_id", created.document.id);
    detail::write_stamps(out, created.document);
    out += '}';
}

template <class Fields>
void write(std::string& out, const Scored<Fields>& scored) {
    out += '{';
    detail::write_document_members(out, scored.document);
    detail::write_member(out, "score", scored.score);
    out += '}';
}

template <Described T>
void write(std::string& out, const T& object) {
    out += '{';
    detail::write_members(out, object);
    out += '}';
}

template <class T>
std::string to_string(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

}  // namespace haat::json
