#include "platform/http/multipart.hpp"

#include <algorithm>
#include <vector>

#include "platform/http/upload_sink.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

using namespace http;

constexpr std::size_t kMaxFile = 4 * 1024;

struct Part {
    std::string name;
    PartKind kind = PartKind::text;
    std::string content;

    bool operator==(const Part&) const = default;
};

struct Upload {
    std::vector<Part> parts{};
    std::string error{};
    std::optional<std::string> file{};
    std::string upload_error{};

    bool operator==(const Upload&) const = default;
};

class Collected final : public PartReceiver {
public:
    std::vector<Part> parts;

private:
    Result<void> begin_part(const PartHead& head) override {
        parts.push_back({.name = head.name, .kind = head.kind, .content = {}});
        return {};
    }
    Result<void> part_bytes(std::string_view bytes) override {
        require(!parts.empty(), "content belongs to a part");
        parts.back().content += bytes;
        return {};
    }
};

std::string slug(const Error& error) { return std::string{info(error.code).slug}; }

using Pieces = std::vector<std::string_view>;

Upload read(std::string_view content_type, const Pieces& pieces) {
    Upload outcome;
    if (const auto boundary = boundary_of(content_type)) {
        Collected collected;
        MultipartParser parser{*boundary, collected};
        Result<void> done{};
        for (const auto piece : pieces) {
            if (done) done = parser.feed(piece);
        }
        if (done) done = parser.finish();
        if (!done) outcome.error = slug(done.error());
        outcome.parts = std::move(collected.parts);
    }
    UploadSink sink{content_type, "image", kMaxFile};
    Result<void> taken{};
    for (const auto piece : pieces) {
        if (taken) taken = sink.write(piece);
    }
    const auto finished = sink.finish();
    require(taken || !finished, "the first error stays");
    if (!finished) outcome.upload_error = slug(finished.error());
    if (finished) outcome.file = sink.take_file();
    if (outcome.file) require(outcome.file->size() < kMaxFile, "a file is bounded");
    return outcome;
}

}  // namespace

// `Content-Type LF body`. Without a line end: the body of the boundary "b".
void multipart(std::string_view bytes) {
    const auto end = bytes.find('\n');
    const bool names_type = end != std::string_view::npos && !bytes.starts_with("--");
    const auto type = names_type ? bytes.substr(0, end) : std::string_view{"multipart/form-data; boundary=b"};
    const auto body = names_type ? bytes.substr(end + 1) : bytes;

    const Upload whole = read(type, {body});
    require(whole.parts.size() <= static_cast<std::size_t>(MultipartParser::kMaxParts), "parts are bounded");
    Pieces bytewise;
    for (std::size_t i = 0; i < body.size(); ++i) bytewise.push_back(body.substr(i, 1));
    require(read(type, bytewise) == whole, "byte by byte is the same");
    const std::size_t stride = body.size() <= kCutEverywhereBytes ? 1 : body.size() / kCuts;
    for (std::size_t at = 1; at < body.size(); at += stride) {
        const Pieces pieces{body.substr(0, at), body.substr(at)};
        require(read(type, pieces) == whole, "cut at " + std::to_string(at) + " is the same");
    }
}

}  // namespace haat::fuzz
