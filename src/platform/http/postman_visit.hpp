// In which order the Postman collection calls the endpoints, and what it keeps of their answers.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "kernel/error.hpp"
#include "platform/http/request.hpp"

namespace haat::http {

inline constexpr std::string_view kAccessToken = "{{accessToken}}";

// One request. `{{name}}` stands for a variable of the collection.
struct Step {
    std::string_view endpoint;  // Endpoint::name
    std::string_view patch{};   // of the endpoint's example body, as JSON Merge Patch (RFC 7396)
    std::array<std::string_view, Request::kMaxParams> path{};  // values of the path's parameters, in order
    std::string_view query{};                                  // `a=b&c=d`
    std::string_view keep{};             // script on a success: `keep(name, value)`, `data` is the answer's
    std::optional<ErrorCode> refused{};  // the answer that is expected, where it is no success
    std::string_view url{};              // instead of the route's path
    std::string_view token = kAccessToken;  // on routes that are not open; another one always
    bool at_the_end = false;                // in the last folder, whatever its tag
};

std::span<const Step> visit();

struct Variable {
    std::string_view name;
    std::string_view value;
    std::string_view meaning;
};

std::span<const Variable> visit_variables();

}  // namespace haat::http
