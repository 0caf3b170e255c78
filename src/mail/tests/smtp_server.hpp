// A real SMTP server as a child process, for tests: tests/support/smtp_server.py.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace haat::mail {

class SmtpServer {
public:
    explicit SmtpServer(const std::vector<std::string>& options = {}) {
        start(options);
        const auto port = line();
        if (port.empty())
            throw std::runtime_error{"the SMTP server did not start: is python3-aiosmtpd installed?"};
        port_ = port;
    }
    ~SmtpServer() {
        ::close(input_);
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        std::fclose(output_);
    }
    SmtpServer(const SmtpServer&) = delete;
    SmtpServer& operator=(const SmtpServer&) = delete;

    [[nodiscard]] const std::string& port() const { return port_; }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + port_; }

    // The next mail that it took; blocks until there is one.
    boost::json::object next_mail() { return boost::json::parse(line()).as_object(); }

private:
    void start(const std::vector<std::string>& options) {
        const auto script =
            std::filesystem::absolute(__FILE__).parent_path() / "../../../tests/support/smtp_server.py";
        std::vector<std::string> words{"/usr/bin/python3", script.string()};
        words.insert(words.end(), options.begin(), options.end());
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);

        int to_child[2];
        int from_child[2];
        if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) {
            throw std::runtime_error{"pipe"};
        }
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(to_child[0], STDIN_FILENO);
            ::dup2(from_child[1], STDOUT_FILENO);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(to_child[0]);
        ::close(from_child[1]);
        input_ = to_child[1];
        output_ = ::fdopen(from_child[0], "r");
    }

    // One line of its output without the end; empty when it has ended.
    std::string line() {
        std::string text;
        for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
            text += static_cast<char>(c);
        }
        return text;
    }

    pid_t pid_ = -1;
    int input_ = -1;
    std::FILE* output_ = nullptr;
    std::string port_;
};

}  // namespace haat::mail
