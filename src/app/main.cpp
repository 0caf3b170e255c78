#include <sys/stat.h>

#include <exception>
#include <iostream>
#include <span>

#include "app/cli.hpp"
#include "app/commands.hpp"

int main(int argc, char** argv) {
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
