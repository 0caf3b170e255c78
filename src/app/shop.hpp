// The running shop: every feature wired to what it needs. The only place that knows all of them.
#pragma once

#include <atomic>
#include <memory>

#include "accounts/access.hpp"
#include "app/assistant.hpp"
#include "app/core.hpp"
#include "app/nodes.hpp"
#include "app/routes.hpp"
#include "app/traffic.hpp"
#include "catalog/catalog.hpp"
#include "catalog/product_index.hpp"
#include "mail/mailer.hpp"
#include "media/store.hpp"
#include "platform/http/pipeline/pipeline.hpp"
#include "platform/http/server.hpp"
#include "platform/jobs/outbox_worker.hpp"

namespace haat::app {

class Shop {
public:
    // inherited_socket: see http::ServerOptions. Throws std::runtime_error with a line for the operator.
    explicit Shop(Core& core, int inherited_socket = -1);

    void start();
    // Readiness goes, requests in flight end, mails under way are settled. false: the grace was too short.
    bool stop();

    // Whether the threads that serve still turn.
    [[nodiscard]] bool is_alive() const;

    // Figures that a scrape cannot wait for. Called every few seconds.
    void sample();

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] const http::RouteTable& routes() const { return routes_; }

private:
    void watch();
    db::Database& catalog_reads();

    // The order of the members is the order of their lives.
    Core& core_;
    std::unique_ptr<Nodes> nodes_;          // nullptr: the database is this process's alone
    std::unique_ptr<Assistant> assistant_;  // nullptr: no Redis is configured
    jobs::CpuPool images_;
    jobs::CpuPool files_;
    std::unique_ptr<media::ImageStore> image_store_;
    media::Media media_;
    catalog::Catalog catalog_;
    catalog::ProductIndex product_index_;
    addresses::Addresses addresses_;

    SystemHttp system_http_;
    accounts::SessionHttp session_http_;
    accounts::PasswordHttp password_http_;
    accounts::UserHttp user_http_;
    catalog::CategoryHttp category_http_;
    catalog::SubCategoryHttp sub_category_http_;
    catalog::ProductHttp product_http_;
    cart::CartHttp cart_http_;
    addresses::AddressHttp address_http_;
    media::MediaHttp media_http_;
    http::RouteTable routes_;

    accounts::Access access_;
    http::Pipeline pipeline_;
    Traffic traffic_;
    http::Server server_;

    std::unique_ptr<mail::Transport> transport_;
    mail::Mailer mailer_;
    jobs::OutboxWorker outbox_worker_;
    std::atomic<double> outbox_oldest_s_{0};
};

// What addresses of images begin with, PUBLIC_URL or the server's own: never taken from a request.
std::string public_base(const config::Settings& settings);

// The OpenAPI document of a route table.
std::string openapi_text(const http::RouteTable& routes);
std::string postman_text(const http::RouteTable& routes, const std::string& base_url);

}  // namespace haat::app
