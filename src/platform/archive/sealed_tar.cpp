#include "platform/archive/sealed_tar.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <vector>

#include "platform/crypto/sha256_stream.hpp"
#include "platform/files.hpp"

namespace haat::archive {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr std::size_t kSealBytes = 512;  // a block of a tar file
constexpr std::string_view kSealMark = "sealed-tar-1 sha256 ";

[[noreturn]] void fail_errno(const std::string& what) {
    throw std::runtime_error{what + ": " + std::strerror(errno)};
}

// Less than size at the end of the file only.
std::size_t read_some(int fd, char* out, std::size_t size) {
    for (;;) {
        const ssize_t count = read(fd, out, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_errno("cannot read");
        return static_cast<std::size_t>(count);
    }
}

std::string seal_of(const crypto::Digest& digest) {
    std::string seal{kSealMark};
    seal += crypto::to_hex(crypto::view(digest));
    seal += '\n';
    seal.resize(kSealBytes, '\0');
    return seal;
}

// The last block of the file, and how many bytes stand before it; nothing when it is too short for one.
struct Ending {
    std::int64_t payload = 0;
    std::string seal{};
};
std::optional<Ending> ending_of(int fd) {
    struct stat status{};
    if (fstat(fd, &status) != 0) fail_errno("cannot read");
    if (!S_ISREG(status.st_mode)) throw std::runtime_error{"is no plain file"};
    if (status.st_size < static_cast<off_t>(kSealBytes)) return std::nullopt;
    Ending ending{.payload = status.st_size - static_cast<off_t>(kSealBytes),
                  .seal = std::string(kSealBytes, '\0')};
    const ssize_t count = pread(fd, ending.seal.data(), kSealBytes, ending.payload);
    if (count < 0) fail_errno("cannot read");
    if (static_cast<std::size_t>(count) != kSealBytes || !ending.seal.starts_with(kSealMark))
        return std::nullopt;
    return ending;
}

[[noreturn]] void fail_archive(::archive* archive) {
    const char* text = archive_error_string(archive);
    throw std::runtime_error{text == nullptr ? "the archive cannot be read" : text};
}

struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

}  // namespace

struct SealedTarWriter::State {
    explicit State(int fd_) : fd{fd_}, archive{archive_write_new()}, buffer(kBufferBytes) {}
    ~State() { archive_write_free(archive); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static la_ssize_t write_callback(::archive* archive, void* self, const void* data, std::size_t size) {
        auto& state = *static_cast<State*>(self);
        try {
            const std::string_view bytes{static_cast<const char*>(data), size};
            if (!write_all(state.fd, bytes)) fail_errno("cannot write");
            state.digest.add(bytes);
            return static_cast<la_ssize_t>(size);
        } catch (const std::exception& error) {
            archive_set_error(archive, errno, "%s", error.what());
            return -1;
        }
    }

    void begin_entry(const std::string& name, std::int64_t size, std::time_t modified) const {
        const std::unique_ptr<archive_entry, FreeEntry> entry{archive_entry_new()};
        if (!entry) throw std::bad_alloc{};
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), S_IRUSR | S_IWUSR);
        archive_entry_set_size(entry.get(), size);
        archive_entry_set_mtime(entry.get(), modified, 0);
        if (archive_write_header(archive, entry.get()) != ARCHIVE_OK) fail_archive(archive);
    }

    void write(std::string_view bytes) const {
        if (archive_write_data(archive, bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size()))
            fail_archive(archive);
    }

    const int fd;
    crypto::Sha256Stream digest;
    ::archive* const archive;
    std::vector<char> buffer;
};

