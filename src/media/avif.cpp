#include "media/avif.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace haat::media {
namespace {

// What ends the look into a file that breaks the rules; it does not leave this source.
class Malformed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

void require(bool truth) {
    if (!truth) throw Malformed{"not an AVIF file to be decoded"};
}

// Reads numbers off the front of bytes, big-endian.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_{bytes} {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

    std::string_view take(std::uint64_t size) {
        require(size <= rest_.size());
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (const char byte : take(size)) value = (value << 8) | static_cast<unsigned char>(byte);
        return value;
    }

    // AV1 §4.10.5: seven bits a byte, the lowest first, at most eight bytes.
    std::uint64_t leb128() {
        constexpr unsigned kMost = 8;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < kMost; ++i) {
            const auto byte = number(1);
            value |= (byte & 0x7F) << (7 * i);
            if (byte < 0x80) return value;
        }
        throw Malformed{"a number without an end"};
    }

private:
    std::string_view rest_;
};

struct Box {
    std::string_view type;
    std::string_view content;
};

std::vector<Box> boxes_in(std::string_view bytes) {
    constexpr std::size_t kHead = 8;
    std::vector<Box> boxes;
    for (Reader reader{bytes}; !reader.empty();) {
        const auto size = reader.number(4);
        const auto type = reader.take(4);
        // 0: up to the end of the file, which only the data of the pictures may be.
        require(size >= kHead || (size == 0 && type == "mdat"));
        boxes.push_back({type, reader.take(size == 0 ? reader.rest().size() : size - kHead)});
    }
    return boxes;
}

std::string_view only(const std::vector<Box>& boxes, std::string_view type) {
    const auto is_it = [type](const Box& box) { return box.type == type; };
    require(std::ranges::count_if(boxes, is_it) == 1);
    return std::ranges::find_if(boxes, is_it)->content;
}

class Bits {
public:
    explicit Bits(std::string_view bytes) : bytes_{bytes} {}

