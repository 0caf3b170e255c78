#include "platform/http/compress.hpp"

#include <gtest/gtest.h>

#include <random>

#include "platform/http/tests/inflate.hpp"

namespace haat::http {
namespace {

TEST(HttpCompress, TakesTheBestEncodingThatIsAccepted) {
    const std::pair<std::string_view, Encoding> cases[] = {{"", Encoding::identity},
                                                           {"gzip", Encoding::gzip},
                                                           {"br", Encoding::br},
                                                           {"gzip, deflate, br", Encoding::br},
                                                           {"br, gzip", Encoding::br},
                                                           {"GZip", Encoding::gzip},
                                                           {" gzip ; q=1 , x", Encoding::gzip},
                                                           {"deflate, zstd, identity", Encoding::identity},
                                                           {"gzipx, xbr", Encoding::identity}};
    for (const auto& [accepted, encoding] : cases) EXPECT_EQ(choose_encoding(accepted), encoding) << accepted;
}

TEST(HttpCompress, AHigherQualityGoesFirstAndZeroRefuses) {
    const std::pair<std::string_view, Encoding> cases[] = {{"br;q=0.1, gzip;q=1.0", Encoding::gzip},
                                                           {"gzip, br;q=0.999", Encoding::gzip},
                                                           {"gzip;q=0.8, br;q=0.8", Encoding::br},
                                                           {"gzip;q=0.001", Encoding::gzip},
                                                           {"br;q=0", Encoding::identity},
                                                           {"br;q=0.000, gzip;q=0.5", Encoding::gzip},
                                                           {"br;Q=0, gzip;Q=0.", Encoding::identity},
                                                           {"br; q=0 , gzip ; q=0.0", Encoding::identity}};
    for (const auto& [accepted, encoding] : cases) EXPECT_EQ(choose_encoding(accepted), encoding) << accepted;
}

TEST(HttpCompress, AQualityThatCannotBeReadRefuses) {
    for (const auto* accepted :
         {"br;q=", "br;q=x", "br;q=-1", "br;q=1.5", "br;q=0.1234", "br;q=.5", "br;q=1e0"}) {
        EXPECT_EQ(choose_encoding(accepted), Encoding::identity) << accepted;
    }
}

TEST(HttpCompress, WhatWasCompressedComesBackAsItWas) {
    std::minstd_rand random{7};
    std::string noise;
    for (int i = 0; i < 100'000; ++i) noise += static_cast<char>(random() & 0xFF);
    const std::string bodies[] = {"", "a", std::string(200'000, 'a'), noise};
    for (const auto& body : bodies) {
        for (const Effort effort : {Effort::fast, Effort::thorough}) {
            EXPECT_EQ(sample::gunzip(compress(body, Encoding::gzip, effort), body.size() + 1), body);
            EXPECT_EQ(sample::unbrotli(compress(body, Encoding::br, effort), body.size() + 1), body);
        }
        EXPECT_EQ(compress(body, Encoding::identity, Effort::fast), body);
    }
}

TEST(HttpCompress, MakesTextSmallerAndMoreSoWithMoreEffort) {
    std::string text;
    for (int i = 0; i < 2'000; ++i)
        text += R"({"_id":"507f1f77bcf86cd799439)" + std::to_string(i * i) + R"("},)";
    for (const Encoding encoding : {Encoding::gzip, Encoding::br}) {
        const auto fast = compress(text, encoding, Effort::fast).size();
        EXPECT_LT(fast, text.size() / 2);
        EXPECT_LE(compress(text, encoding, Effort::thorough).size(), fast);
    }
}

TEST(HttpCompress, NamesAreThoseOfTheRegistry) {
    EXPECT_EQ(to_text(Encoding::gzip), "gzip");
    EXPECT_EQ(to_text(Encoding::br), "br");
    EXPECT_EQ(to_text(Encoding::identity), "");
}

}  // namespace
}  // namespace haat::http
