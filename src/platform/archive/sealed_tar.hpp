// Tar files that know whether they are whole: one more block stands behind the end of the archive, with the
// SHA-256 of all before it. Tar programs read them and do not look at that block. It guards against cut and
// rotten files, not against people: whoever can write the file can seal it again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace haat::archive {

using OnBytes = std::function<void(std::int64_t bytes)>;  // as many more are done

// All of it blocks, belongs to one thread, and throws std::runtime_error with what the system said.
class SealedTarWriter {
public:
    // Writes into this file from its beginning; fd stays the caller's.
    explicit SealedTarWriter(int fd);
    ~SealedTarWriter();
    SealedTarWriter(const SealedTarWriter&) = delete;
    SealedTarWriter& operator=(const SealedTarWriter&) = delete;

    void add_text(const std::string& name, std::string_view text);
    // A plain file as it is now; a symbolic link is not followed.
    void add_file(const std::string& name, const std::filesystem::path& path, const OnBytes& on_bytes);
    // Ends the archive, seals it and brings it to disk.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

struct TarEntry {
    std::string name;
    std::int64_t size = 0;  // bytes
};

class SealedTarReader {
public:
    // Reads the whole file and compares it with its seal. Throws when it does not fit; fd stays the caller's.
    SealedTarReader(int fd, const OnBytes& on_bytes);
    ~SealedTarReader();
    SealedTarReader(const SealedTarReader&) = delete;
    SealedTarReader& operator=(const SealedTarReader&) = delete;

    // The next entry; nothing behind the last. Throws when it is no plain file.
    std::optional<TarEntry> next();
    // The contents of the entry in hand, at most max_bytes.
    std::string read_text(std::size_t max_bytes);
    // The same into a new file, readable by its owner only. Not brought to disk: many files are better synced
    // at once.
    void extract_to(const std::filesystem::path& path, const OnBytes& on_bytes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Whether the file ends as a sealed tar does; what is before is not looked at.
bool ends_in_seal(int fd);

}  // namespace haat::archive
