// One client's connection: reads requests, runs them through the pipeline, writes answers in their order.
#pragma once

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>

#include "platform/async.hpp"
#include "platform/http/client_stream.hpp"
#include "platform/http/parser.hpp"
#include "platform/http/share.hpp"
#include "platform/http/worker.hpp"

namespace haat::http {

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
    awaitable<> serve();
    awaitable<std::size_t> read_head();
    awaitable<> answer_next(std::size_t head_bytes);
    const Route* route_to_answer();
    awaitable<> answer(const Route& route);
    awaitable<> answer_upload(const Route& route);
    awaitable<bool> read_body(const Route& route, BodyReceiver& receiver);
    awaitable<> run_handler(const Route& route);
    awaitable<> make_public_answer(const Route& route);

    bool begin_request(std::size_t head_bytes);
    int wait_for_turn_s();
    bool take_place(Share& place, const Route& route);
    bool answer_from_cache(const Route& route);
    void respond(Response& response, const Route* route);
    void refuse(const Error& error, const Route* route);
    void refuse_fault(const std::exception_ptr& fault, const Route* route);
    template <class Write>
    void send(const Route* route, const Write& write);
    void finished(std::uint16_t status, std::size_t out_before, const Route* route);
    void end_request();
    [[nodiscard]] ResponseWriter::Ending ending() const;

    ClientStream stream_;
    Worker& worker_;
    const Share counted_;
    std::list<Connection*>::iterator place_;  // in the worker's list
    asio::ip::address peer_address_;
    std::string peer_;

    std::string head_;  // of the current request, which points into it
    std::string body_;
    Share body_share_;  // of what all bodies may take
    HeadScanner scanner_;
    std::unique_ptr<RequestParser> parser_;
    Request request_;
    std::int64_t request_began_us_ = 0;

    int answered_in_a_row_ = 0;
    bool closing_ = false;       // after the answer in hand
    bool body_pending_ = false;  // a body is announced and not read yet
    bool unread_ = false;        // closing although the client may still be sending
};

}  // namespace haat::http
