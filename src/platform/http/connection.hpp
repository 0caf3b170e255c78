// One client's connection: reads requests, runs them through the pipeline, writes answers in their order.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "platform/async.hpp"
#include "platform/http/parser.hpp"
#include "platform/http/share.hpp"
#include "platform/http/worker.hpp"

namespace haat::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

class Connection {
public:
    // counted: its place among the server's connections.
    Connection(Socket socket, Worker& worker, Share counted);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Serves until the client or a time-out ends it. Started once, on the worker's thread.
    static awaitable<> run(std::unique_ptr<Connection> connection);

    // The worker's timer: closes the socket when what it waits for took too long.
    void reap(std::int64_t now_ms);

    // The server stops: answers what still comes within a moment, and closes.
    void drain(std::int64_t now_ms);

private:
    // What the connection waits for, and so which limit holds.
    enum class Phase : std::uint8_t { idle, head, body, handler, write };

    awaitable<> serve();
    awaitable<std::size_t> read_head();
    awaitable<bool> read_more(std::size_t bytes);
    void read_rest(std::size_t bytes);
    awaitable<> answer_next(std::size_t head_bytes);
    awaitable<> answer(const Route& route);
    awaitable<> answer_upload(const Route& route);
    awaitable<bool> read_body(const Route& route, BodyReceiver& receiver);
    awaitable<> run_handler(const Route& route);
    awaitable<bool> flush();
    awaitable<> linger();

    bool begin_request(std::size_t head_bytes);
    bool answer_from_cache(const Route& route);
    void respond(Response& response, const Route* route);
    void refuse(const Error& error, const Route* route);
    void finished(std::uint16_t status, std::size_t out_before, const Route* route);
    void end_request();
    [[nodiscard]] ResponseWriter::Ending ending() const;
    void enter(Phase phase);
    [[nodiscard]] bool is_slow(std::int64_t waited_ms, std::uint64_t bytes) const;

    Socket socket_;
    Worker& worker_;
    const Share counted_;
    std::list<Connection*>::iterator place_;  // in the worker's list
    asio::ip::address peer_address_;
    std::string peer_;

    std::string in_;                // received, not parsed yet
    std::array<char, 1024> first_;  // where bytes arrive
    std::string head_;              // of the current request, which points into it
    std::string out_;
    std::string body_;
    Share body_share_;  // of what all bodies may take
    HeadScanner scanner_;
    std::unique_ptr<RequestParser> parser_;
    Request request_;
    std::int64_t request_began_us_ = 0;

    Phase phase_ = Phase::idle;
    std::int64_t phase_began_ms_ = 0;
    std::uint64_t phase_bytes_ = 0;      // received since the phase began
    std::int64_t write_full_at_ms_ = 0;  // when the client first did not take all that there was
    std::uint64_t taken_bytes_ = 0;      // by the client since then
    int answered_in_a_row_ = 0;
    bool closing_ = false;       // after the answer in hand
    bool body_pending_ = false;  // a body is announced and not read yet
    bool unread_ = false;        // closing although the client may still be sending
    bool draining_ = false;
};

}  // namespace haat::http
