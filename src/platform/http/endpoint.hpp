// Shorthand for features that offer endpoints.
#pragma once

#include "platform/http/route.hpp"

namespace haat::http {

// A member function as a handler. The object outlives the route table.
template <class Object>
Handler bind(Object* object, awaitable<Response> (Object::*function)(Request&)) {
    return [object, function](Request& request) { return (object->*function)(request); };
}

// An answer that caches may keep, because a Cache::public_ route gives it.
template <class T>
Response reply_public(std::string_view message, T data) {
    Response response = reply_data(200, message, std::move(data));
    response.cache_control = {};
    return response;
}

}  // namespace haat::http
