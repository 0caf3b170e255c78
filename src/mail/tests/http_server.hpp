// A small HTTP server for tests: answers each request with the bytes it was given, or never.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace haat::mail {

class HttpServer {
public:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;

    // The whole answer, head and body; empty: none, the connection stays open until the server goes.
    explicit HttpServer(std::string answer) : answer_{std::move(answer)}, thread_{[this] { serve(); }} {}
    ~HttpServer() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        boost::system::error_code error;
        Tcp::socket waker{context_};
        waker.connect(acceptor_.local_endpoint(), error);
        thread_.join();
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // With a status and a JSON body.
    static std::string answer(int status, const std::string& body) {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    }

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    [[nodiscard]] std::vector<Request> requests() const {
        const std::lock_guard lock{mutex_};
        return requests_;
    }

private:
    using Tcp = boost::asio::ip::tcp;

    void serve() {
        std::vector<Tcp::socket> silent;
        for (;;) {
            auto socket = acceptor_.accept();
            {
                const std::lock_guard lock{mutex_};
                if (stopping_) return;
            }
            receive(socket);
            boost::system::error_code error;
            if (answer_.empty()) {
                silent.push_back(std::move(socket));
            } else {
                boost::asio::write(socket, boost::asio::buffer(answer_), error);
            }
        }
    }

    void receive(Tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        Request request;
        boost::system::error_code error;
        boost::beast::http::read(socket, buffer, request, error);
        const std::lock_guard lock{mutex_};
        if (!error) requests_.push_back(std::move(request));
    }

    boost::asio::io_context context_{1};
    Tcp::acceptor acceptor_{context_, Tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
    const std::string answer_;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace haat::mail
