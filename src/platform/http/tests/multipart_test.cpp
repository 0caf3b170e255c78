#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "platform/http/multipart.hpp"
#include "platform/http/upload_sink.hpp"

namespace haat::http {
namespace {

using namespace std::string_literals;

constexpr std::size_t kLimit = 1000;
constexpr std::string_view kType = "multipart/form-data; boundary=bb";

const std::string kFileHead =
    "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n";
const std::string kTextHead = "Content-Disposition: form-data; name=\"note\"\r\n";

std::string part(const std::string& head, const std::string& content) {
    return "--bb\r\n" + head + "\r\n" + content + "\r\n";
}
std::string form(const std::string& parts) { return parts + "--bb--\r\n"; }

// `file:<bytes>`, `none`, or `<slug>: <detail>`.
std::string outcome(UploadSink& sink, const std::vector<std::string_view>& pieces) {
    const auto told = [](const Error& error) {
        return std::string{info(error.code).slug} + ": " + error.detail;
    };
    for (const auto piece : pieces) {
        if (const auto written = sink.write(piece); !written) return told(written.error());
    }
    if (const auto finished = sink.finish(); !finished) return told(finished.error());
    const auto file = sink.take_file();
    return file ? "file:" + *file : "none";
}

std::string outcome(const std::vector<std::string_view>& pieces, std::string_view type = kType) {
    UploadSink sink{type, "image", kLimit};
    return outcome(sink, pieces);
}

std::string outcome(const std::string& body, std::string_view type = kType) {
    return outcome(std::vector<std::string_view>{body}, type);
}

std::vector<std::string_view> bytewise(std::string_view body) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < body.size(); ++i) pieces.push_back(body.substr(i, 1));
    return pieces;
}

struct Case {
    std::string name;
    std::string body;
    std::string outcome;
};

std::vector<Case> cases() {
    const auto file = part(kFileHead, "PNG");
    const auto text = part(kTextHead, "hello");
    std::string many;
    for (int i = 0; i < MultipartParser::kMaxParts; ++i) many += text;
    const auto long_header = [](std::size_t size) { return "X: "s + std::string(size, 'x') + "\r\n"; };
    const auto disposition = [](const std::string& value) {
        return form(part("Content-Disposition: " + value + "\r\n", "PNG"));
    };
    const std::string malformed = "invalid_multipart: malformed part header";
    const std::string boundary_line = "invalid_multipart: malformed boundary line";
    const std::string too_early = "invalid_multipart: it ends too early";
    return {
        {"one file", form(file), "file:PNG"},
        {"a file between texts", form(text + file + text), "file:PNG"},
        {"an empty file", form(part(kFileHead, "")), "file:"},
        {"no line end at the end", file + "--bb--", "file:PNG"},
        {"preamble and epilogue", "preamble\r\n" + form(file) + "epilogue\r\n--bb\r\n", "file:PNG"},
        {"padding behind a boundary", "--bb \t \r\n" + kFileHead + "\r\nPNG\r\n--bb--\r\n", "file:PNG"},
        {"content like a boundary", form(part(kFileHead, "\r\n--b\r\r\n-\r\n--\r\n--bB--\n--bb--")),
         "file:\r\n--b\r\r\n-\r\n--\r\n--bB--\n--bb--"},
        {"NUL and high bytes", form(part(kFileHead, "\0\xFF\r\0\n"s)), "file:\0\xFF\r\0\n"s},
        {"form in a form is content", form(part(kFileHead, "--aa\r\nX: y\r\n\r\nz\r\n--aa--")),
         "file:--aa\r\nX: y\r\n\r\nz\r\n--aa--"},
        {"just under the limit", form(part(kFileHead, std::string(kLimit - 1, 'x'))),
         "file:" + std::string(kLimit - 1, 'x')},
        {"at the limit", form(part(kFileHead, std::string(kLimit, 'x'))), "body_too_large: "},
        {"too large, then broken", part(kFileHead, std::string(kLimit, 'x')) + "--bb?", "body_too_large: "},
        {"broken, then too large", "--bb?" + part(kFileHead, std::string(kLimit, 'x')), boundary_line},

        {"no body", "", "none"},
        {"no part", "--bb--\r\n", "none"},
        {"a text field only", form(text), "none"},
        {"the field is text", form(part("Content-Disposition: form-data; name=\"image\"\r\n", "PNG")),
         "none"},
        {"a type without a file name",
         form(part("Content-Disposition: form-data; name=\"image\"\r\nContent-Type: image/png\r\n", "PNG")),
         "none"},
        {"no file chosen", disposition("form-data; name=\"image\"; filename=\"\""), "none"},
        {"most parts allowed", form(many), "none"},

        {"another field", disposition("form-data; name=\"avatar\"; filename=\"a\""),
         "invalid_multipart: a file in an unexpected field"},
        {"two files", form(file + file), "invalid_multipart: more than one file"},
        {"too many parts", form(many + file), "invalid_multipart: too many parts"},
        {"largest head", form(part(kFileHead + long_header(8192 - kFileHead.size() - 7), "PNG")), "file:PNG"},
        {"too large a head", form(part(kFileHead + long_header(8192 - kFileHead.size() - 6), "PNG")),
         "invalid_multipart: part header too large"},
        {"garbage", "garbage", too_early},
        {"another boundary", "--cc\r\n" + kFileHead + "\r\nPNG\r\n--cc--\r\n", too_early},
        {"cut in the head", "--bb\r\nContent-Dis", too_early},
        {"cut in the content", "--bb\r\n" + kFileHead + "\r\nPN", too_early},
        {"cut in the last delimiter", file + "--bb-", too_early},
        {"text behind a boundary", "--bbx\r\n" + kFileHead + "\r\nPNG\r\n--bb--", boundary_line},
        {"text behind padding", "--bb --\r\n", boundary_line},
        {"a bare line feed", "--bb\n" + kFileHead + "\r\nPNG\r\n--bb--", boundary_line},
        {"half a close", file + "--bb-x", boundary_line},
        {"no headers", form(part("", "PNG")), malformed},
        {"no disposition", form(part("Content-Type: image/png\r\n", "PNG")), malformed},
        {"two dispositions", form(part(kFileHead + kTextHead, "PNG")), malformed},
        {"a header without a colon", form(part(kFileHead + "nonsense\r\n", "PNG")), malformed},
        {"a folded header", form(part(kFileHead + " folded: yes\r\n", "PNG")), malformed},
        {"a line feed in a header", form(part(kFileHead + "A\nB: c\r\n", "PNG")), malformed},
        {"a NUL in a name", disposition("form-data; name=\"im\0age\"; filename=\"a\""s), malformed},
        {"not form-data", disposition("attachment; name=\"image\"; filename=\"a\""), malformed},
        {"no name", disposition("form-data; filename=\"a\""), malformed},
        {"two names", disposition("form-data; name=\"a\"; name=\"image\"; filename=\"a\""), malformed},
        {"an open quote", disposition("form-data; name=\"image; filename=a"), malformed},
        {"text behind a quote", disposition("form-data; name=\"image\"x; filename=\"a\""), malformed},

        {"names of any case, no quotes",
         form(part("CONTENT-DISPOSITION:Form-Data;NAME=image;FileName=a.png\r\n", "PNG")), "file:PNG"},
        {"a quote and a semicolon in the file name",
         disposition("form-data; filename=\"a\\\"; name=x;.png\"; name=\"image\""), "file:PNG"},
        {"a path with backslashes", disposition("form-data; name=\"image\"; filename=\"C:\\dir\\a.png\""),
         "file:PNG"},
        {"an extended file name", disposition("form-data; name=\"image\"; filename*=UTF-8''%e2%82%ac.png"),
         "file:PNG"},
        {"a hostile file name",
         disposition("form-data; name=\"image\"; filename=\"../../etc/" + std::string(4096, 'x') +
                     "%00.png\""),
         "file:PNG"},
    };
}

