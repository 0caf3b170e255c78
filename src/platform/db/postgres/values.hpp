// Values on their way to libpq and back.
#pragma once

#include <postgresql/libpq-fe.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/db/postgres/pipeline.hpp"
#include "platform/db/query.hpp"
#include "platform/db/row.hpp"

namespace haat::db::postgres {

struct FreeConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FreeConnection>;
using ResultHandle = std::unique_ptr<PGresult, FreeResult>;

// The values of a statement as libpq takes them: numbers in binary with their type, texts as they are, of
// whatever type the statement gives them. Reused from statement to statement; libpq copies what it sends.
class Arguments {
public:
    // Throws StatementError for a text with a NUL in it, which the server cannot store.
    void set(const Query& query, const Params& params);

    [[nodiscard]] int count() const { return count_; }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

private:
    int count_ = 0;
    std::array<const char*, Params::kMax> values_{};
    std::array<int, Params::kMax> lengths_{};
    std::array<int, Params::kMax> formats_{};
    std::array<std::uint64_t, Params::kMax> numbers_{};
    std::string texts_;
};

// Types of the parameters by their values; NULL takes any.
bool fits(const std::vector<std::uint32_t>& types, const Params& params);
// The types of a statement of this text that was prepared with `known` and now gets these values.
std::vector<std::uint32_t> types_of(std::vector<std::uint32_t> known, const Params& params,
                                    std::string_view sql);

// Integers of all sizes and booleans become int64; float and fractional numeric real; anything else is text.
Rows rows_of(const PGresult* result);

ErrorPtr error_of(const PGresult* result);

}  // namespace haat::db::postgres
