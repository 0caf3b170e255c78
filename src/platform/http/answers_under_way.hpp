// Answers of public routes that are being made on one thread: whoever asks for one of them meanwhile waits
// for it, rather than have the database make it once more. After a change of the catalogue that would be
// everybody at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "platform/async.hpp"
#include "platform/timer.hpp"

namespace haat::http {

class AnswersUnderWay {
    struct Answer;

public:
    static constexpr std::chrono::milliseconds kMaxWait{2'000};  // then who waits makes it too

    // Says to the others that the answer is under way, for as long as it lives. In place of an older version.
    class Making {
    public:
        Making(AnswersUnderWay& all, std::string key, std::uint64_t version, const Executor& executor);
        ~Making();
        Making(const Making&) = delete;
        Making& operator=(const Making&) = delete;

    private:
        AnswersUnderWay& all_;
        const std::string key_;
        std::shared_ptr<Answer> answer_;  // null: the place is another's
    };

    // false at once when nobody makes this answer, of this version; true after somebody did, or failed to.
    awaitable<bool> wait_for(const std::string& key, std::uint64_t version);

private:
    struct Answer {
        Answer(std::uint64_t version_, const Executor& executor)
            : version{version_}, end{executor, kMaxWait} {}
        const std::uint64_t version;
        Timer end;  // cancelled when it is there
    };

    std::unordered_map<std::string, std::shared_ptr<Answer>> answers_;
};

}  // namespace haat::http
