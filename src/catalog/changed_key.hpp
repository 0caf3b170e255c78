// How a change of the catalogue is named in its topic (cache::Topic): by the document, and by what it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/object_id.hpp"

namespace haat::catalog {

inline std::string changed_key(const ProductId& id) { return 'p' + id.str(); }
inline std::string changed_key(const CategoryId& id) { return 'c' + id.str(); }
inline std::string changed_key(const SubCategoryId& id) { return 's' + id.str(); }

// nullopt: of another kind.
inline std::optional<ProductId> changed_product(std::string_view key) {
    return key.starts_with('p') ? ProductId::parse(key.substr(1)) : std::nullopt;
}

}  // namespace haat::catalog
