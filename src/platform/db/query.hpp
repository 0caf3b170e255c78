// A named SQL statement, and the values that go into it.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"
#include "kernel/money.hpp"
#include "kernel/object_id.hpp"

namespace haat::db {

// SQL with `$1`, `$2` … as parameters, in the words that both engines understand; two texts where they
// must differ. Always a constant: SQL is never built from strings. The name (module.verb_noun) stands in
// metrics and logs.
struct Query {
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgres;

    consteval Query(std::string_view name_, std::string_view sql) : name{name_}, sqlite{sql}, postgres{sql} {}
    consteval Query(std::string_view name_, std::string_view sqlite_, std::string_view postgres_)
        : name{name_}, sqlite{sqlite_}, postgres{postgres_} {}
    Query(const Query&) = delete;  // engines keep prepared statements by its address
    Query& operator=(const Query&) = delete;
};

// Texts are views: what they point to must live until the statement has been awaited.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view>;

inline Value to_value(std::nullopt_t) { return std::monostate{}; }
inline Value to_value(std::int64_t value) { return value; }
inline Value to_value(int value) { return std::int64_t{value}; }
inline Value to_value(bool value) { return std::int64_t{value ? 1 : 0}; }
inline Value to_value(double value) { return value; }
inline Value to_value(std::string_view value) { return value; }
inline Value to_value(const std::string& value) { return std::string_view{value}; }
inline Value to_value(const char* value) { return std::string_view{value}; }
inline Value to_value(Timestamp value) { return value.ms; }
inline Value to_value(Money value) { return value.minor; }
inline Value to_value(const ObjectId& value) { return value.text(); }
template <class T>
Value to_value(const std::optional<T>& value) {
    return value ? to_value(*value) : Value{std::monostate{}};
}

// The values of one statement, without an allocation.
class Params {
public:
    static constexpr std::size_t kMax = 24;

    Params() = default;

    template <class... Args>
    static Params of(const Args&... args) {
        static_assert(sizeof...(Args) <= kMax);
        Params params;
        (params.add(to_value(args)), ...);
        return params;
    }

    void add(const Value& value) {
        HAAT_ASSERT(count_ < kMax);
        values_[count_++] = value;
    }

    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] const Value& operator[](std::size_t i) const { return values_[i]; }

private:
    std::array<Value, kMax> values_{};
    std::size_t count_ = 0;
};

}  // namespace haat::db
