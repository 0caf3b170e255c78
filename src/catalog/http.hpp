// The routes of the catalogue.
#pragma once

#include "catalog/browse_products.hpp"
#include "catalog/change_category.hpp"
#include "catalog/change_product.hpp"
#include "platform/http/route.hpp"

namespace haat::catalog {

class CategoryHttp {
public:
    CategoryHttp(db::Database& db, cache::Topic& catalog) : db_{db}, change_{db, catalog} {}

    http::Endpoint create();
    http::Endpoint list();
    http::Endpoint get();
    http::Endpoint update();
    http::Endpoint remove();

private:
    awaitable<http::Response> handle_create(http::Request& request);
    awaitable<http::Response> handle_list(http::Request& request);
    awaitable<http::Response> handle_get(http::Request& request);
    awaitable<http::Response> handle_update(http::Request& request);
    awaitable<http::Response> handle_remove(http::Request& request);

    db::Database& db_;
    CategoryStore store_;
    ChangeCategory change_;
};

class SubCategoryHttp {
public:
    SubCategoryHttp(db::Database& db, cache::Topic& catalog) : db_{db}, change_{db, catalog} {}

    http::Endpoint create();
    http::Endpoint list();
    http::Endpoint list_of_category();
    http::Endpoint get();
    http::Endpoint update();
    http::Endpoint remove();

private:
    awaitable<http::Response> handle_create(http::Request& request);
    awaitable<http::Response> handle_list(http::Request& request);
    awaitable<http::Response> handle_list_of_category(http::Request& request);
    awaitable<http::Response> handle_get(http::Request& request);
    awaitable<http::Response> handle_update(http::Request& request);
    awaitable<http::Response> handle_remove(http::Request& request);

    db::Database& db_;
    CategoryStore categories_;
    SubCategoryStore store_;
    ChangeSubCategory change_;
};

class ProductHttp {
public:
    ProductHttp(db::Database& db, cache::Topic& catalog, ProductIndex& index)
        : browse_{db, catalog, index}, change_{db, catalog} {}

    http::Endpoint create();
    http::Endpoint list();
    http::Endpoint search();
    http::Endpoint get();
    http::Endpoint update();
    http::Endpoint remove();

private:
    awaitable<http::Response> handle_create(http::Request& request);
    awaitable<http::Response> handle_list(http::Request& request);
    awaitable<http::Response> handle_search(http::Request& request);
    awaitable<http::Response> handle_get(http::Request& request);
    awaitable<http::Response> handle_update(http::Request& request);
    awaitable<http::Response> handle_remove(http::Request& request);

    // What is wrong with the body's references, if anything; else the given error.
    awaitable<http::Response> references_first(const boost::json::object& body, Error error);

    BrowseProducts browse_;
    ChangeProduct change_;
};

}  // namespace haat::catalog
