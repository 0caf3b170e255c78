// A connection over TCP or TLS. Belongs to the thread of its event loop; whoever awaits something of it holds
// it by shared_ptr.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/async.hpp"
#include "platform/cache/redis/address.hpp"
#include "platform/timer.hpp"

namespace haat::cache::redis {

// What all TLS connections share. Any thread may make streams of it.
struct Tls {
    // Throws std::runtime_error with a line for the operator.
    explicit Tls(const Address& address);
    asio::ssl::context context;
};

class Stream {
public:
    // tls: nullptr for TCP.
    Stream(asio::io_context& context, Tls* tls);

    // Resolves, connects and agrees on TLS, checking the certificate against the host's name. Empty, or what
    // went wrong.
    awaitable<std::string> connect(const Host& host);
    // How many bytes came; 0: the connection is gone.
    awaitable<std::size_t> read_some(std::span<char> into);
    // false: the connection is gone.
    awaitable<bool> write(std::string_view bytes);
    // What is under way ends with an error.
    void close();

private:
    using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

    awaitable<std::string> connect_tcp(const Host& host);
    awaitable<std::string> agree_on_tls(const Host& host);

    asio::io_context& context_;
    Tls* tls_;
    Socket socket_;
    std::optional<asio::ssl::stream<Socket&>> secure_;
    bool closed_ = false;
};

// Closes a stream with whoever uses it: he may end for want of memory, too.
class ClosedAtEnd {
public:
    explicit ClosedAtEnd(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}
    ~ClosedAtEnd() { stream_->close(); }
    ClosedAtEnd(const ClosedAtEnd&) = delete;
    ClosedAtEnd& operator=(const ClosedAtEnd&) = delete;

private:
    std::shared_ptr<Stream> stream_;
};

// Closes a stream when its time is over, unless it is destroyed before.
class Deadline {
public:
    Deadline(asio::io_context& context, const std::shared_ptr<Stream>& stream, std::int64_t after_ms);

    [[nodiscard]] bool has_passed() const { return *passed_; }

private:
    std::shared_ptr<bool> passed_ = std::make_shared<bool>(false);
    Timer timer_;
};

}  // namespace haat::cache::redis
