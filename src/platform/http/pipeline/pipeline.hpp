// The stages between a parsed request and its handler, in one fixed order:
//   limits   a client that asks too often is refused before any work is done for it
//   route    404, 405, 400 for a malformed parameter
//   CSRF     before the token is looked at: what a foreign page sends is not worth a look
//   access   401, 403; before the body is read
//   body     413, 415; then the handler
//   errors   every Result and every exception becomes an answer here, and only here
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "kernel/error.hpp"
#include "platform/cache/topic.hpp"
#include "platform/http/pipeline/bucket_exchange.hpp"
#include "platform/http/pipeline/client_address.hpp"
#include "platform/http/pipeline/token_buckets.hpp"
#include "platform/http/route.hpp"
#include "platform/http/router.hpp"

namespace haat::http {

struct PipelineOptions {
    std::vector<std::string> origins{};  // FRONTEND_URL
    Networks proxies{};                  // whose X-Forwarded-For is believed
    bool rate_limits = true;
    BucketLimits bucket{};
    BucketExchange* exchange = nullptr;  // of what clients took; nullptr: each thread counts for itself
};

// Shared by all threads; immutable.
class Pipeline {
public:
    // Hears of exceptions, whose text no client gets: request, text.
    using ReportFault = std::function<void(const Request&, std::string_view)>;

    Pipeline(const RouteTable& routes, Authenticator& authenticator, const cache::Topic& public_topic,
             PipelineOptions options, ReportFault report);

    [[nodiscard]] const PipelineOptions& options() const { return options_; }
    [[nodiscard]] const Router& router() const { return router_; }

    // Version of what Cache::public_ answers are made of.
    [[nodiscard]] std::uint64_t public_version() const { return public_topic_.version(); }

    // What identifies the answer of a Cache::public_ route: the route, its parameters, the query parameters
    // that it knows. Requests with one key have one answer.
    [[nodiscard]] static std::string cache_key(const Route& route, const Request& request);

    // CSRF and access; sets request.principal. nullopt: go on.
    awaitable<std::optional<Error>> admit(const Route& route, Request& request) const;

    // From Content-Type, Content-Encoding and Content-Length: may this body be read at all?
    static std::optional<Error> check_body(const Route& route, const Request& request,
                                           std::optional<std::uint64_t> announced_length);

    // Runs the handler; whatever it throws is an answer too.
    awaitable<Response> handle(const Route& route, Request& request) const;

    // An error as an answer. route: nullptr when none was found.
    Response render(const Error& error, const Route* route, const Request& request) const;

    // Tells the fault to the log, and what of it the client may know.
    Error report_fault(const Request& request, const std::exception_ptr& fault) const;

private:
    Router router_;
    Authenticator& authenticator_;
    const cache::Topic& public_topic_;
    PipelineOptions options_;
    ReportFault report_;
};

}  // namespace haat::http