    unsigned take(unsigned count) {
        unsigned value = 0;
        for (; count > 0; --count, ++at_) {
            require(at_ / 8 < bytes_.size());
            value = (value << 1) | ((static_cast<unsigned char>(bytes_[at_ / 8]) >> (7 - at_ % 8)) & 1);
        }
        return value;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

// AV1 §5.5.1 for a sequence without timing information, which pictures have no use for.
void skip_operating_points(Bits& bits) {
    require(bits.take(1) == 0);  // timing_info_present_flag
    const bool has_delay = bits.take(1) != 0;
    for (auto left = bits.take(5) + 1; left > 0; --left) {
        bits.take(12);                       // operating_point_idc
        if (bits.take(5) > 7) bits.take(1);  // seq_level_idx, seq_tier
        if (has_delay && bits.take(1)) bits.take(4);
    }
}

// The most pixels that a frame can have. Without the header of a still picture a frame may state its own
// size, in as many bits as the sequence says.
std::int64_t pixels_of(std::string_view sequence_header) {
    Bits bits{sequence_header};
    bits.take(4);  // seq_profile, still_picture
    const bool is_still = bits.take(1) != 0;
    if (is_still) {
        bits.take(5);  // seq_level_idx
    } else {
        skip_operating_points(bits);
    }
    const auto width_bits = bits.take(4) + 1;
    const auto height_bits = bits.take(4) + 1;
    if (!is_still) return std::int64_t{1} << (width_bits + height_bits);
    const std::int64_t width = bits.take(width_bits) + 1;
    return width * (bits.take(height_bits) + 1);
}

// A stream of open bitstream units (AV1 §5.3).
void check_stream(std::string_view stream, std::int64_t max_pixels) {
    constexpr unsigned kSequenceHeader = 1;
    for (Reader reader{stream}; !reader.empty();) {
        const auto head = reader.number(1);
        const bool has_extension = (head & 0x04) != 0;
        const bool has_size = (head & 0x02) != 0;
        if (has_extension) reader.take(1);
        const auto unit = reader.take(has_size ? reader.leb128() : reader.rest().size());
        if (((head >> 3) & 0xF) == kSequenceHeader) require(pixels_of(unit) <= max_pixels);
    }
}

// ISO/IEC 14496-12 §8.11.6: the items that are AV1 pictures. Others may be metadata, nothing to be decoded.
std::set<std::uint64_t> av1_items(std::string_view item_information) {
    Reader reader{item_information};
    const auto version = reader.number(4) >> 24;
    reader.take(version == 0 ? 2 : 4);  // how many
    std::set<std::uint64_t> items;
    for (const auto& entry : boxes_in(reader.rest())) {
        Reader item{entry.content};
        const auto entry_version = item.number(4) >> 24;
        require(entry.type == "infe" && (entry_version == 2 || entry_version == 3));
        const auto id = item.number(entry_version == 2 ? 2 : 4);
        item.take(2);  // protection
        const auto type = item.take(4);
        require(type == "av01" || type == "Exif" || type == "mime");
        if (type == "av01") items.insert(id);
    }
    return items;
}

// §8.11.3: where the data of the items is, and so what of it is AV1. Each AV1 item has some: of none,
// libheif's decoder (dav1d 1.0) forgets some memory.
void check_items(std::string_view file, std::string_view locations, const std::set<std::uint64_t>& av1,
                 std::int64_t max_pixels) {
    Reader reader{locations};
    const auto version = reader.number(4) >> 24;
    require(version <= 2);
    const auto sizes = reader.number(2);
    const auto nibble = [sizes](unsigned shift) { return static_cast<std::size_t>((sizes >> shift) & 0xF); };
    const std::size_t offset_size = nibble(12), length_size = nibble(8), base_size = nibble(4);
    const std::size_t index_size = version == 0 ? 0 : nibble(0);
    require(std::max({offset_size, length_size, base_size, index_size}) <= 8);
    std::set<std::uint64_t> located;
    for (auto items = reader.number(version < 2 ? 2 : 4); items > 0; --items) {
        const auto id = reader.number(version < 2 ? 2 : 4);
        const auto method = version == 0 ? 0 : reader.number(2) & 0xF;
        reader.take(2);  // data_reference_index
        const auto base = reader.number(base_size);
        const bool is_av1 = av1.contains(id);
        require(!is_av1 || located.insert(id).second);
        std::string data;
        for (auto extents = reader.number(2); extents > 0; --extents) {
            reader.take(index_size);
            const auto offset = base + reader.number(offset_size);
            const auto length = reader.number(length_size);
            if (!is_av1) continue;
            require(method == 0 && length > 0 && offset <= file.size() && length <= file.size() - offset);
            require(data.size() + length <= file.size());
            data += file.substr(offset, length);
        }
        require(!is_av1 || !data.empty());
        check_stream(data, max_pixels);
    }
    require(located.size() == av1.size());
}

// AV1 in HEIF §2.2.1: four bytes, then units that the decoder gets before the item's own.
void check_configurations(std::string_view properties, std::int64_t max_pixels) {
    constexpr std::size_t kFixedPart = 4;
    for (const auto& container : boxes_in(properties)) {
        if (container.type != "ipco") continue;
        for (const auto& property : boxes_in(container.content)) {
            if (property.type != "av1C") continue;
            Reader reader{property.content};
            reader.take(kFixedPart);
            check_stream(reader.rest(), max_pixels);
        }
    }
}

}  // namespace

bool av1_pictures_fit(std::string_view file, std::int64_t max_pixels) try {
    Reader meta{only(boxes_in(file), "meta")};
    meta.take(4);  // version and flags
    const auto boxes = boxes_in(meta.rest());
    check_items(file, only(boxes, "iloc"), av1_items(only(boxes, "iinf")), max_pixels);
    check_configurations(only(boxes, "iprp"), max_pixels);
    return true;
} catch (const Malformed&) {
    return false;
}

}  // namespace haat::media
