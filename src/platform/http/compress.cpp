#include "platform/http/compress.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <memory>
#include <new>

#include "kernel/error.hpp"
#include "platform/http/request.hpp"

namespace haat::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // 32 KiB, with gzip's frame

// The weight in `gzip;q=0.8` (RFC 9110, 12.4.2), in thousandths; 0, which refuses, when it cannot be read.
int weight_of(std::string_view parameter) {
    constexpr int kMost = 1'000;
    if (!iequals(parameter.substr(0, 2), "q=")) return kMost;
    const std::string_view text = parameter.substr(2);
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[1] != '.')) return 0;
    int weight = 0;
    for (const std::size_t place : {0U, 2U, 3U, 4U}) {
        const int digit = place < text.size() ? text[place] - '0' : 0;
        if (digit < 0 || digit > 9) return 0;
        weight = weight * 10 + digit;
    }
    return weight > kMost ? 0 : weight;
}

std::string gzip(std::string_view body, int level) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc{};
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ends_with_it{&stream, deflateEnd};
    std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib does not write to it
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream, Z_FINISH);
    HAAT_ASSERT(status == Z_STREAM_END);
    out.resize(stream.total_out);
    return out;
}

// There is room for the result, so that it fails for want of memory only.
std::string brotli(std::string_view body, int quality) {
    std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
    std::string out(size, '\0');
    const auto ok = BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                                          reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(out.data()));
    if (ok != BROTLI_TRUE) throw std::bad_alloc{};
    out.resize(size);
    return out;
}

}  // namespace

std::string_view to_text(Encoding encoding) {
    switch (encoding) {
        case Encoding::gzip:
            return "gzip";
        case Encoding::br:
            return "br";
        case Encoding::identity:
            break;
    }
    return {};
}

Encoding choose_encoding(std::string_view accept_encoding) {
    Encoding best = Encoding::identity;
    int best_weight = 0;
    while (!accept_encoding.empty()) {
        const auto comma = accept_encoding.find(',');
        const std::string_view item = accept_encoding.substr(0, comma);
        accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size() : comma + 1);
        const auto semicolon = item.find(';');
        const std::string_view name = trim_blanks(item.substr(0, semicolon));
        const bool is_br = iequals(name, "br");
        if (!is_br && !iequals(name, "gzip")) continue;
        const int weight = semicolon == std::string_view::npos
                               ? weight_of({})
                               : weight_of(trim_blanks(item.substr(semicolon + 1)));
        if (weight < best_weight || weight == 0 || (weight == best_weight && !is_br)) continue;
        best = is_br ? Encoding::br : Encoding::gzip;
        best_weight = weight;
    }
    return best;
}

std::string compress(std::string_view body, Encoding encoding, Effort effort) {
    switch (encoding) {
        case Encoding::gzip:
            return gzip(body, effort == Effort::fast ? 1 : 6);
        case Encoding::br:
            return brotli(body, effort == Effort::fast ? 1 : 5);
        case Encoding::identity:
            break;
    }
    return std::string{body};
}

}  // namespace haat::http
