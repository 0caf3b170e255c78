#include "platform/cache/redis/link.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "platform/cache/redis/reply.hpp"

namespace haat::cache::redis {
namespace {

constexpr std::size_t kAnswerBytes = 4 * 1024;

// The answers to a batch on a connection that nobody else uses; nullopt when it is gone.
awaitable<Replies> ask(const std::shared_ptr<Stream>& stream, const Batch& batch) {
    const bool written = co_await stream->write(batch.bytes());
    if (!written) co_return std::nullopt;
    ReplyReader reader;
    std::vector<Reply> replies;
    std::array<char, kAnswerBytes> bytes{};
    while (replies.size() < batch.commands()) {
        const std::size_t count = co_await stream->read_some(bytes);
        const std::string_view received{bytes.data(), count};
        if (count == 0 || !reader.feed(received, replies)) co_return std::nullopt;
    }
    co_return replies;
}

std::string first_error(const std::vector<Reply>& replies) {
    for (const Reply& reply : replies) {
        if (const auto error = reply.error()) return std::string{*error};
    }
    return {};
}

void add_log_in(Batch& batch, const Address& address) {
    if (address.password.empty()) return;
    const auto password = address.password.reveal();
    address.user.empty() ? batch.add({"AUTH", password}) : batch.add({"AUTH", address.user, password});
}

class Opening {
public:
    Opening(asio::io_context& context, const Address& address, Tls* tls, std::int64_t timeout_ms)
        : context_{context}, address_{address}, tls_{tls}, timeout_ms_{timeout_ms} {}

    awaitable<Link> run() {
        if (address_.master.empty()) co_return co_await open_server(address_.hosts.front());
        Link link;
        for (const Host& sentinel : address_.hosts) {
            const auto master = co_await find_master(sentinel, link.problem);
            if (!master) continue;
            link = co_await open_server(*master);
            if (link.stream) break;
        }
        co_return link;
    }

private:
    awaitable<Link> open_server(const Host& host) {
        Batch hello;
        add_log_in(hello, address_);
        if (address_.database != 0) hello.add({"SELECT", std::to_string(address_.database)});
        if (!address_.master.empty()) hello.add({"ROLE"});
        hello.add({"PING"});
        Link link{.stream = std::make_shared<Stream>(context_, tls_)};
        const Deadline deadline{context_, link.stream, timeout_ms_};
        link.problem = co_await link.stream->connect(host);
        if (link.problem.empty()) {
            const auto replies = co_await ask(link.stream, hello);
            link.problem = replies ? judge(*replies) : "it ended the connection";
        }
        if (deadline.has_passed()) link.problem = "it did not answer in time";
        if (!link.problem.empty()) {
            link.stream->close();
            link.stream.reset();
        }
        co_return link;
    }

    [[nodiscard]] std::string judge(const std::vector<Reply>& replies) const {
        auto error = first_error(replies);
        if (!error.empty()) return error;
        const bool is_master =
            address_.master.empty() || replies[replies.size() - 2].at(0).text() == "master";
        if (!is_master) return "what the sentinels name is no master yet";
        return replies.back().text() == "PONG" ? "" : "it does not answer as Redis does";
    }

    // Whom this sentinel takes for the master; else says why not.
    awaitable<std::optional<Host>> find_master(const Host& sentinel, std::string& problem) {
        const auto stream = std::make_shared<Stream>(context_, tls_);
        const Deadline deadline{context_, stream, timeout_ms_};
        problem = co_await stream->connect(sentinel);
        if (!problem.empty()) co_return std::nullopt;
        Batch question{"SENTINEL", "get-master-addr-by-name", address_.master};
        auto replies = co_await ask(stream, question);
        if (replies && replies->front().error().value_or("").starts_with("NOAUTH")) {
            Batch log_in;
            add_log_in(log_in, address_);
            log_in.add({"SENTINEL", "get-master-addr-by-name", address_.master});
            replies = co_await ask(stream, log_in);
        }
        stream->close();
        if (!replies) {
            problem = deadline.has_passed() ? "a sentinel did not answer in time" : "a sentinel went away";
            co_return std::nullopt;
        }
        auto master = read_host(replies->back());
        problem = first_error(*replies);
        if (!master && problem.empty()) problem = "the sentinels know no " + address_.master;
        co_return master;
    }

    static std::optional<Host> read_host(const Reply& reply) {
        const auto name = reply.at(0).text();
        const auto digits = reply.at(1).text().value_or("");
        if (!name) return std::nullopt;
        Host host{.name = std::string{*name}, .port = 0};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), host.port);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        return host;
    }

    asio::io_context& context_;
    const Address& address_;
    Tls* tls_;
    std::int64_t timeout_ms_;
};

}  // namespace

awaitable<Link> open_link(asio::io_context& context, const Address& address, Tls* tls,
                          std::int64_t timeout_ms) {
    Opening opening{context, address, tls, timeout_ms};
    co_return co_await opening.run();
}

}  // namespace haat::cache::redis
