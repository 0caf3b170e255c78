#include "app/routes.hpp"

namespace haat::app {

using http::Access;
using http::Cache;

http::RouteTable routes(const Features& f) {
    constexpr auto GET = http::Method::get;
    constexpr auto POST = http::Method::post;
    constexpr auto PUT = http::Method::put;
    constexpr auto DELETE = http::Method::delete_;
    // clang-format off
    return {
        {GET,    "/",                                     Access::open,  f.system.status()},
        {GET,    "/livez",                                Access::open,  f.system.livez()},
        {GET,    "/readyz",                               Access::open,  f.system.readyz()},
        {GET,    "/metrics",                              Access::open,  f.system.metrics()},
        {GET,    "/openapi.json",                         Access::open,  f.system.openapi()},

        {POST,   "/api/user/register",                    Access::open,  f.sessions.register_user()},
        {POST,   "/api/user/login",                       Access::open,  f.sessions.log_in()},
        {GET,    "/api/user/verify-user",                 Access::open,  f.sessions.verify_email()},
        {GET,    "/api/user/logout",                      Access::user,  f.sessions.log_out()},
        {POST,   "/api/user/logout",                      Access::user,  f.sessions.log_out_post()},
        {POST,   "/api/user/refresh-token",               Access::open,  f.sessions.refresh_token()},
        {GET,    "/api/user/sessions",                    Access::user,  f.sessions.list_sessions()},
        {DELETE, "/api/user/sessions/:sessionId",         Access::user,  f.sessions.end_session()},
        {PUT,    "/api/user/forget-password",             Access::open,  f.passwords.forget_password()},
        {PUT,    "/api/user/verify-otp",                  Access::open,  f.passwords.verify_otp()},
        {PUT,    "/api/user/reset-password",              Access::open,  f.passwords.reset_password()},
        {GET,    "/api/user/profile",                     Access::user,  f.users.get_profile()},
        {PUT,    "/api/user/update-user",                 Access::user,  f.users.update_user()},
        {PUT,    "/api/user/upload-avatar",               Access::user,  f.users.upload_avatar()},
        {PUT,    "/api/user/make-admin",                  Access::admin, f.users.make_admin()},

        {POST,   "/api/category/create",                  Access::admin, f.categories.create()},
        {GET,    "/api/category/all",                     Access::open,  f.categories.list(), Cache::public_},
        {GET,    "/api/category/:id",                     Access::open,  f.categories.get(), Cache::public_},
        {PUT,    "/api/category/update/:id",              Access::admin, f.categories.update()},
        {DELETE, "/api/category/delete/:id",              Access::admin, f.categories.remove()},

        {POST,   "/api/subcategory/create",               Access::admin, f.sub_categories.create()},
        {GET,    "/api/subcategory/all",                  Access::open,  f.sub_categories.list(), Cache::public_},
        {GET,    "/api/subcategory/category/:categoryId", Access::open,  f.sub_categories.list_of_category(), Cache::public_},
        {GET,    "/api/subcategory/:id",                  Access::open,  f.sub_categories.get(), Cache::public_},
        {PUT,    "/api/subcategory/update/:id",           Access::admin, f.sub_categories.update()},
        {DELETE, "/api/subcategory/delete/:id",           Access::admin, f.sub_categories.remove()},

        {POST,   "/api/product/create",                   Access::admin, f.products.create()},
        {GET,    "/api/product/all",                      Access::open,  f.products.list(), Cache::public_},
        {GET,    "/api/product/search",                   Access::open,  f.products.search(), Cache::public_},
        {GET,    "/api/product/:id",                      Access::optional, f.products.get(), Cache::public_},
        {PUT,    "/api/product/update/:id",               Access::admin, f.products.update()},
        {DELETE, "/api/product/delete/:id",               Access::admin, f.products.remove()},

        {POST,   "/api/cart/add",                         Access::user,  f.cart.add_to_cart()},
        {GET,    "/api/cart",                             Access::user,  f.cart.view_cart()},
        {GET,    "/api/cart/count",                       Access::user,  f.cart.count_cart()},
        {PUT,    "/api/cart/update/:cartItemId",          Access::user,  f.cart.change_quantity()},
        {DELETE, "/api/cart/remove/:cartItemId",          Access::user,  f.cart.remove_from_cart()},
        {DELETE, "/api/cart/clear",                       Access::user,  f.cart.clear_cart()},

        {POST,   "/api/address/add",                      Access::user,  f.addresses.add_address()},
        {GET,    "/api/address/all",                      Access::user,  f.addresses.list_addresses()},
        {PUT,    "/api/address/update/:id",               Access::user,  f.addresses.update_address()},
        {DELETE, "/api/address/delete/:id",               Access::user,  f.addresses.delete_address()},
        {PUT,    "/api/address/set-default/:id",          Access::user,  f.addresses.set_default_address()},

        {POST,   "/api/image",                            Access::admin, f.media.upload_image()},
        {GET,    "/media/:folder/:file",                  Access::open,  f.media.serve_media()},
    };
    // clang-format on
}

}  // namespace haat::app
