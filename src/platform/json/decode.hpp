// Turns a JSON body into a described struct, or says which field is at fault.
//
// A field's type says what it takes (contract, §1 Types): text takes a string, or a number as its decimal
// text; numbers take a number or a numeric string; a boolean takes true, false, or those words; a list of
// texts takes one text as a list of one. std::optional may be absent, other fields must be there. Unknown
// keys are ignored; of a doubled key the last counts.
//
//     struct LoginInput {
//         std::string email, password;
//         static constexpr json::Rules rules{.required = kRequired, .incomplete =
//         ErrorCode::login_incomplete,
//                                            .falsy = json::Falsy::absent};
//     };
//     BOOST_DESCRIBE_STRUCT(LoginInput, (), (email, password))
#pragma once

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <boost/mp11.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/error.hpp"
#include "kernel/money.hpp"
#include "kernel/percent.hpp"
#include "platform/json/types.hpp"

namespace haat::json {

// What null, "", 0 and false mean in a field: the same as no field, or a value of a wrong type.
enum class Falsy : std::uint8_t { value, absent };

struct Rules {
    std::span<const std::string_view> required{};  // fields without which the body is incomplete
    ErrorCode incomplete = ErrorCode::invalid_field;
    Falsy falsy = Falsy::absent;
    std::size_t max_text_bytes = std::numeric_limits<std::size_t>::max();  // of a field that is text
};

// Parses a body: `{}` for an empty one. Errors: malformed_json, not_an_object.
Result<boost::json::object> parse_object(std::string_view body);

// null, "", 0, false or an empty list.
bool is_falsy(const boost::json::value& value);

// The decimal text of a number, or the text of a string; nullopt for the rest.
std::optional<std::string> text_of(const boost::json::value& value);

// Each reads one value into out; false when it is of a wrong type.
bool read(const boost::json::value& value, std::string& out);
bool read(const boost::json::value& value, std::int64_t& out);
bool read(const boost::json::value& value, bool& out);
bool read(const boost::json::value& value, Money& out);
bool read(const boost::json::value& value, Percent& out);
bool read(const boost::json::value& value, std::vector<std::string>& out);
bool read(const boost::json::value& value, Loose& out);
bool read(const boost::json::value& value, IdTexts& out);
bool read(const boost::json::value& value, RawObject& out);
template <class T>
bool read(const boost::json::value& value, std::optional<T>& out) {
    return read(value, out.emplace());
}

// What a field of this type wants, for the message of invalid_field.
inline std::string_view wanted(const std::string*) { return "text"; }
inline std::string_view wanted(const std::int64_t*) { return "a whole number"; }
inline std::string_view wanted(const bool*) { return "true or false"; }
inline std::string_view wanted(const Money*) { return "an amount with at most two decimals"; }
inline std::string_view wanted(const Percent*) { return "a number with at most two decimals"; }
inline std::string_view wanted(const std::vector<std::string>*) { return "a list of texts"; }
inline std::string_view wanted(const RawObject*) { return "an object"; }
inline std::string_view wanted(const Loose*) { return "text or a number"; }
inline std::string_view wanted(const IdTexts*) { return "a list of IDs"; }
template <class T>
std::string_view wanted(const std::optional<T>*) {
    return wanted(static_cast<const T*>(nullptr));
}

inline Error wrong_type(std::string_view field, std::string_view what) {
    return {ErrorCode::invalid_field, std::string{field},
            std::string{field} + " must be " + std::string{what}};
}

inline Error too_long(std::string_view field, std::size_t max_bytes) {
    return wrong_type(field, "text of at most " + std::to_string(max_bytes) + " bytes");
}

namespace detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// The first of the required fields that is missing.
std::optional<std::string_view> first_missing(const boost::json::object& object, const Rules& rules);

template <class Field>
std::size_t text_bytes(const Field& /*no text*/) {
    return 0;
}
inline std::size_t text_bytes(const std::string& text) { return text.size(); }
inline std::size_t text_bytes(const std::optional<std::string>& text) { return text ? text->size() : 0; }

template <class Field>
std::optional<Error> decode_field(const boost::json::object& object, std::string_view name,
                                  const Rules& rules, Field& out) {
    const auto* value = object.if_contains(name);
    if (value != nullptr && rules.falsy == Falsy::absent && is_falsy(*value)) value = nullptr;
    if (value == nullptr) {
        if constexpr (kIsOptional<Field>)
            return std::nullopt;
        else
            return wrong_type(name, wanted(&out));
    }
    if (!read(*value, out)) return wrong_type(name, wanted(&out));
    if (text_bytes(out) > rules.max_text_bytes) return too_long(name, rules.max_text_bytes);
    return std::nullopt;
}

}  // namespace detail

template <class Input>
Result<Input> decode(const boost::json::object& object) {
    if (const auto missing = detail::first_missing(object, Input::rules)) {
        return fail(Input::rules.incomplete, std::string{*missing});
    }
    Input input{};
    std::optional<Error> error;
    using Members = boost::describe::describe_members<Input, boost::describe::mod_public |
                                                                 boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        if (error) return;
        error = detail::decode_field(object, member.name, Input::rules, input.*member.pointer);
    });
    if (error) return std::unexpected{std::move(*error)};
    return input;
}

template <class Input>
Result<Input> decode(std::string_view body) {
    const auto object = parse_object(body);
    if (!object) return std::unexpected{object.error()};
    return decode<Input>(*object);
}

}  // namespace haat::json
