#include "catalog/change_category.hpp"

#include "catalog/changed_key.hpp"

namespace haat::catalog {
namespace {

// Names are unique by an index, and one of PostgreSQL takes entries of up to 2.7 KB.
constexpr std::size_t kMaxNameBytes = 1'024;

Result<void> check_name(const std::optional<std::string>& name) {
    if (name && name->size() > kMaxNameBytes) return std::unexpected{json::too_long("name", kMaxNameBytes)};
    return {};
}

}  // namespace

awaitable<Result<Category>> ChangeCategory::create(const CreateCategoryInput& in) {
    if (auto named = check_name(in.name); !named) co_return std::unexpected{std::move(named.error())};
    auto body = [&](db::Transaction& tx) { return insert(tx, in); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Category>> ChangeCategory::insert(db::Transaction& tx, const CreateCategoryInput& in) {
    const Timestamp now = Timestamp::now();
    Category category{.id = CategoryId::make(),
                      .fields = {.name = in.name, .image = in.image},
                      .created_at = now,
                      .updated_at = now};
    const auto inserted = co_await store_.insert(tx, category);
    if (!inserted) co_return std::unexpected{inserted.error()};
    tx.touch(catalog_, changed_key(CategoryId{category.id}));
    co_return category;
}

awaitable<Result<Category>> ChangeCategory::update(CategoryId id, const UpdateCategoryInput& in) {
    if (!in.name && !in.image) co_return fail(ErrorCode::nothing_to_update);
    if (auto named = check_name(in.name); !named) co_return std::unexpected{std::move(named.error())};
    const CategoryChanges changes{.name = in.name, .image = in.image};
    auto body = [&](db::Transaction& tx) {
        tx.touch(catalog_, changed_key(id));
        return store_.update(tx, id, changes);
    };
    co_return co_await db_.transact(body);
}

awaitable<Result<Category>> ChangeCategory::remove(CategoryId id) {
    auto body = [&](db::Transaction& tx) {
        tx.touch(catalog_, changed_key(id));
        return store_.remove(tx, id);
    };
    co_return co_await db_.transact(body);
}

awaitable<Result<SubCategory>> ChangeSubCategory::create(const CreateSubCategoryInput& in) {
    if (auto named = check_name(in.name); !named) co_return std::unexpected{std::move(named.error())};
    auto body = [&](db::Transaction& tx) { return insert(tx, in); };
    co_return co_await db_.transact(body);
}

awaitable<Result<SubCategory>> ChangeSubCategory::insert(db::Transaction& tx,
                                                         const CreateSubCategoryInput& in) {
    const auto categories = co_await references_.keep_categories(tx, in.category.texts);
    if (!categories) co_return std::unexpected{categories.error()};
    const Timestamp now = Timestamp::now();
    SubCategory sub_category{.id = SubCategoryId::make(),
                             .fields = {.name = in.name, .image = in.image, .category = *categories},
                             .created_at = now,
                             .updated_at = now};
    const auto inserted = co_await store_.insert(tx, sub_category);
    if (!inserted) co_return std::unexpected{inserted.error()};
    tx.touch(catalog_, changed_key(SubCategoryId{sub_category.id}));
    co_return sub_category;
}

awaitable<Result<PopulatedSubCategory>> ChangeSubCategory::update(SubCategoryId id,
                                                                  const UpdateSubCategoryInput& in) {
    if (!in.name && !in.image && !in.category) co_return fail(ErrorCode::nothing_to_update);
    if (auto named = check_name(in.name); !named) co_return std::unexpected{std::move(named.error())};
    auto body = [&](db::Transaction& tx) { return change(tx, id, in); };
    co_return co_await db_.transact(body);
}

awaitable<Result<PopulatedSubCategory>> ChangeSubCategory::change(db::Transaction& tx, SubCategoryId id,
                                                                  const UpdateSubCategoryInput& in) {
    std::vector<CategoryId> categories;
    if (in.category) {
        auto found = co_await references_.keep_categories(tx, in.category->texts);
        if (!found) co_return std::unexpected{found.error()};
        categories = std::move(*found);
    }
    const CategoryChanges changes{.name = in.name, .image = in.image};
    const auto updated = co_await store_.update(tx, id, changes);
    if (!updated) co_return std::unexpected{updated.error()};
    if (in.category) co_await store_.set_categories(tx, id, categories);
    tx.touch(catalog_, changed_key(id));
    auto sub_category = co_await store_.find_populated(tx, id);
    HAAT_ASSERT(sub_category.has_value());
    co_return std::move(*sub_category);
}

awaitable<Result<SubCategory>> ChangeSubCategory::remove(SubCategoryId id) {
    auto body = [&](db::Transaction& tx) {
        tx.touch(catalog_, changed_key(id));
        return store_.remove(tx, id);
    };
    co_return co_await db_.transact(body);
}

}  // namespace haat::catalog
