// The folder that a shop lives in: one process at a time.
#pragma once

#include <filesystem>

namespace haat::app {

class DataFolder {
public:
    // Makes the folder when it is not there, readable by its owner only, and locks it until destruction.
    // Throws std::runtime_error with a line for the operator, also when another process has it.
    explicit DataFolder(const std::filesystem::path& path);
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

private:
    int lock_ = -1;
};

}  // namespace haat::app
