// A disk of the test's own.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace haat::contract {

// A file system over a folder, for this process alone; options are those of tmpfs. false: this machine does
// not allow it. For a process that does nothing else and has one thread.
inline bool mount_disk(const std::filesystem::path& folder, const char* options = "") {
    const auto user = "0 " + std::to_string(getuid()) + " 1";
    const auto group = "0 " + std::to_string(getgid()) + " 1";
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/uid_map"} << user;
    std::ofstream{"/proc/self/gid_map"} << group;
    return mount("tmpfs", folder.c_str(), "tmpfs", 0, options) == 0;
}

}  // namespace haat::contract
