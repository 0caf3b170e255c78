#include "platform/http/server.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "kernel/clock.hpp"
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
    : state_{.pipeline = pipeline, .observer = observer, .limits = options.limits},
      is_inherited_{options.inherited_socket >= 0} {
    for (std::size_t i = 0; i < options.threads; ++i) {
        workers_.push_back(std::make_unique<Worker>(state_, options.threads));
        options.prepare(workers_.back()->context);
    }
    acceptor_ = std::make_unique<Acceptor>(workers_.front()->context);
    if (is_inherited_) {
        adopt(options.inherited_socket);
    } else {
        listen(options);
    }
    port_ = acceptor_->local_endpoint().port();
}

void Server::listen(const ServerOptions& options) {
    const std::string where = options.host + ":" + std::to_string(options.port);
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (error) throw std::runtime_error{"HOST is no IP address: " + options.host};
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    acceptor_->open(endpoint.protocol());
    acceptor_->set_option(asio::socket_base::reuse_address{true});
    acceptor_->bind(endpoint, error);
    if (error) throw std::runtime_error{"cannot listen on " + where + ": " + error.message()};
    acceptor_->listen(kBacklog, error);
    if (error) throw std::runtime_error{"cannot listen on " + where + ": " + error.message()};
}

void Server::adopt(int socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const bool known = getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    if (!known || (address.ss_family != AF_INET && address.ss_family != AF_INET6))
        throw std::runtime_error{"the socket that this process was started with is not one of TCP"};
    error_code error;
    acceptor_->assign(address.ss_family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), socket,
                      error);
    if (error) throw std::runtime_error{"cannot use the socket of the service manager: " + error.message()};
}

Server::~Server() {
    for (const auto& worker : workers_) worker->context.stop();
    threads_.clear();
}

bool Server::is_alive(std::int64_t within_ms) const {
    const std::int64_t since = steady_ms() - within_ms;
    return std::ranges::all_of(workers_, [since](const auto& worker) { return worker->ticked_ms > since; });
}

void Server::start() {
    accepting_ = true;
    asio::co_spawn(workers_.front()->context, accept(), asio::detached);
    for (const auto& worker : workers_) {
        threads_.emplace_back([&worker = *worker] {
            pthread_setname_np(pthread_self(), "haat-io");
            worker.run();
        });
    }
}

awaitable<> Server::accept() {
    while (!state_.stopping) {
        Worker& worker = next_worker();
        error_code error;
        Socket socket =
            co_await acceptor_->async_accept(worker.context, asio::redirect_error(use_awaitable, error));
        if (!error) {
            try {
                deal(std::move(socket), worker);
            } catch (const std::exception&) {
                continue;  // out of memory: this client is lost, not the ones after it
            }
        } else if (!state_.stopping) {
            // Out of file descriptors, most likely: connections that end free some.
            co_await pause_for(kPauseWhenOutOfFiles);
        }
    }
    if (!is_inherited_) accept_waiting();
    error_code ignored;
    acceptor_->close(ignored);
    accepting_ = false;
}

// Who is in the queue believes to be connected, and may have sent a request.
void Server::accept_waiting() try {
    error_code error;
    acceptor_->non_blocking(true, error);
    for (int i = 0; i < kBacklog && !error; ++i) {
        Worker& worker = next_worker();
        Socket socket{worker.context};
        acceptor_->accept(socket, error);
        if (!error) deal(std::move(socket), worker);
    }
} catch (const std::exception&) {
    return;  // out of memory: those who still wait are lost
}

Worker& Server::next_worker() {
    Worker& worker = *workers_[next_];
    next_ = (next_ + 1) % workers_.size();
    return worker;
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
        acceptor_->cancel(ignored);
    });
    for (const auto& worker : workers_) {
        asio::post(worker->context, [&worker = *worker] { worker.drain(); });
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{grace_ms};
    const auto busy = [this] { return accepting_ || state_.connections > 0; };
    while (busy() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kStopPoll);
    const bool drained = !busy();
    for (const auto& worker : workers_) worker->context.stop();
    threads_.clear();
    return drained;
}

}  // namespace haat::http
