#include "mail/file_transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "platform/files.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

// `2026-01-31T09:30:00.000Z` without the characters that some file systems refuse.
std::string file_name(const Mail& mail) {
    const auto iso = to_iso(mail.created_at);
    std::string name{view(iso)};
    std::erase_if(name, [](char c) { return c == '-' || c == ':' || c == '.'; });
    return name + "-" + mail.id.str() + ".eml";
}

void write_durably(const std::filesystem::path& directory, const std::string& name, std::string_view bytes) {
    const auto temporary = directory / ("." + name + ".part");
    ::unlink(temporary.c_str());  // of an attempt that a crash cut short
    if (!write_new_file(temporary, bytes, 0600)) throw std::system_error{errno, std::generic_category()};
    std::filesystem::rename(temporary, directory / name);
    if (!sync_folder(directory)) throw std::system_error{errno, std::generic_category()};
}

}  // namespace

FileTransport::FileTransport(std::filesystem::path directory) : directory_{std::move(directory)} {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

jobs::Attempt FileTransport::send(const Mail& mail, const std::stop_token&) {
    const auto message = format_message(mail);
    if (!message) return {.outcome = Outcome::give_up, .reason = "an address is not mailable"};
    const std::lock_guard lock{mutex_};
    try {
        write_durably(directory_, file_name(mail), *message);
    } catch (const std::system_error& error) {
        return {.outcome = Outcome::retry, .reason = "file: " + error.code().message()};
    }
    return {};
}

}  // namespace haat::mail
