// Accepts connections and deals them to one worker a thread, in turn.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/http/connection.hpp"
#include "platform/http/worker.hpp"

namespace haat::http {

struct ServerOptions {
    std::string host = "0.0.0.0";
    std::uint16_t port = 3001;  // 0: any free one
    std::size_t threads = 1;
    ServerLimits limits{};
};

class Server {
public:
    // Binds and listens. Throws std::runtime_error with a line for the operator.
    Server(const Pipeline& pipeline, RequestObserver& observer, const ServerOptions& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Starts the threads.
    void start();

    // Accepts nothing more, lets requests in flight finish, closes. Returns when all connections are closed
    // or grace_ms has passed; true in the first case. Called from another thread than the workers.
    bool stop(std::int64_t grace_ms);

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] bool is_stopping() const { return state_.stopping; }
    [[nodiscard]] std::size_t connections() const { return state_.connections; }
    [[nodiscard]] std::size_t in_flight() const { return state_.in_flight; }

private:
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

    awaitable<> accept();
    void deal(Socket socket, Worker& worker);
    void turn_away(Socket socket);

    ServerState state_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Acceptor> acceptor_;
    std::vector<std::jthread> threads_;
};

}  // namespace haat::http
