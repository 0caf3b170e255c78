// Checks the ids of categories and sub categories that a body names.
#pragma once

#include <string>
#include <vector>

#include "catalog/documents.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

class References {
public:
    // All exist, in the order and number that was sent. One statement. Errors, for the first element at
    // fault: invalid_category_id_format, category_id_not_found.
    awaitable<Result<std::vector<CategoryId>>> categories(db::Session& session,
                                                          const std::vector<std::string>& texts) const;

    // All exist and belong to one of the categories. One statement. Errors: invalid_sub_category_id_format,
    // sub_category_id_not_found, sub_category_not_in_categories.
    //
    // category_texts are compared as they were sent: clients of the former backend rely on an id in upper
    // case being another category's here.
    awaitable<Result<std::vector<SubCategoryId>>> sub_categories(
        db::Session& session, const std::vector<std::string>& texts,
        const std::vector<std::string>& category_texts) const;

    // The same, and what was found is not deleted before the transaction ends.
    awaitable<Result<std::vector<CategoryId>>> keep_categories(db::Transaction& tx,
                                                               const std::vector<std::string>& texts) const;
    awaitable<Result<std::vector<SubCategoryId>>> keep_sub_categories(
        db::Transaction& tx, const std::vector<std::string>& texts,
        const std::vector<std::string>& category_texts) const;
};

}  // namespace haat::catalog
