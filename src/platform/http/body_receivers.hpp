// Where the bodies of the three kinds of routes go (BodyKind).
#pragma once

#include <string>
#include <string_view>

#include "platform/http/parser.hpp"
#include "platform/http/route.hpp"
#include "platform/http/share.hpp"

namespace haat::http {

// A body that nobody wants, up to the size that a wanted one may have.
class Discard final : public BodyReceiver {
public:
    Result<void> receive(std::string_view bytes) override {
        size_ += bytes.size();
        if (size_ > kMaxJsonBody) return fail(ErrorCode::body_too_large);
        return {};
    }

private:
    std::size_t size_ = 0;
};

// A JSON body, whole. The string and the share, which is of the memory that bodies may take, outlive it.
// Errors: body_too_large, overloaded.
class Collect final : public BodyReceiver {
public:
    Collect(std::string& body, Share& share) : body_{body}, share_{share} {}
    Result<void> receive(std::string_view bytes) override {
        if (body_.size() + bytes.size() > kMaxJsonBody) return fail(ErrorCode::body_too_large);
        if (!share_.grow(bytes.size())) return std::unexpected{retry_after(1, ErrorCode::overloaded)};
        body_ += bytes;
        return {};
    }

private:
    std::string& body_;
    Share& share_;
};

// An upload, while it comes. The sink outlives it.
class PassOn final : public BodyReceiver {
public:
    explicit PassOn(BodySink& sink) : sink_{sink} {}
    Result<void> receive(std::string_view bytes) override { return sink_.write(bytes); }

private:
    BodySink& sink_;
};

}  // namespace haat::http
