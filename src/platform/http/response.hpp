// What a handler answers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/error.hpp"
#include "platform/json/write.hpp"

namespace haat::http {

// A finished public answer, shared by all requests that want it (platform/http/response_cache.hpp).
struct CachedAnswer;

class Response {
public:
    std::uint16_t status = 200;
    std::string_view content_type = "application/json; charset=utf-8";
    std::string body{};
    std::vector<std::pair<std::string_view, std::string>> headers{};  // beside those on every answer
    std::string_view cache_control = "no-store";  // empty: none, and a Cache::public_ route may keep it
    std::optional<Error> error{};                 // rendered by the pipeline into status and body

    Response() = default;
    explicit(false) Response(Error error_) : error{std::move(error_)} {}

    Response& add_header(std::string_view name, std::string value) {
        headers.emplace_back(name, std::move(value));
        return *this;
    }
};

// A 2xx answer with a described struct as its JSON body.
template <class Answer>
Response reply(std::uint16_t status, const Answer& answer) {
    Response response;
    response.status = status;
    json::write(response.body, answer);
    return response;
}

// 200 with a body that was kept (cache::ViewCache).
inline Response reply_kept(std::string_view body) {
    Response response;
    response.body = body;
    return response;
}

// `{"message":…,"data":…,"success":true,"error":false}`
template <class T>
struct DataAnswer {
    std::string_view message;
    T data{};
    bool success = true;
    bool error = false;
    BOOST_DESCRIBE_CLASS(DataAnswer, (), (message, data, success, error), (), ())
};

template <class T>
Response reply_data(std::uint16_t status, std::string_view message, T data) {
    return reply(status, DataAnswer<T>{.message = message, .data = std::move(data)});
}

}  // namespace haat::http
