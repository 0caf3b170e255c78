#include "platform/cache/redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <utility>

namespace haat::cache::redis {
namespace {

const redisReplyObjectFunctions& hiredis_functions() {
    static const redisReplyObjectFunctions functions = [] {
        redisReader* reader = redisReaderCreate();
        if (reader == nullptr) throw std::bad_alloc{};
        const redisReplyObjectFunctions found = *reader->fn;
        redisReaderFree(reader);
        return found;
    }();
    return functions;
}

// An array's head of some bytes makes hiredis allocate for all of its elements. Size: int in its old
// versions, size_t in later ones.
template <class Size>
void* make_bounded_array(const redisReadTask* task, Size elements) {
    if (std::cmp_greater(elements, ReplyReader::kMaxElements)) return nullptr;  // as if memory were short
    return hiredis_functions().createArray(task, elements);
}

redisReplyObjectFunctions& bounded_functions() {
    static redisReplyObjectFunctions functions = [] {
        redisReplyObjectFunctions made = hiredis_functions();
        made.createArray = &make_bounded_array;
        return made;
    }();
    return functions;
}

}  // namespace

std::optional<std::string_view> Reply::text() const {
    if (!reply_ || (reply_->type != REDIS_REPLY_STRING && reply_->type != REDIS_REPLY_STATUS))
        return std::nullopt;
    return std::string_view{reply_->str, static_cast<std::size_t>(reply_->len)};
}

std::optional<std::int64_t> Reply::integer() const {
    if (!reply_ || reply_->type != REDIS_REPLY_INTEGER) return std::nullopt;
    return reply_->integer;
}

std::optional<std::string_view> Reply::error() const {
    if (!reply_ || reply_->type != REDIS_REPLY_ERROR) return std::nullopt;
    return std::string_view{reply_->str, static_cast<std::size_t>(reply_->len)};
}

std::size_t Reply::size() const { return reply_ && reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0; }

Reply Reply::at(std::size_t place) const {
    if (place >= size()) return {};
    return Reply{std::shared_ptr<const redisReply>{reply_, reply_->element[place]}};
}

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader() : reader_{redisReaderCreateWithFunctions(&bounded_functions())} {
    if (!reader_) throw std::bad_alloc{};
}

bool ReplyReader::feed(std::string_view bytes, std::vector<Reply>& replies) {
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return false;
    bytes_of_reply_ += bytes.size();
    for (;;) {
        void* complete = nullptr;
        if (redisReaderGetReply(reader_.get(), &complete) != REDIS_OK) return false;
        if (complete == nullptr) return bytes_of_reply_ <= kMaxReplyBytes;
        replies.emplace_back(
            std::shared_ptr<const redisReply>{static_cast<redisReply*>(complete), freeReplyObject});
        bytes_of_reply_ = reader_->len - reader_->pos;
    }
}

Batch& Batch::add(std::initializer_list<std::string_view> words) {
    bytes_ += '*';
    bytes_ += std::to_string(words.size());
    bytes_ += "\r\n";
    for (const auto word : words) {
        bytes_ += '$';
        bytes_ += std::to_string(word.size());
        bytes_ += "\r\n";
        bytes_ += word;
        bytes_ += "\r\n";
    }
    ++commands_;
    return *this;
}

}  // namespace haat::cache::redis
