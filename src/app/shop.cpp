#include "app/shop.hpp"

#include "app/open_files.hpp"
#include "mail/file_transport.hpp"
#include "mail/resend_transport.hpp"
#include "mail/smtp_transport.hpp"
#include "media/cloudinary_store.hpp"
#include "media/local_store.hpp"
#include "platform/http/openapi.hpp"
#include "platform/http/postman.hpp"
#include "platform/observe/log.hpp"
#include "platform/run_sync.hpp"

namespace haat::app {
namespace {

constexpr std::size_t kMaxQueuedImages = 32;
constexpr std::size_t kFileThreads = 2;
constexpr std::size_t kMaxQueuedFiles = 512;
constexpr std::int64_t kAliveWithinMs = 10'000;  // the loops turn ten times a second

// An image of 50 megapixels takes some 500 MB while it is converted.
std::size_t image_threads(const config::Settings& settings) {
    return std::max<std::size_t>(1, threads_of(settings) / 4);
}

std::string link_base(const config::Settings& settings) {
    if (!settings.server.public_url.empty()) return settings.server.public_url;
    if (!settings.server.frontend_urls.empty()) return settings.server.frontend_urls.front();
    return public_base(settings);
}

std::unique_ptr<media::ImageStore> make_image_store(const config::Settings& settings) {
    const auto& images = settings.images;
    if (images.store == config::ImageStore::local) {
        return std::make_unique<media::LocalStore>(settings.storage.data_dir, public_base(settings));
    }
    return std::make_unique<media::CloudinaryStore>(
        media::CloudinarySettings{.base_url = images.cloud_url_base,
                                  .cloud_name = images.cloud_name,
                                  .api_key = std::string{images.cloud_key.reveal()},
                                  .api_secret = std::string{images.cloud_secret.reveal()}});
}

std::unique_ptr<mail::Transport> make_transport(const config::MailSettings& mail) {
    switch (mail.transport) {
        case config::MailTransport::smtp:
            return std::make_unique<mail::SmtpTransport>(mail::SmtpSettings{.url = mail.smtp_url});
        case config::MailTransport::resend:
            return std::make_unique<mail::ResendTransport>(
                mail::ResendSettings{.url = mail.resend_url, .api_key = mail.resend_key});
        case config::MailTransport::file:
            break;
    }
    return std::make_unique<mail::FileTransport>(mail.dir);
}

mail::Address sender(const config::MailSettings& mail) {
    const auto address = mail::parse_address(mail.from);
    if (!address) throw std::runtime_error{"MAIL_FROM is no mail address: " + mail.from};
    return *address;
}

http::Networks networks(const std::vector<std::string>& entries, const std::string& setting) {
    auto parsed = http::Networks::parse(entries);
    if (!parsed) throw std::runtime_error{setting + " has an entry that is neither address nor network"};
    return std::move(*parsed);
}

std::unique_ptr<Assistant> make_assistant(Core& core) {
    auto address = redis_address(core.settings.redis);
    if (!address) return nullptr;
    return std::make_unique<Assistant>(std::move(*address), core.node_key, core.metrics);
}

catalog::ProductIndexOptions index_options(const config::StorageSettings& storage) {
    return {.max_bytes = static_cast<std::size_t>(storage.search_memory_mib) * 1024 * 1024,
            .log = [](std::string_view line) { observe::log_warn("no_product_index", {{"reason", line}}); }};
}

http::PipelineOptions pipeline_options(const config::ServerSettings& server, Assistant* assistant) {
    return {.origins = server.frontend_urls,
            .proxies = networks(server.trusted_proxies, "TRUSTED_PROXIES"),
            .rate_limits = server.rate_limits,
            .exchange = assistant != nullptr ? &assistant->limits : nullptr};
}

http::ServerOptions server_options(const config::Settings& settings, db::Database& database, Nodes* nodes,
                                   int inherited_socket) {
    http::ServerLimits limits;
    limits.max_connections = max_connections(settings);
    limits.max_in_flight = static_cast<std::size_t>(settings.server.max_in_flight);
    limits.cache_bytes = static_cast<std::size_t>(settings.storage.cache_memory_mib) * 1024 * 1024;
    return {.host = settings.server.host,
            .port = static_cast<std::uint16_t>(settings.server.port),
            .inherited_socket = inherited_socket,
            .threads = threads_of(settings),
            .limits = limits,
            .prepare = [&database, nodes](asio::io_context& context) {
                database.attach(context);
                if (nodes != nullptr) nodes->attach(context);
            }};
}

void report_fault(const http::Request& request, std::string_view text) {
    observe::log_error("request_failed",
                       {{"request_id", request.id}, {"path", request.path}, {"reason", text}});
}

}  // namespace

Shop::Shop(Core& core, int inherited_socket)
    : core_{core},
      nodes_{core.db->is_shared() ? std::make_unique<Nodes>(core) : nullptr},
      assistant_{make_assistant(core)},
      images_{"haat-image", image_threads(core.settings), kMaxQueuedImages},
      files_{"haat-file", kFileThreads, kMaxQueuedFiles},
      image_store_{make_image_store(core.settings)},
      media_{images_, *image_store_},
      product_index_{catalog_reads(), core.catalog_topic, index_options(core.settings.storage)},
      system_http_{*core.db, core.metrics, core.settings.server.port,
                   networks(core.settings.server.metrics_allow, "METRICS_ALLOW"),
                   !core.settings.server.trusted_proxies.empty()},
      session_http_{core.accounts},
      password_http_{core.accounts},
      user_http_{core.accounts, addresses_, media_},
      category_http_{catalog_reads(), core.catalog_topic},
      sub_category_http_{catalog_reads(), core.catalog_topic},
      product_http_{catalog_reads(), core.catalog_topic, product_index_},
      cart_http_{*core.db,
                 catalog_,
                 core.carts_topic,
                 core.catalog_topic,
                 assistant_ ? &assistant_->carts : nullptr,
                 [this] { return nodes_ ? nodes_->catalog_stamp() : std::nullopt; }},
      address_http_{*core.db, core.profiles_topic},
      media_http_{media_, files_, core.settings.storage.data_dir},
      routes_{app::routes({.system = system_http_,
                           .sessions = session_http_,
                           .passwords = password_http_,
                           .users = user_http_,
                           .categories = category_http_,
                           .sub_categories = sub_category_http_,
                           .products = product_http_,
                           .cart = cart_http_,
                           .addresses = address_http_,
                           .media = media_http_})},
      access_{core.accounts},
      pipeline_{routes_, access_, core.catalog_topic,
                pipeline_options(core.settings.server, assistant_.get()), report_fault},
      traffic_{core.metrics, routes_},
      server_{pipeline_, traffic_, server_options(core.settings, *core.db, nodes_.get(), inherited_socket)},
      transport_{make_transport(core.settings.mail)},
      mailer_{*transport_,
              sender(core.settings.mail),
              {.name = core.settings.shop.name, .public_url = link_base(core.settings)}},
      outbox_worker_{*core.db, core.outbox_topic, mailer_,
                     [](std::string_view line) { observe::log_warn("mail_not_sent", {{"reason", line}}); }} {
    if (assistant_) assistant_->limits.share(core.accounts.limits);
    system_http_.set_document(openapi_text(routes_));
    watch();
}

db::Database& Shop::catalog_reads() { return nodes_ ? nodes_->catalog_reads() : *core_.db; }

void Shop::watch() {
    observe::Registry& metrics = core_.metrics;
    metrics.gauge_at_scrape({"haat_http_connections", "Open connections."}, {},
                            [this] { return static_cast<double>(server_.connections()); });
    metrics.counter_at_scrape(
        {"haat_http_connections_refused_total", "Connections turned away at MAX_CONNECTIONS."}, {},
        [this] { return static_cast<double>(server_.refused_connections()); });
    metrics.gauge_at_scrape({"haat_http_requests_in_flight", "Requests being handled."}, {},
                            [this] { return static_cast<double>(server_.in_flight()); });
    metrics.gauge_at_scrape(
        {"haat_catalog_index_ready", "1 while lists and searches are answered by the index in memory."}, {},
        [this] { return product_index_.is_ready() ? 1.0 : 0.0; });
    metrics.gauge_at_scrape({"haat_catalog_index_bytes", "Memory of that index, about."}, {},
                            [this] { return static_cast<double>(product_index_.bytes()); });
    metrics.gauge_at_scrape({"haat_catalog_index_made", "How often it was made, since the start."}, {},
                            [this] { return static_cast<double>(product_index_.made()); });
    observe::watch_queue(metrics, "hashing", [this] { return static_cast<double>(core_.hashing.queued()); });
    observe::watch_queue(metrics, "images", [this] { return static_cast<double>(images_.queued()); });
    observe::watch_queue(metrics, "files", [this] { return static_cast<double>(files_.queued()); });
    observe::watch_outbox(metrics, [this] { return outbox_oldest_s_.load(); });
    observe::watch_log(metrics);
    observe::watch_process(metrics);
    observe::add_build_info(metrics, HAAT_VERSION);
}

void Shop::start() {
    if (assistant_) assistant_->channel.start();
    system_http_.set_ready(true);
    server_.start();
}

bool Shop::stop() {
    system_http_.set_ready(false);
    const std::chrono::milliseconds grace{core_.settings.server.shutdown_grace};
    const bool drained = server_.stop(grace.count());
    if (assistant_) assistant_->channel.stop();
    outbox_worker_.stop();
    return drained;
}

bool Shop::is_alive() const { return server_.is_alive(kAliveWithinMs); }

void Shop::sample() {
    try {
        const auto snapshot = run_sync(outbox_worker_.snapshot());
        outbox_oldest_s_ = static_cast<double>(snapshot.oldest_due_age_ms) / 1'000.0;
    } catch (const std::exception& error) {
        observe::log_warn("outbox_not_sampled", {{"reason", error.what()}});
    }
}

std::string public_base(const config::Settings& settings) {
    if (!settings.server.public_url.empty()) return settings.server.public_url;
    return "http://localhost:" + std::to_string(settings.server.port);
}

std::string openapi_text(const http::RouteTable& routes) {
    return json::to_string(boost::json::value(http::openapi_document(routes, HAAT_VERSION, "/")));
}

std::string postman_text(const http::RouteTable& routes, const std::string& base_url) {
    return json::to_string(boost::json::value(http::postman_collection(routes, HAAT_VERSION, base_url)));
}

}  // namespace haat::app
