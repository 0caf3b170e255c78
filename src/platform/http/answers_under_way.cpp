#include "platform/http/answers_under_way.hpp"

#include <utility>

namespace haat::http {

AnswersUnderWay::Making::Making(AnswersUnderWay& all, std::string key, std::uint64_t version,
                                const Executor& executor)
    : all_{all}, key_{std::move(key)} {
    const auto at = all_.answers_.find(key_);
    // Somebody who waited for too long makes it, too.
    if (at != all_.answers_.end() && at->second->version == version) return;
    answer_ = std::make_shared<Answer>(version,
                                       executor);  // first: where there is no memory, no place is left empty
    all_.answers_.insert_or_assign(key_, answer_);
}

AnswersUnderWay::Making::~Making() {
    if (!answer_) return;
    answer_->end.cancel();
    const auto at = all_.answers_.find(key_);
    if (at != all_.answers_.end() && at->second == answer_) all_.answers_.erase(at);
}

awaitable<bool> AnswersUnderWay::wait_for(const std::string& key, std::uint64_t version) {
    const auto at = answers_.find(key);
    if (at == answers_.end() || at->second->version != version) co_return false;
    const auto answer = at->second;  // which outlives its place among the others
    boost::system::error_code ignored;
    co_await answer->end.async_wait(asio::redirect_error(use_awaitable, ignored));
    co_return true;
}

}  // namespace haat::http
