#include "platform/observe/access.hpp"

#include <algorithm>
#include <array>

#include "kernel/error.hpp"
#include "platform/observe/log.hpp"

namespace haat::observe {
namespace {

constexpr std::size_t kParcelBytes = 16'384;
constexpr std::size_t kMaxBufferBytes = 65'536;  // a parcel and its last line are far below

// A thread's lines that are not on their way yet.
struct Buffer {
    std::string lines;

    Buffer() { lines.reserve(2 * kParcelBytes); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { hand_over(); }

    void hand_over() {
        if (lines.empty()) return;
        hand_over_access_lines(lines);
        lines.clear();
    }
};

Buffer& this_threads_buffer() {
    thread_local Buffer buffer;
    return buffer;
}

// The text of a time, formatted anew only when the second changes.
class TimeText {
public:
    std::string_view iso(Timestamp at) {
        prepare(at);
        auto left = static_cast<unsigned>(at.ms - second_ * kSecondMs);
        for (std::size_t i = 22; i >= 20; --i, left /= 10) iso_[i] = static_cast<char>('0' + left % 10);
        return view(iso_);
    }

    // `22/Nov/2026:12:47:00 +0000`, as the Common Log Format has it.
    std::string_view clf(Timestamp at) {
        prepare(at);
        return clf_;
    }

private:
    void prepare(Timestamp at) {
        const auto second = std::max<std::int64_t>(at.ms, 0) / kSecondMs;
        if (second == second_) return;
        second_ = second;
        iso_ = to_iso({second * kSecondMs});
        const auto http_date = to_http_date({second * kSecondMs});  // Sun, 22 Nov 2026 12:47:00 GMT
        const auto date = view(http_date);
        clf_.clear();
        clf_.append(date.substr(5, 2)).append("/").append(date.substr(8, 3)).append("/");
        clf_.append(date.substr(12, 4)).append(":").append(date.substr(17, 8)).append(" +0000");
    }

    std::int64_t second_ = -1;
    IsoText iso_{};
    std::string clf_;
};

TimeText& this_threads_time() {
    thread_local TimeText text;
    return text;
}

std::string_view or_dash(std::string_view text) { return text.empty() ? std::string_view{"-"} : text; }

void append_json_text(std::string& out, std::string_view key_part, std::string_view text) {
    out += key_part;
    append_escaped(out, or_dash(text));
    out += '"';
}

void append_json_line(std::string& out, const AccessLine& line) {
    out += R"({"time":")";
    out += this_threads_time().iso(line.time);
    append_json_text(out, R"(","event":"request","request_id":")", line.request_id);
    append_json_text(out, R"(,"client":")", line.client);
    append_json_text(out, R"(,"user":")", line.user);
    append_json_text(out, R"(,"method":")", line.method);
    append_json_text(out, R"(,"route":")", line.route);
    append_json_text(out, R"(,"path":")", line.path);
    out += R"(,"status":)";
    append_decimal(out, line.status);
    out += R"(,"bytes":)";
    append_decimal(out, static_cast<std::int64_t>(line.bytes));
    out += R"(,"duration_us":)";
    append_decimal(out, line.took.count());
    out += "}\n";
}

void append_pretty_line(std::string& out, const AccessLine& line) {
    out += this_threads_time().iso(line.time);
    out += ' ';
    append_decimal(out, line.status);
    out += ' ';
    append_escaped(out, or_dash(line.method));
    out += ' ';
    append_escaped(out, or_dash(line.path));
    out += ' ';
    append_decimal(out, line.took.count());
    out += "us ";
    append_decimal(out, static_cast<std::int64_t>(line.bytes));
    out += "B client=";
    append_escaped(out, or_dash(line.client));
    out += " user=";
    append_escaped(out, or_dash(line.user));
    out += " route=";
    append_escaped(out, or_dash(line.route));
    out += " id=";
    append_escaped(out, or_dash(line.request_id));
    out += '\n';
}

void append_combined_line(std::string& out, const AccessLine& line) {
    append_escaped(out, or_dash(line.client));
    out += " - ";
    append_escaped(out, or_dash(line.user));
    out += " [";
    out += this_threads_time().clf(line.time);
    out += "] \"";
    append_escaped(out, or_dash(line.method));
    out += ' ';
    append_escaped(out, or_dash(line.path));
    if (!line.query.empty()) {
        out += '?';
        append_escaped(out, redact_query(line.query));
    }
    out += " HTTP/1.";
    append_decimal(out, line.http_minor);
    out += "\" ";
    append_decimal(out, line.status);
    out += ' ';
    append_decimal(out, static_cast<std::int64_t>(line.bytes));
    out += " \"";
    append_escaped(out, or_dash(line.referrer.substr(0, line.referrer.find_first_of("?#"))));
    out += "\" \"";
    append_escaped(out, or_dash(line.user_agent));
    out += "\"\n";
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with(std::string_view text, std::string_view lower_case_word) {
    return text.size() >= lower_case_word.size() &&
           std::ranges::equal(text.substr(0, lower_case_word.size()), lower_case_word, {}, to_lower);
}

bool names_a_secret(std::string_view key) {
    static constexpr std::array<std::string_view, 5> kWords{"code", "token", "otp", "password", "secret"};
    for (; !key.empty(); key.remove_prefix(1)) {
        if (key.front() == '%') return true;
        for (const auto word : kWords) {
            if (begins_with(key, word)) return true;
        }
    }
    return false;
}

}  // namespace

std::string redact_query(std::string_view query) {
    std::string out;
    while (true) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        const auto equals = pair.find('=');
        const auto key = pair.substr(0, equals);
        if (equals == std::string_view::npos || !names_a_secret(key)) {
            out += pair;
        } else {
            out += key;
            out += "=***";
        }
        if (end == std::string_view::npos) return out;
        out += '&';
        query.remove_prefix(end + 1);
    }
}

void append_access(std::string& out, LogFormat format, const AccessLine& line) {
    switch (format) {
        case LogFormat::json:
            return append_json_line(out, line);
        case LogFormat::pretty:
            return append_pretty_line(out, line);
        case LogFormat::combined:
            return append_combined_line(out, line);
    }
}

void log_access(const AccessLine& line) {
    const auto format = access_format();
    if (!format) return;
    auto& buffer = this_threads_buffer();
    append_access(buffer.lines, *format, line);
    HAAT_ASSERT(buffer.lines.size() <= kMaxBufferBytes);
    if (buffer.lines.size() >= kParcelBytes) buffer.hand_over();
}

void flush_access_log() { this_threads_buffer().hand_over(); }

}  // namespace haat::observe
