// The routes of the cart: always the caller's own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cart/add_item.hpp"
#include "cart/change_quantity.hpp"
#include "cart/remove_items.hpp"
#include "cart/view_cart.hpp"
#include "platform/cache/redis/shared_views.hpp"
#include "platform/cache/view_cache.hpp"
#include "platform/crypto/random.hpp"
#include "platform/http/route.hpp"

namespace haat::cart {

class CartHttp {
public:
    // carts moves with a user's cart (key: the user's id), catalog with any change of a product. shared:
    // views that others put together; nullptr: none. catalog_stamp: what all nodes know the catalogue's state
    // by, nullopt while this one does not; for a database that they share.
    CartHttp(db::Database& db, const catalog::Catalog& products, cache::Topic& carts, cache::Topic& catalog,
             cache::redis::SharedViews* shared = nullptr,
             std::function<std::optional<std::string>()> catalog_stamp = {})
        : db_{db},
          carts_{carts},
          catalog_{catalog},
          shared_{shared},
          catalog_stamp_{std::move(catalog_stamp)},
          add_{db, products, carts},
          change_{db, products, carts},
          remove_{db, carts},
          view_{db, products} {}

    http::Endpoint add_to_cart();
    http::Endpoint view_cart();
    http::Endpoint count_cart();
    http::Endpoint change_quantity();
    http::Endpoint remove_from_cart();
    http::Endpoint clear_cart();

private:
    static constexpr std::size_t kMaxCachedBytes = 4 * 1024 * 1024;  // for each thread

    static constexpr std::chrono::hours kSharedFor{1};

    [[nodiscard]] std::string stamp_of(const cache::Versions& versions,
                                       const std::optional<std::string>& catalog) const;
    awaitable<http::Response> handle_add(http::Request& request);
    awaitable<http::Response> handle_view(http::Request& request);
    awaitable<http::Response> handle_count(http::Request& request);
    awaitable<http::Response> handle_change(http::Request& request);
    awaitable<http::Response> handle_remove(http::Request& request);
    awaitable<http::Response> handle_clear(http::Request& request);

    db::Database& db_;
    cache::Topic& carts_;
    cache::Topic& catalog_;
    cache::redis::SharedViews* shared_;
    std::function<std::optional<std::string>()> catalog_stamp_;
    const std::string versions_of_ = crypto::random_hex(8);  // this process: no other counts as it does
    AddItem add_;
    ChangeQuantity change_;
    RemoveItems remove_;
    ViewCart view_;
    cache::ViewCache answers_{kMaxCachedBytes};  // bodies of GET /api/cart and /api/cart/count
};

}  // namespace haat::cart
