#include "platform/db/row.hpp"

#include <bit>

namespace haat::db {

const Rows::Cell& Rows::cell(std::size_t index, Type type) const {
    const Cell& found = cells_.at(index);
    HAAT_ASSERT(found.type == type);
    return found;
}

bool Row::is_null(std::size_t column) const {
    return rows_->cells_.at(first_ + column).type == Rows::Type::null;
}

std::int64_t Row::int64(std::size_t column) const {
    return rows_->cell(first_ + column, Rows::Type::int64).value;
}

double Row::real(std::size_t column) const {
    return std::bit_cast<double>(rows_->cell(first_ + column, Rows::Type::real).value);
}

std::string_view Row::text(std::size_t column) const {
    const auto& cell = rows_->cell(first_ + column, Rows::Type::text);
    return {rows_->texts_.data() + cell.value, cell.length};
}

void Rows::add_null() { cells_.push_back({0, 0, Type::null}); }
void Rows::add_int64(std::int64_t value) { cells_.push_back({value, 0, Type::int64}); }
void Rows::add_real(double value) { cells_.push_back({std::bit_cast<std::int64_t>(value), 0, Type::real}); }
void Rows::add_text(std::string_view value) {
    cells_.push_back(
        {static_cast<std::int64_t>(texts_.size()), static_cast<std::uint32_t>(value.size()), Type::text});
    texts_ += value;
}

}  // namespace haat::db
