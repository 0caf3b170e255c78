// Where the bodies of the three kinds of routes go (BodyKind).
#pragma once

#include <string>
#include <string_view>

#include "platform/http/parser.hpp"
#include "platform/http/route.hpp"

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

// A JSON body, whole. The string outlives it. Errors: body_too_large.
class Collect final : public BodyReceiver {
public:
    explicit Collect(std::string& body) : body_{body} {}
    Result<void> receive(std::string_view bytes) override {
        if (body_.size() + bytes.size() > kMaxJsonBody) return fail(ErrorCode::body_too_large);
        body_ += bytes;
        return {};
    }

private:
    std::string& body_;
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
