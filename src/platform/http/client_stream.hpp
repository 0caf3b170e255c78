// The bytes from and to one client, and how long each wait for them may take.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <string>

#include "platform/async.hpp"
#include "platform/http/share.hpp"

namespace haat::http {

class Worker;

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// What a connection waits for, and so which limit of ServerLimits holds.
enum class Phase : std::uint8_t { idle, head, body, handler, write, linger };

// On the worker's thread. A call that returns false: the client is gone, or was late and is cut off.
class ClientStream {
public:
    std::string in;  // received, not parsed yet

    ClientStream(Socket socket, Worker& worker);

    // What the next flush or receive sends, to append to. Once it is sent its memory is the worker's again:
    // a client that waits between two requests holds none.
    std::string& to_send();
    [[nodiscard]] std::size_t unsent_bytes() const { return out_.size(); }

    // Counts what is to be sent, if it is much, among what all clients have not taken yet. false: that is
    // more than they may leave.
    [[nodiscard]] bool may_hold_unsent();

    void enter(Phase phase);
    [[nodiscard]] Phase phase() const { return phase_; }
    // Received since the phase began.
    [[nodiscard]] std::uint64_t phase_bytes() const { return phase_bytes_; }

    // Sends what is to be sent, then waits for bytes and puts them behind `in`: up to about `bytes` of them.
    awaitable<bool> receive(std::size_t bytes);

    awaitable<bool> flush();

    // Takes what the client still sends for a moment: closing with unread bytes would reset the connection,
    // and the client might never see the answer (RFC 9112, 9.6).
    awaitable<> linger();

    // Whether there are such bytes.
    [[nodiscard]] bool has_unread() const;

    void shut_down();

    // Closes the socket when what it waits for took too long, and says whether it did.
    bool cut_off_if_late(std::int64_t now_ms);

    // From now on idle means a moment: the server stops.
    void drain(std::int64_t now_ms);

    [[nodiscard]] const Socket& socket() const { return socket_; }

private:
    void read_rest(std::size_t bytes);
    void give_back_buffer();
    [[nodiscard]] bool is_late(std::int64_t now_ms) const;
    [[nodiscard]] bool is_slow(std::int64_t waited_ms, std::uint64_t bytes) const;

    Socket socket_;
    Worker& worker_;
    std::string out_;
    Share unsent_;                  // of what all clients may leave
    std::array<char, 1024> first_;  // where bytes arrive
    Phase phase_ = Phase::idle;
    std::int64_t phase_began_ms_ = 0;
    std::uint64_t phase_bytes_ = 0;
    std::int64_t write_full_at_ms_ = 0;  // when the client first did not take all that there was
    std::uint64_t taken_bytes_ = 0;      // by the client since then
    bool draining_;
};

}  // namespace haat::http
