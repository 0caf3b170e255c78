#include "platform/db/postgres/values.hpp"

#include <bit>
#include <charconv>

#include "platform/db/database.hpp"

namespace haat::db::postgres {
namespace {

// Of pg_type; the server never changes them.
enum Oid_ : std::uint32_t {
    kBool = 16,
    kInt8 = 20,
    kInt2 = 21,
    kInt4 = 23,
    kOid = 26,
    kFloat4 = 700,
    kFloat8 = 701,
    kText = 25,
    kNumeric = 1700,
};

std::uint64_t big_endian(std::uint64_t value) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

std::uint32_t type_of(const Value& value) {
    if (std::holds_alternative<std::int64_t>(value)) return kInt8;
    if (std::holds_alternative<double>(value)) return kFloat8;
    return 0;
}

// Whether the text has `$number`. The server cannot infer the type of a value that it does not use.
bool mentions(std::string_view sql, std::size_t number) {
    const std::string name = "$" + std::to_string(number);
    for (auto at = sql.find(name); at != std::string_view::npos; at = sql.find(name, at + 1)) {
        const auto end = at + name.size();
        if (end == sql.size() || sql[end] < '0' || sql[end] > '9') return true;
    }
    return false;
}

void add_number(Rows& rows, std::string_view text) {
    std::int64_t whole = 0;
    const char* begin = text.data();
    const char* end = begin + text.size();
    const auto parsed = std::from_chars(begin, end, whole);
    if (parsed.ec == std::errc{} && parsed.ptr == end) return rows.add_int64(whole);
    double real = 0;
    std::from_chars(begin, end, real);
    rows.add_real(real);
}

void add_cell(Rows& rows, std::uint32_t type, std::string_view text) {
    switch (type) {
        case kBool:
            return rows.add_int64(text == "t" ? 1 : 0);
        case kInt8:
        case kInt2:
        case kInt4:
        case kOid:
        case kNumeric:
            return add_number(rows, text);
        case kFloat4:
        case kFloat8: {
            double real = 0;
            std::from_chars(text.data(), text.data() + text.size(), real);
            return rows.add_real(real);
        }
        default:
            return rows.add_text(text);
    }
}

std::int64_t affected_by(const PGresult* result) {
    auto* own = const_cast<PGresult*>(result);  // libpq takes no const here, and only reads
    const std::string_view tag = PQcmdStatus(own);
    if (tag.starts_with("SELECT")) return 0;
    const std::string_view count = PQcmdTuples(own);
    std::int64_t rows = 0;
    std::from_chars(count.data(), count.data() + count.size(), rows);
    return rows;
}

}  // namespace

void Arguments::set(const Query& query, const Params& params) {
    count_ = static_cast<int>(params.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < params.size(); ++i) {
        if (const auto* text = std::get_if<std::string_view>(&params[i])) bytes += text->size() + 1;
    }
    texts_.clear();
    texts_.reserve(bytes);  // so that the texts stay where they are
    for (std::size_t i = 0; i < params.size(); ++i) {
        values_[i] = nullptr;
        lengths_[i] = sizeof(std::uint64_t);
        formats_[i] = 1;
        if (const auto* text = std::get_if<std::string_view>(&params[i])) {
            if (text->contains('\0')) throw StatementError{std::string{query.name} + ": a text with a NUL"};
            values_[i] = texts_.data() + texts_.size();
            texts_.append(*text).push_back('\0');
            formats_[i] = 0;
        } else if (const auto* number = std::get_if<std::int64_t>(&params[i])) {
            numbers_[i] = big_endian(static_cast<std::uint64_t>(*number));
            values_[i] = reinterpret_cast<const char*>(&numbers_[i]);
        } else if (const auto* real = std::get_if<double>(&params[i])) {
            numbers_[i] = big_endian(std::bit_cast<std::uint64_t>(*real));
            values_[i] = reinterpret_cast<const char*>(&numbers_[i]);
        }
    }
}

bool fits(const std::vector<std::uint32_t>& types, const Params& params) {
    if (types.size() != params.size()) return false;
    for (std::size_t i = 0; i < params.size(); ++i) {
        if (std::holds_alternative<std::monostate>(params[i])) continue;
        const std::uint32_t declared = types[i] == kText ? 0 : types[i];
        if (declared != type_of(params[i])) return false;
    }
    return true;
}

std::vector<std::uint32_t> types_of(std::vector<std::uint32_t> known, const Params& params,
                                    std::string_view sql) {
    known.resize(params.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
        if (!std::holds_alternative<std::monostate>(params[i])) known[i] = type_of(params[i]);
        if (known[i] == 0 && !mentions(sql, i + 1)) known[i] = kText;
    }
    return known;
}

Rows rows_of(const PGresult* result) {
    const int columns = PQnfields(result);
    const int count = PQntuples(result);
    Rows rows{static_cast<std::size_t>(columns)};
    std::array<std::uint32_t, 64> types{};
    HAAT_ASSERT(columns <= static_cast<int>(types.size()));
    for (int i = 0; i < columns; ++i) types[static_cast<std::size_t>(i)] = PQftype(result, i);
    for (int row = 0; row < count; ++row) {
        for (int i = 0; i < columns; ++i) {
            const auto length = static_cast<std::size_t>(PQgetlength(result, row, i));
            if (length == 0 && PQgetisnull(result, row, i) == 1) {
                rows.add_null();
            } else {
                add_cell(rows, types[static_cast<std::size_t>(i)], {PQgetvalue(result, row, i), length});
            }
        }
    }
    rows.set_affected(affected_by(result));
    return rows;
}

ErrorPtr error_of(const PGresult* result) {
    const auto field = [result](int code) -> std::string {
        const char* text = PQresultErrorField(result, code);
        return text == nullptr ? "" : text;
    };
    auto error = std::make_shared<ServerError>();
    error->sqlstate = field(PG_DIAG_SQLSTATE);
    error->message = field(PG_DIAG_MESSAGE_PRIMARY);
    if (error->message.empty()) error->message = PQresultErrorMessage(result);
    error->table = field(PG_DIAG_TABLE_NAME);
    error->column = field(PG_DIAG_COLUMN_NAME);
    error->constraint = field(PG_DIAG_CONSTRAINT_NAME);
    return error;
}

}  // namespace haat::db::postgres
