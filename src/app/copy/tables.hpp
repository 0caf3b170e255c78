// The tables that make up a shop, for whoever moves all of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/db/query.hpp"
#include "platform/db/row.hpp"

namespace haat::copy {

enum class ColumnType : std::uint8_t { text, int64 };

// Rows are read in the order of the key, which is the first one or two columns.
struct Table {
    std::string_view name;
    std::span<const ColumnType> columns;
    std::size_t key_columns;      // 1 or 2
    const db::Query& read_first;  // $1: how many rows
    const db::Query& read_next;   // $1 and $2: the key of the row before; then how many rows
    const db::Query& last_key;    // of the row that is last by the key
    const db::Query& count;
    const db::Query& insert;
    // What an insert has behind the columns, made of a row; nullptr for nothing.
    std::string (*derived)(const db::Row& row) = nullptr;
};

// Those that others refer to come first.
std::span<const Table> shop_tables();

// What a database has beside them: about itself, or made from them by triggers.
std::span<const std::string_view> other_tables();

}  // namespace haat::copy
