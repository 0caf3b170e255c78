// Routes about the program itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "platform/db/database.hpp"
#include "platform/http/pipeline/client_address.hpp"
#include "platform/http/route.hpp"
#include "platform/observe/metrics.hpp"

namespace haat::app {

class SystemHttp {
public:
    // port: what GET / tells. readers: who may see the metrics. behind_proxy: whether proxies are named whose
    // word for the client's address counts; a request that some other one passed on could be anybody's.
    SystemHttp(db::Database& db, const observe::Registry& metrics, std::int64_t port, http::Networks readers,
               bool behind_proxy)
        : db_{db},
          metrics_{metrics},
          port_{port},
          readers_{std::move(readers)},
          behind_proxy_{behind_proxy} {}

    http::Endpoint status();
    // The process answers.
    http::Endpoint livez();
    // It is worth sending requests here: the database answers, and the server is not stopping.
    http::Endpoint readyz();
    http::Endpoint metrics();
    http::Endpoint openapi();

    void set_ready(bool ready) { ready_ = ready; }
    void set_document(std::string document) { document_ = std::move(document); }

private:
    [[nodiscard]] bool may_read_metrics(const http::Request& request) const;

    awaitable<http::Response> handle_status(http::Request& request);
    awaitable<http::Response> handle_livez(http::Request& request);
    awaitable<http::Response> handle_readyz(http::Request& request);
    awaitable<http::Response> handle_metrics(http::Request& request);
    awaitable<http::Response> handle_openapi(http::Request& request);

    db::Database& db_;
    const observe::Registry& metrics_;
    const std::int64_t port_;
    const http::Networks readers_;
    const bool behind_proxy_;
    std::atomic<bool> ready_{false};
    std::string document_;  // set before the server starts
};

}  // namespace haat::app
