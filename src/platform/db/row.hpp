// What a statement gave back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"
#include "kernel/money.hpp"
#include "kernel/object_id.hpp"

namespace haat::db {

class Rows;

// One row; a view into its Rows. A column of another type than asked for is a broken invariant.
class Row {
public:
    [[nodiscard]] bool is_null(std::size_t column) const;
    [[nodiscard]] std::int64_t int64(std::size_t column) const;
    [[nodiscard]] double real(std::size_t column) const;
    [[nodiscard]] std::string_view text(std::size_t column) const;

    [[nodiscard]] std::string str(std::size_t column) const { return std::string{text(column)}; }
    [[nodiscard]] bool boolean(std::size_t column) const { return int64(column) != 0; }
    [[nodiscard]] Timestamp time(std::size_t column) const { return {int64(column)}; }
    [[nodiscard]] Money money(std::size_t column) const { return {int64(column)}; }
    template <class IdType>
    [[nodiscard]] IdType id(std::size_t column) const {
        const auto parsed = IdType::parse(text(column));
        HAAT_ASSERT(parsed.has_value());
        return *parsed;
    }

private:
    friend class Rows;
    Row(const Rows& rows, std::size_t first) : rows_{&rows}, first_{first} {}

    const Rows* rows_;
    std::size_t first_;  // the index of the row's first cell
};

// All rows of one statement, owned. Cells lie in one array, texts in one string.
class Rows {
public:
    explicit Rows(std::size_t columns = 0) : columns_{columns} {}

    // How many rows came back.
    [[nodiscard]] std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    // How many rows an INSERT, UPDATE or DELETE without RETURNING changed.
    [[nodiscard]] std::int64_t affected() const { return affected_; }

    [[nodiscard]] Row operator[](std::size_t row) const {
        HAAT_ASSERT(row < size());
        return {*this, row * columns_};
    }
    [[nodiscard]] Row front() const { return (*this)[0]; }

    // For engines: cells from left to right, row by row.
    void add_null();
    void add_int64(std::int64_t value);
    void add_real(double value);
    void add_text(std::string_view value);
    void set_affected(std::int64_t rows) { affected_ = rows; }

private:
    friend class Row;
    enum class Type : std::uint8_t { null, int64, real, text };
    struct Cell {
        std::int64_t value;    // the number, its bits, or where the text begins
        std::uint32_t length;  // of the text
        Type type;
    };

    [[nodiscard]] const Cell& cell(std::size_t index, Type type) const;

    std::size_t columns_;
    std::vector<Cell> cells_;
    std::string texts_;
    std::int64_t affected_ = 0;
};

// What make gives for each row, in their order.
template <class Make>
auto to_vector(const Rows& rows, Make make) {
    std::vector<std::invoke_result_t<Make&, Row>> made;
    made.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) made.push_back(make(rows[i]));
    return made;
}

}  // namespace haat::db