TEST(Multipart, OutcomeOfEveryForm) {
    for (const auto& c : cases()) EXPECT_EQ(outcome(c.body), c.outcome) << c.name;
}

TEST(Multipart, OutcomeDoesNotDependOnWhereTheBytesAreCut) {
    for (const auto& c : cases()) {
        const std::string_view body{c.body};
        EXPECT_EQ(outcome(bytewise(body)), c.outcome) << c.name << " bytewise";
        const std::size_t step = body.size() < 3000 ? 1 : 13;  // long ones differ only in their filling
        for (std::size_t at = 0; at <= body.size(); at += step) {
            ASSERT_EQ(outcome({body.substr(0, at), body.substr(at)}), c.outcome)
                << c.name << " cut at " << at;
        }
    }
}

TEST(Multipart, OutcomeDoesNotDependOnTwoCutsAroundADelimiter) {
    const auto body = form(part(kTextHead, "x\r\n--b") + part(kFileHead, "\r\n--b\r\r\n"));
    const std::string_view view{body};
    for (std::size_t a = 0; a <= view.size(); ++a) {
        for (std::size_t b = a; b <= view.size(); ++b) {
            const auto pieces = {view.substr(0, a), view.substr(a, b - a), view.substr(b)};
            ASSERT_EQ(outcome(pieces), "file:\r\n--b\r\r\n") << a << ", " << b;
        }
    }
}

TEST(Multipart, WhatIsNoFormHasNoFile) {
    const auto body = form(part(kFileHead, "PNG"));
    EXPECT_EQ(outcome("{}", "application/json"), "none");
    EXPECT_EQ(outcome(body, ""), "none");
    EXPECT_EQ(outcome(body, "multipart/mixed; boundary=bb"), "none");
    EXPECT_EQ(outcome(body, "multipart/form-datax; boundary=bb"), "none");
}

