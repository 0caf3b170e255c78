// A TCP proxy before a server that can cut connections at the worst moment.
#pragma once

#include <atomic>
#include <thread>

namespace haat::contract {

class CuttingProxy {
public:
    // Forwards to this port of the loopback.
    explicit CuttingProxy(int port);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    [[nodiscard]] int port() const { return port_; }

    // What the clients send still arrives; the server's next answer does not, and its connection is closed.
    void swallow_next_answer() { swallow_ = true; }
    // Closes all connections now.
    void cut_all() { cut_ = true; }

private:
    void work();

    int server_port_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> swallow_ = false;
    std::atomic<bool> cut_ = false;
    std::atomic<bool> stopping_ = false;
    std::jthread thread_;
};

}  // namespace haat::contract
