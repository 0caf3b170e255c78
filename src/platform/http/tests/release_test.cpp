#include "platform/http/release.hpp"

#include <gtest/gtest.h>

#include "platform/http/request.hpp"

namespace haat::http {
namespace {

TEST(Release, LeavesATextWithoutItsMemory) {
    std::string text(100'000, 'x');
    release(text);
    EXPECT_TRUE(text.empty());
    EXPECT_LT(text.capacity(), 100U);
}

TEST(Release, LeavesARequestAsNewAndWithoutItsMemory) {
    Request request;
    request.method = Method::post;
    request.params[0] = std::string(8'000, 'x');
    request.headers.resize(50);
    release(request);
    EXPECT_EQ(request.method, Method::other);
    EXPECT_LT(request.params[0].capacity(), 100U);
    EXPECT_EQ(request.headers.capacity(), 0U);
}

TEST(Release, WhatMostRequestsNeedIsKept) {
    std::string usual(kKeptBytes / 2, 'x');
    std::string large(kKeptBytes * 2, 'x');
    release_if_large(usual);
    release_if_large(large);
    EXPECT_GE(usual.capacity(), kKeptBytes / 2);
    EXPECT_LT(large.capacity(), 100U);
}

}  // namespace
}  // namespace haat::http
