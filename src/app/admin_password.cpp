#include "app/admin_password.hpp"

#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <optional>

#include "platform/crypto/random.hpp"

namespace haat::app {
namespace {

constexpr std::size_t kMaxBytes = 1'024;
constexpr std::size_t kMadeLetters = 24;

// The terminal shows nothing of what is typed as long as this lives.
class NoEcho {
public:
    NoEcho() {
        active_ = tcgetattr(STDIN_FILENO, &before_) == 0;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~NoEcho() {
        if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

private:
    termios before_{};
    bool active_ = false;
};

// The first line, without its end. Nothing when it is empty or over kMaxBytes.
std::optional<std::string> first_line(std::istream& in) {
    std::string line;
    for (char c = 0; line.size() <= kMaxBytes && in.get(c) && c != '\n';) line += c;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.size() > kMaxBytes) return std::nullopt;
    return line;
}

std::optional<std::string> ask(const char* prompt) {
    std::cerr << prompt << std::flush;
    const NoEcho silent;
    auto line = first_line(std::cin);
    std::cerr << "\n";
    return line;
}

std::expected<std::string, std::string> ask_twice() {
    if (isatty(STDIN_FILENO) == 0) {
        return std::unexpected{
            "no terminal to ask for a password: use --password-file FILE or --random-password"};
    }
    const auto first = ask("New password: ");
    if (!first) return std::unexpected{"no password was given"};
    if (ask("Once more: ") != first) return std::unexpected{"the two passwords differ"};
    return *first;
}

std::expected<std::string, std::string> from_file(const std::string& path) {
    std::ifstream file;
    if (path != "-") file.open(path, std::ios::binary);
    auto line = first_line(path == "-" ? std::cin : file);
    if (!line)
        return std::unexpected{"--password-file " + path +
                               ": no password of 1 to 1024 bytes in its first line"};
    return std::move(*line);
}

std::string made() {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr auto kCount = static_cast<std::uint32_t>(kLetters.size());
    std::string password;
    while (password.size() < kMadeLetters) password += kLetters[crypto::random_below(kCount)];
    return password;
}

}  // namespace

std::expected<AdminPassword, std::string> admin_password(const AdminOptions& options) {
    auto password = options.random_password         ? made()
                    : options.password_file.empty() ? ask_twice()
                                                    : from_file(options.password_file);
    if (!password) return std::unexpected{std::move(password.error())};
    return AdminPassword{crypto::Secret{std::move(*password)}, options.random_password};
}

}  // namespace haat::app
