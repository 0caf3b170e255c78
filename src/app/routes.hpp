// The whole surface of the program: what it answers to, and who may ask.
#pragma once

#include "accounts/http.hpp"
#include "addresses/http.hpp"
#include "app/system_http.hpp"
#include "cart/http.hpp"
#include "catalog/http.hpp"
#include "media/http.hpp"
#include "platform/http/route.hpp"

namespace haat::app {

// The features that offer endpoints; they outlive the table.
struct Features {
    SystemHttp& system;
    accounts::SessionHttp& sessions;
    accounts::PasswordHttp& passwords;
    accounts::UserHttp& users;
    catalog::CategoryHttp& categories;
    catalog::SubCategoryHttp& sub_categories;
    catalog::ProductHttp& products;
    cart::CartHttp& cart;
    addresses::AddressHttp& addresses;
    media::MediaHttp& media;
};

http::RouteTable routes(const Features& features);

}  // namespace haat::app
