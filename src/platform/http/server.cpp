#include "platform/http/server.hpp"

#include <pthread.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <chrono>
#include <stdexcept>

#include "platform/observe/request_id.hpp"
#include "platform/timer.hpp"

namespace haat::http {
namespace {

using boost::system::error_code;

constexpr int kBacklog = 4'096;
constexpr std::chrono::milliseconds kPauseWhenOutOfFiles{50};
constexpr std::chrono::milliseconds kStopPoll{5};

}  // namespace

Server::Server(const Pipeline& pipeline, RequestObserver& observer, const ServerOptions& options)
    : state_{.pipeline = pipeline, .observer = observer, .limits = options.limits} {
    for (std::size_t i = 0; i < options.threads; ++i) {
        workers_.push_back(std::make_unique<Worker>(state_, options.threads));
    }
    const std::string where = options.host + ":" + std::to_string(options.port);
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (error) throw std::runtime_error{"HOST is no IP address: " + options.host};
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    acceptor_ = std::make_unique<Acceptor>(workers_.front()->context);
    acceptor_->open(endpoint.protocol());
    acceptor_->set_option(asio::socket_base::reuse_address{true});
    acceptor_->bind(endpoint, error);
    if (error) throw std::runtime_error{"cannot listen on " + where + ": " + error.message()};
    acceptor_->listen(kBacklog, error);
    if (error) throw std::runtime_error{"cannot listen on " + where + ": " + error.message()};
}

Server::~Server() {
    for (const auto& worker : workers_) worker->context.stop();
    threads_.clear();
}

std::uint16_t Server::port() const { return acceptor_->local_endpoint().port(); }

void Server::start() {
    asio::co_spawn(workers_.front()->context, accept(), asio::detached);
    for (const auto& worker : workers_) {
        threads_.emplace_back([&worker = *worker] {
            pthread_setname_np(pthread_self(), "haat-io");
            worker.run();
        });
    }
}

awaitable<> Server::accept() {
    std::size_t next = 0;
    for (;;) {
        Worker& worker = *workers_[next];
        next = (next + 1) % workers_.size();
        error_code error;
        Socket socket =
            co_await acceptor_->async_accept(worker.context, asio::redirect_error(use_awaitable, error));
        if (state_.stopping) co_return;
        if (error) {
            // Out of file descriptors, most likely: connections that end free some.
            co_await pause_for(kPauseWhenOutOfFiles);
            continue;
        }
        try {
            deal(std::move(socket), worker);
        } catch (const std::exception&) {
            continue;  // out of memory: this client is lost, not the ones after it
        }
    }
}

// Counts the connection before it is handed over: of a crowd that comes at once no more get by than may.
void Server::deal(Socket socket, Worker& worker) {
    Share counted{state_.connections, state_.limits.max_connections};
    if (!counted.grow()) {
        turn_away(std::move(socket));
        return;
    }
    auto moved = std::make_shared<std::pair<Socket, Share>>(std::move(socket), std::move(counted));
    auto begin = [&worker, moved] {
        auto connection =
            std::make_unique<Connection>(std::move(moved->first), worker, std::move(moved->second));
        asio::co_spawn(worker.context, Connection::run(std::move(connection)), asio::detached);
    };
    asio::post(worker.context, std::move(begin));
}

// Without reading what it asks for. On the first worker's thread, like accept().
void Server::turn_away(Socket socket) {
    Request request;
    request.id = observe::view(observe::make_request_id());
    Response response = state_.pipeline.render(retry_after(1, ErrorCode::overloaded), nullptr, request);
    std::string out;
    workers_.front()->writer.write(out, request, response, ResponseWriter::Ending::close);
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(out), ignored);
}

bool Server::stop(std::int64_t grace_ms) {
    state_.stopping = true;
    asio::post(workers_.front()->context, [this] {
        error_code ignored;
        acceptor_->close(ignored);
    });
    for (const auto& worker : workers_) {
        asio::post(worker->context, [&worker = *worker] { worker.drain(); });
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{grace_ms};
    while (state_.connections > 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(kStopPoll);
    const bool drained = state_.connections == 0;
    for (const auto& worker : workers_) worker->context.stop();
    threads_.clear();
    return drained;
}

}  // namespace haat::http
