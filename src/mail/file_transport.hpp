// Mails as files: for development, and the default of a shop that has no mail server yet.
#pragma once

#include <filesystem>
#include <mutex>

#include "mail/transport.hpp"

namespace haat::mail {

// Writes each mail to `<directory>/<time>-<event id>.eml`, readable by the owner only, complete and on disk
// before it bears that name. A repeated mail replaces its file, so each is there once.
class FileTransport final : public Transport {
public:
    // Makes the directory. Throws std::filesystem::filesystem_error.
    explicit FileTransport(std::filesystem::path directory);

    // A full or failing disk: retry.
    [[nodiscard]] jobs::Attempt send(const Mail& mail, const std::stop_token& stop) override;

private:
    const std::filesystem::path directory_;
    std::mutex mutex_;  // two attempts at one mail share a temporary file
};

}  // namespace haat::mail
