#include "catalog/paging.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace haat::catalog {
namespace {

struct Number {
    std::int64_t value;  // the largest there is where it is larger
    double asked;
};

Result<Number> read_number(const http::Request& request, std::string_view name, std::int64_t fallback) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return Number{.value = fallback, .asked = static_cast<double>(fallback)};
    Number number{.value = INT64_MAX, .asked = std::numeric_limits<double>::max()};
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number.value);
    const bool is_large = error == std::errc::result_out_of_range && !text->starts_with('-');
    if ((error != std::errc{} && !is_large) || end != text->data() + text->size() || number.value < 1) {
        return fail(ErrorCode::invalid_page, std::string{name});
    }
    std::from_chars(text->data(), end, number.asked);
    return number;
}

}  // namespace

Result<Page> read_page(const http::Request& request) {
    const auto page = read_number(request, "page", 1);
    if (!page) return std::unexpected{page.error()};
    const auto limit = read_number(request, "limit", kDefaultPageLimit);
    if (!limit) return std::unexpected{limit.error()};
    return Page{.page = page->value, .limit = std::min(limit->value, kMaxPageLimit), .asked = page->asked};
}

}  // namespace haat::catalog
