// A new folder that goes with the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace haat::contract {

class ScratchFolder {
public:
    ScratchFolder() {
        path_ = (std::filesystem::temp_directory_path() / "haat-test-XXXXXX").string();
        if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"cannot make a folder " + path_};
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace haat::contract
