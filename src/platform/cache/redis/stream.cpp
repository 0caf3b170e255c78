#include "platform/cache/redis/stream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include <stdexcept>

namespace haat::cache::redis {
namespace {

using boost::system::error_code;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

void check(const error_code& error, const std::string& what) {
    if (error) throw std::runtime_error{"REDIS_URL: cannot use " + what + ": " + error.message()};
}

bool is_address(const std::string& name) {
    error_code error;
    static_cast<void>(asio::ip::make_address(name, error));
    return !error;
}

}  // namespace

Tls::Tls(const Address& address) : context{asio::ssl::context::tls_client} {
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    error_code error;
    context.set_verify_mode(asio::ssl::verify_peer, error);
    check(error, "TLS");
    if (address.ca_file.empty()) {
        context.set_default_verify_paths(error);
        check(error, "the system's certificates");
    } else {
        context.load_verify_file(address.ca_file, error);
        check(error, "ca=" + address.ca_file);
    }
    if (address.cert_file.empty()) return;
    context.use_certificate_chain_file(address.cert_file, error);
    check(error, "cert=" + address.cert_file);
    context.use_private_key_file(address.key_file, asio::ssl::context::pem, error);
    check(error, "key=" + address.key_file);
}

Stream::Stream(asio::io_context& context, Tls* tls) : context_{context}, tls_{tls}, socket_{context} {}

awaitable<std::string> Stream::connect(const Host& host) {
    std::string problem = co_await connect_tcp(host);
    if (problem.empty() && tls_ != nullptr) problem = co_await agree_on_tls(host);
    if (problem.empty() && closed_) problem = "closed";
    co_return problem;
}

awaitable<std::string> Stream::connect_tcp(const Host& host) {
    error_code error;
    std::vector<asio::ip::tcp::endpoint> endpoints;
    const auto address = asio::ip::make_address(host.name, error);
    if (!error) {
        endpoints.emplace_back(address, host.port);
    } else {
        Resolver resolver{context_};
        const std::string service = std::to_string(host.port);
        const auto found =
            co_await resolver.async_resolve(host.name, service, asio::redirect_error(use_awaitable, error));
        if (error) co_return error.message();
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    }
    for (const auto& endpoint : endpoints) {
        if (closed_) break;
        error_code ignored;
        socket_.close(ignored);
        error = {};
        co_await socket_.async_connect(endpoint, asio::redirect_error(use_awaitable, error));
        if (!error) break;
    }
    if (error) co_return error.message();
    socket_.set_option(asio::ip::tcp::no_delay{true}, error);
    co_return std::string{};
}

awaitable<std::string> Stream::agree_on_tls(const Host& host) {
    secure_.emplace(socket_, tls_->context);
    error_code error;
    if (!is_address(host.name) &&
        SSL_set_tlsext_host_name(secure_->native_handle(), host.name.c_str()) != 1) {
        co_return "its name does not fit into TLS";
    }
    secure_->set_verify_callback(asio::ssl::host_name_verification{host.name}, error);
    co_await secure_->async_handshake(asio::ssl::stream_base::client,
                                      asio::redirect_error(use_awaitable, error));
    co_return error ? "TLS: " + error.message() : std::string{};
}

awaitable<std::size_t> Stream::read_some(std::span<char> into) {
    const auto buffer = asio::buffer(into.data(), into.size());
    error_code error;
    std::size_t count = 0;
    if (secure_) {
        count = co_await secure_->async_read_some(buffer, asio::redirect_error(use_awaitable, error));
    } else {
        count = co_await socket_.async_read_some(buffer, asio::redirect_error(use_awaitable, error));
    }
    co_return error || closed_ ? 0 : count;
}

awaitable<bool> Stream::write(std::string_view bytes) {
    const auto buffer = asio::buffer(bytes);
    error_code error;
    if (secure_) {
        co_await asio::async_write(*secure_, buffer, asio::redirect_error(use_awaitable, error));
    } else {
        co_await asio::async_write(socket_, buffer, asio::redirect_error(use_awaitable, error));
    }
    co_return !error && !closed_;
}

void Stream::close() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
}

Deadline::Deadline(asio::io_context& context, const std::shared_ptr<Stream>& stream, std::int64_t after_ms)
    : timer_{context} {
    timer_.expires_after(std::chrono::milliseconds{after_ms});
    timer_.async_wait([passed = passed_, stream](const error_code& error) {
        if (error) return;
        *passed = true;
        stream->close();
    });
}

}  // namespace haat::cache::redis