SealedTarWriter::SealedTarWriter(int fd) : state_{std::make_unique<State>(fd)} {
    ::archive* archive = state_->archive;
    if (archive == nullptr) throw std::bad_alloc{};
    archive_write_set_format_pax_restricted(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    if (archive_write_open(archive, state_.get(), nullptr, State::write_callback, nullptr) != ARCHIVE_OK)
        fail_archive(archive);
}

SealedTarWriter::~SealedTarWriter() = default;

void SealedTarWriter::add_text(const std::string& name, std::string_view text) {
    state_->begin_entry(name, static_cast<std::int64_t>(text.size()), std::time(nullptr));
    state_->write(text);
}

void SealedTarWriter::add_file(const std::string& name, const std::filesystem::path& path,
                               const OnBytes& on_bytes) {
    const Descriptor file{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat status{};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) fail_errno("cannot read " + path.string());
    if (!S_ISREG(status.st_mode)) throw std::runtime_error{path.string() + " is no plain file"};
    state_->begin_entry(name, status.st_size, status.st_mtim.tv_sec);
    std::int64_t left = status.st_size;
    while (left > 0) {
        const auto want = std::min(static_cast<std::int64_t>(kBufferBytes), left);
        const auto count = read_some(file.get(), state_->buffer.data(), static_cast<std::size_t>(want));
        if (count == 0) throw std::runtime_error{path.string() + " became shorter while it was read"};
        state_->write({state_->buffer.data(), count});
        left -= static_cast<std::int64_t>(count);
        on_bytes(static_cast<std::int64_t>(count));
    }
}

void SealedTarWriter::finish() {
    if (archive_write_close(state_->archive) != ARCHIVE_OK) fail_archive(state_->archive);
    if (!write_all(state_->fd, seal_of(state_->digest.finish()))) fail_errno("cannot write");
    if (fsync(state_->fd) != 0) fail_errno("cannot be made durable");
}

struct SealedTarReader::State {
    explicit State(int fd_) : fd{fd_}, archive{archive_read_new()}, buffer(kBufferBytes) {}
    ~State() { archive_read_free(archive); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static la_ssize_t read_callback(::archive* archive, void* self, const void** data) {
        auto& state = *static_cast<State*>(self);
        try {
            const auto want = std::min(static_cast<std::int64_t>(kBufferBytes), state.left);
            const auto count = read_some(state.fd, state.buffer.data(), static_cast<std::size_t>(want));
            state.left -= static_cast<std::int64_t>(count);
            *data = state.buffer.data();
            return static_cast<la_ssize_t>(count);
        } catch (const std::exception& error) {
            archive_set_error(archive, errno, "%s", error.what());
            return -1;
        }
    }

    void check_seal(const OnBytes& on_bytes) {
        const auto ending = ending_of(fd);
        if (!ending) throw std::runtime_error{"is no backup, or is cut off: the seal at its end is missing"};
        left = ending->payload;
        crypto::Sha256Stream digest;
        for (std::int64_t unread = left; unread > 0;) {
            const auto want = std::min(static_cast<std::int64_t>(kBufferBytes), unread);
            const auto count = read_some(fd, buffer.data(), static_cast<std::size_t>(want));
            if (count == 0) throw std::runtime_error{"became shorter while it was read"};
            digest.add({buffer.data(), count});
            unread -= static_cast<std::int64_t>(count);
            on_bytes(static_cast<std::int64_t>(count));
        }
        if (seal_of(digest.finish()) != ending->seal)
            throw std::runtime_error{"is damaged: its contents do not fit the checksum at its end"};
        if (lseek(fd, 0, SEEK_SET) != 0) fail_errno("cannot read");
    }

    const int fd;
    std::int64_t left = 0;
    ::archive* const archive;
    std::vector<char> buffer;
};

SealedTarReader::SealedTarReader(int fd, const OnBytes& on_bytes) : state_{std::make_unique<State>(fd)} {
    ::archive* archive = state_->archive;
    if (archive == nullptr) throw std::bad_alloc{};
    if (lseek(fd, 0, SEEK_SET) != 0) fail_errno("cannot read");
    state_->check_seal(on_bytes);
    archive_read_support_format_tar(archive);
    if (archive_read_open(archive, state_.get(), nullptr, State::read_callback, nullptr) != ARCHIVE_OK)
        fail_archive(archive);
}

SealedTarReader::~SealedTarReader() = default;

std::optional<TarEntry> SealedTarReader::next() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(state_->archive, &entry);
    if (status == ARCHIVE_EOF) return std::nullopt;
    if (status != ARCHIVE_OK) fail_archive(state_->archive);
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr || archive_entry_filetype(entry) != AE_IFREG)
        throw std::runtime_error{"holds something that is no plain file"};
    return TarEntry{.name = name, .size = archive_entry_size(entry)};
}

std::string SealedTarReader::read_text(std::size_t max_bytes) {
    std::string text(max_bytes, '\0');
    const la_ssize_t count = archive_read_data(state_->archive, text.data(), text.size());
    if (count < 0) fail_archive(state_->archive);
    text.resize(static_cast<std::size_t>(count));
    return text;
}

void SealedTarReader::extract_to(const std::filesystem::path& path, const OnBytes& on_bytes) {
    const Descriptor file{
        open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.get() < 0) fail_errno("cannot make " + path.string());
    std::vector<char> buffer(kBufferBytes);
    for (;;) {
        const la_ssize_t count = archive_read_data(state_->archive, buffer.data(), buffer.size());
        if (count < 0) fail_archive(state_->archive);
        if (count == 0) break;
        if (!write_all(file.get(), {buffer.data(), static_cast<std::size_t>(count)}))
            fail_errno("cannot write");
        on_bytes(count);
    }
}

bool ends_in_seal(int fd) { return ending_of(fd).has_value(); }

}  // namespace haat::archive
