// Undoes the compression of an answer.
#pragma once

#include <brotli/decode.h>
#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace haat::http::sample {

inline std::string gunzip(std::string_view bytes, std::size_t max) {
    std::string out(max, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error{"no inflate"};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    if (status != Z_STREAM_END || stream.avail_in != 0) throw std::runtime_error{"not gzip"};
    return out;
}

inline std::string unbrotli(std::string_view bytes, std::size_t max) {
    std::string out(max, '\0');
    std::size_t size = max;
    const auto status =
        BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data()));
    if (status != BROTLI_DECODER_RESULT_SUCCESS) throw std::runtime_error{"not brotli"};
    out.resize(size);
    return out;
}

}  // namespace haat::http::sample
