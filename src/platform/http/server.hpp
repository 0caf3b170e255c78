// Accepts connections and deals them to one worker a thread, in turn.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/http/connection.hpp"
#include "platform/http/worker.hpp"
#include "platform/timer.hpp"

namespace haat::http {

struct ServerOptions {
    std::string host = "0.0.0.0";
    std::uint16_t port = 3001;  // 0: any free one
    // A TCP socket that listens already, of whoever started this process; -1: none, host and port say where.
    // It is theirs to close: who connects while no server accepts waits for the next one.
    int inherited_socket = -1;
    std::size_t threads = 1;
    ServerLimits limits{};
    // Called for the event loop of each thread before it runs.
    std::function<void(asio::io_context&)> prepare = [](asio::io_context&) {};
};

class Server {
public:
    // Binds and listens, or takes the inherited socket. Throws std::runtime_error with a line for the
    // operator.
    Server(const Pipeline& pipeline, RequestObserver& observer, const ServerOptions& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Starts the threads.
    void start();

    // Accepts nothing more but, where the socket is its own, who waits in its queue; lets requests in flight
    // finish, closes. Returns when all connections are closed or grace_ms has passed; true in the first case.
    // Called from another thread than the workers.
    bool stop(std::int64_t grace_ms);

    // Whether every worker's loop has turned within this time. Safe from any thread.
    [[nodiscard]] bool is_alive(std::int64_t within_ms) const;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] bool is_stopping() const { return state_.stopping; }
    [[nodiscard]] std::size_t connections() const { return state_.connections; }
    // Turned away since the start: there were max_connections.
    [[nodiscard]] std::size_t refused_connections() const { return state_.refused_connections; }
    [[nodiscard]] std::size_t in_flight() const { return state_.in_flight; }

private:
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

    void listen(const ServerOptions& options);
    void adopt(int socket);
    void accept();
    void pause_accepting();
    void stop_accepting();
    boost::system::error_code accept_waiting(int most);
    void deal(Socket socket, Worker& worker);
    void turn_away(Socket socket);

    ServerState state_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Acceptor> acceptor_;
    std::unique_ptr<Timer> accept_again_;
    const bool is_inherited_;
    std::uint16_t port_ = 0;
    std::size_t next_ = 0;                // worker
    std::atomic<bool> accepting_{false};  // or may still
    std::vector<std::jthread> threads_;
};

}  // namespace haat::http
