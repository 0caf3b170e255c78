#include "catalog/paging.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace haat::catalog {
namespace {

Result<std::int64_t> read_number(const http::Request& request, std::string_view name, std::int64_t fallback) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return fallback;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size() || number < 1) {
        return fail(ErrorCode::invalid_page, std::string{name});
    }
    return number;
}

}  // namespace

Result<Page> read_page(const http::Request& request) {
    const auto page = read_number(request, "page", 1);
    if (!page) return std::unexpected{page.error()};
    const auto limit = read_number(request, "limit", kDefaultPageLimit);
    if (!limit) return std::unexpected{limit.error()};
    return Page{.page = *page, .limit = std::min(*limit, kMaxPageLimit)};
}

}  // namespace haat::catalog
