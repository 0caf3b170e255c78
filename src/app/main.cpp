#include <malloc.h>
#include <sys/stat.h>

#include <exception>
#include <iostream>
#include <span>

#include "app/cli.hpp"
#include "app/commands.hpp"

namespace {

// What is large, such as an upload, goes back to the system when it is freed. By itself glibc takes it from
// its heaps as soon as the first was freed (mallopt(3), dynamic mmap threshold), and hundreds of megabytes of
// holes stay there.
void give_back_what_is_large() {
    constexpr int kLarge = 1024 * 1024;
    mallopt(M_MMAP_THRESHOLD, kLarge);
    mallopt(M_TRIM_THRESHOLD, 2 * kLarge);
}

}  // namespace

int main(int argc, char** argv) {
    give_back_what_is_large();
    umask(077);  // what the program writes is its owner's alone
    std::span<const char* const> arguments{argv, static_cast<std::size_t>(argc)};
    if (!arguments.empty()) arguments = arguments.subspan(1);
    try {
        const auto command = haat::app::parse_command_line(arguments);
        if (!command) {
            auto& out = command.error().exit_code == haat::app::kSuccess ? std::cout : std::cerr;
            out << command.error().text;
            return command.error().exit_code;
        }
        return haat::app::run(*command);
    } catch (const std::exception& error) {
        std::cerr << "haat: " << error.what() << '\n';
        return haat::app::kFailure;
    }
}