TEST(Multipart, BoundaryFollowsRfc2046) {
    const std::string bad = "invalid_multipart: no valid boundary in Content-Type";
    const auto body = form(part(kFileHead, "PNG"));
    for (const auto* type :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
          "multipart/form-data; boundary=\"bb", "multipart/form-data; boundary=bb; boundary=cc",
          "multipart/form-data; boundary=\"bb \"", "multipart/form-data; boundary=\"b\xC3\xBC\"",
          "multipart/form-data; boundary=b[b", "multipart/form-data; boundary=\"b\r\nb\"",
          "multipart/form-data; x"}) {
        EXPECT_EQ(outcome(body, type), bad) << type;
        EXPECT_EQ(outcome("", type), bad) << type;
    }
    for (const auto* type : {"multipart/form-data; charset=utf-8; boundary=bb",
                             "Multipart/Form-Data;BOUNDARY=\"bb\"", "multipart/form-data ; boundary=bb ;"}) {
        EXPECT_EQ(outcome(body, type), "file:PNG") << type;
    }
    EXPECT_EQ(boundary_of("multipart/form-data; boundary=" + std::string(70, 'b')), std::string(70, 'b'));
    EXPECT_EQ(boundary_of("multipart/form-data; boundary=" + std::string(71, 'b')), std::nullopt);
    EXPECT_EQ(boundary_of("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk"),
              "----WebKitFormBoundary7MA4YWxk");
    EXPECT_EQ(boundary_of("multipart/form-data; boundary=\"a b:c=/?\""), "a b:c=/?");
}

TEST(Multipart, TextFieldsAreBoundedTogether) {
    const auto half = std::string(UploadSink::kMaxTextBytes / 2, 'x');
    const auto texts = part(kTextHead, half) + part(kTextHead, half);
    EXPECT_EQ(outcome(form(texts + part(kFileHead, "PNG"))), "file:PNG");
    EXPECT_EQ(outcome(form(texts + part(kTextHead, "x"))), "invalid_multipart: text fields too large");
}

TEST(Multipart, ABodyIsBoundedAsAWhole) {
    const auto padding = std::string(kLimit + UploadSink::kMaxOverheadBytes, 'x');
    const auto good = form(part(kFileHead, "PNG"));
    const auto most = good + padding.substr(good.size());
    EXPECT_EQ(outcome(most), "file:PNG");
    EXPECT_EQ(outcome(most + "x"), "body_too_large: ");
    EXPECT_EQ(outcome({most, "x"}), "body_too_large: ");
    EXPECT_EQ(outcome(padding, "text/plain"), "none");
    EXPECT_EQ(outcome(padding + "x", "text/plain"), "body_too_large: ");
    EXPECT_EQ(outcome("--bb?" + padding), "invalid_multipart: malformed boundary line");
}

TEST(Multipart, TheFirstErrorStays) {
    UploadSink sink{kType, "image", kLimit};
    ASSERT_FALSE(sink.write("--bbx"));
    const auto again = sink.write(form(part(kFileHead, "PNG")));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().detail, "malformed boundary line");
    EXPECT_FALSE(sink.finish());
}

TEST(Multipart, RefusesALargeFileWhileItArrives) {
    UploadSink sink{kType, "image", kLimit};
    ASSERT_TRUE(sink.write("--bb\r\n" + kFileHead + "\r\n" + std::string(kLimit - 1, 'x')));
    const auto written = sink.write("x");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::body_too_large);
}

// The bodies of the recorded requests (contract/examples.jsonl).
TEST(Multipart, RecordedForms) {
    constexpr std::string_view type = "multipart/form-data; boundary=----oracleBoundary7MA4YWxk";
    const auto recorded = [](const std::string& head, const std::string& content) {
        return "------oracleBoundary7MA4YWxk\r\n" + head + "\r\n" + content +
               "\r\n------oracleBoundary7MA4YWxk--\r\n";
    };
    EXPECT_EQ(outcome(recorded(kFileHead, "\x89PNG\r\n\x1A\n"), type), "file:\x89PNG\r\n\x1A\n");
    EXPECT_EQ(outcome(recorded("Content-Disposition: form-data; name=\"avatar\"\r\n", "text"), type), "none");
    EXPECT_EQ(
        outcome(recorded("Content-Disposition: form-data; name=\"avatar\"\r\nContent-Type: image/png\r\n",
                         "\x89PNG\r\n\x1A\n"),
                type),
        "none");
    EXPECT_EQ(outcome("--bb--\r\n"), "none");
}

// Damage at random never breaks the parser, and its outcome stays independent of the cuts.
TEST(Multipart, DamagedFormsHaveOneOutcome) {
    const auto whole = form(part(kTextHead, "hello") + part(kFileHead, "\r\n--bPNG\r"));
    const std::string alphabet = "\r\n-b:;=\" x\\\0\xFF"s;
    std::mt19937 random{20240607};
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
    for (int round = 0; round < 5000; ++round) {
        auto body = whole;
        for (std::size_t damage = 1 + below(3); damage > 0; --damage)
            body[below(body.size())] = alphabet[below(alphabet.size())];
        if (below(4) == 0) body.resize(below(body.size()));
        const auto expected = outcome(body);
        const std::string_view view{body};
        const auto at = below(body.size() + 1);
        ASSERT_EQ(outcome(bytewise(view)), expected) << "round " << round;
        ASSERT_EQ(outcome({view.substr(0, at), view.substr(at)}), expected) << "round " << round;
    }
}

}  // namespace
}  // namespace haat::http
