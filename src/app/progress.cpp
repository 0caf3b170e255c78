#include "app/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haat::app {

void Progress::show(std::int64_t done, std::int64_t total) {
    constexpr std::int64_t kBarWidth = 40;
    const std::int64_t percent = std::min(done, total) * 100 / total;
    const std::int64_t step = is_terminal_ ? 1 : 10;
    if (percent / step == shown_percent_ / step && shown_percent_ >= 0) return;
    shown_percent_ = percent;
    if (!is_terminal_) {
        *out_ << fmt::format("{} %\n", percent);
        return;
    }
    *out_ << fmt::format("\r[{:-<{}}] {:>3} %",
                         std::string(static_cast<std::size_t>(percent * kBarWidth / 100), '#'), kBarWidth,
                         percent)
          << (percent == 100 ? "\n" : "") << std::flush;
}

}  // namespace haat::app
