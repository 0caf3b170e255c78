#include "platform/http/server.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "kernel/clock.hpp"
#include "platform/memory.hpp"
#include "platform/observe/request_id.hpp"

namespace haat::http {
namespace {

using boost::system::error_code;

constexpr int kBacklog = 4'096;
constexpr int kAcceptedAtOnce = 64;  // before the thread sees to its connections again
constexpr std::chrono::milliseconds kPauseWhenRefused{50};
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
    accept_again_ = std::make_unique<Timer>(workers_.front()->context);
    if (is_inherited_) {
        adopt(options.inherited_socket);
    } else {
        listen(options);
    }
    acceptor_->non_blocking(true);
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
    accept();
    for (const auto& worker : workers_) {
        threads_.emplace_back([&worker = *worker] {
            pthread_setname_np(pthread_self(), "haat-io");
            worker.run();
        });
    }
}

// No coroutine: one that finds no memory to wait is gone. And not by async_accept(): where it finds none for
// the new socket, it forgets who waits for it.
void Server::accept() {
    if (state_.stopping) return stop_accepting();
    surely([this] {
        acceptor_->async_wait(Acceptor::wait_read, [this](error_code error) {
            if (!error) error = accept_waiting(kAcceptedAtOnce);
            if (error && !state_.stopping) return pause_accepting();
            accept();
        });
    });
}

// Out of file descriptors or memory, most likely: connections that end free some.
void Server::pause_accepting() {
    accept_again_->expires_after(kPauseWhenRefused);
    surely([this] { accept_again_->async_wait([this](error_code) { accept(); }); });
}

// Who is in the queue believes to be connected, and may have sent a request.
void Server::stop_accepting() {
    if (!is_inherited_) static_cast<void>(accept_waiting(kBacklog));
    error_code ignored;
    acceptor_->close(ignored);
    accepting_ = false;
}

error_code Server::accept_waiting(int most) try {
    error_code error;
    for (int i = 0; i < most; ++i) {
        Worker& worker = *workers_[next_];
        Socket socket{worker.context};
        acceptor_->accept(socket, error);
        if (error) break;
        next_ = (next_ + 1) % workers_.size();
        deal(std::move(socket), worker);
    }
    const bool is_done = error == asio::error::would_block || error == asio::error::connection_aborted;
    return is_done ? error_code{} : error;
} catch (const std::exception&) {  // out of memory: this client is lost, not the ones after it
    return asio::error::no_memory;
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
    ++state_.refused_connections;
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
        accept_again_->cancel();
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
