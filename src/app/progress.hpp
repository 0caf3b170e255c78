// How far a long command is: a bar that grows on a terminal, a line every ten percent elsewhere.
#pragma once

#include <cstdint>
#include <ostream>

namespace haat::app {

class Progress {
public:
    // out must outlive it.
    Progress(std::ostream& out, bool is_terminal) : out_{&out}, is_terminal_{is_terminal} {}

    // Writes when there is something new to see. total is at least 1.
    void show(std::int64_t done, std::int64_t total);

private:
    std::ostream* out_;
    bool is_terminal_;
    std::int64_t shown_percent_ = -1;
};

}  // namespace haat::app
