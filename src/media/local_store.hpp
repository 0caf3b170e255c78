// Images as files in the data folder, served by this program under /media/.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "media/store.hpp"

namespace haat::media {

inline constexpr std::size_t kNameLength = 20;  // hex digits: 80 random bits
inline constexpr std::string_view kExtension = ".webp";

// A file as it is served.
struct StoredFile {
    std::string bytes{};
    Timestamp modified{};
};

// <data>/media/Ecommerce_images/<20 hex digits>.webp
class LocalStore final : public ImageStore {
public:
    // Makes the folder, and removes what uploads that a crash cut off left behind. `public_base` is what
    // comes before `/media/` in an address, `https://shop.example`. Throws std::filesystem::filesystem_error.
    LocalStore(const std::filesystem::path& data_directory, std::string public_base);

    // A reader sees the whole file or none. Throws StorageFull, std::runtime_error.
    Result<StoredImage> store(std::string_view webp) override;

    // Keeps the image under a name of kNameLength hex digits that the caller has chosen, in place of the one
    // that has it. For images whose names follow from what they show: browsers keep what a name once was.
    // Throws StorageFull, std::runtime_error.
    void store_as(std::string_view name, std::string_view webp) const;
    [[nodiscard]] bool has(std::string_view name) const;

private:
    [[nodiscard]] std::filesystem::path path_of(std::string_view name) const;
    void write_durably(std::string_view name, std::string_view bytes) const;

    const std::filesystem::path directory_;
    const std::string public_base_;
};

// Is this the name of a file that a LocalStore made? Nothing else may ever reach the file system.
bool is_stored_name(std::string_view file);

// Reads <data>/media/Ecommerce_images/<file>. Blocking. nullopt unless it is a stored name and a plain file:
// symbolic links are not followed. Throws std::runtime_error when the disk fails.
std::optional<StoredFile> read_stored(const std::filesystem::path& data_directory, std::string_view file);

}  // namespace haat::media
