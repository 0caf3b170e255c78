#include "app/config/dotenv.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace haat::config {
namespace {

// `KEY=value` of each entry.
std::vector<std::string> parsed(std::string_view text) {
    const auto entries = parse_dotenv(text);
    std::vector<std::string> result;
    if (!entries) return {"malformed"};
    for (const auto& entry : *entries) result.push_back(entry.key + "=" + entry.value);
    return result;
}

using Lines = std::vector<std::string>;

TEST(Dotenv, ReadsPlainLines) {
    EXPECT_EQ(parsed("PORT=3001\nHOST=\n"), (Lines{"PORT=3001", "HOST="}));
    EXPECT_EQ(parsed("PORT=3001"), Lines{"PORT=3001"});
    EXPECT_EQ(parsed("  PORT \t=  3001  \n"), Lines{"PORT=3001"});
    EXPECT_EQ(parsed("URL=a=b&c\n"), Lines{"URL=a=b&c"});
    EXPECT_EQ(parsed(""), Lines{});
}

TEST(Dotenv, SkipsCommentsAndBlankLines) {
    EXPECT_EQ(parsed("# A=1\n\n   \n\t# B=2\nC=3 # three\nD=# four\n"), (Lines{"C=3", "D="}));
}

TEST(Dotenv, AHashEndsABareValueAndIsTold) {
    const auto entries = parse_dotenv("A=pa#ss\nB=pa #ss\nC='pa#ss'\n");
    ASSERT_TRUE(entries);
    EXPECT_EQ(entries->at(0).value, "pa");
    EXPECT_TRUE(entries->at(0).cut_at_hash);
    EXPECT_FALSE(entries->at(1).cut_at_hash);
    EXPECT_EQ(entries->at(2).value, "pa#ss");
    EXPECT_FALSE(entries->at(2).cut_at_hash);
}

TEST(Dotenv, SkipsExport) {
    EXPECT_EQ(parsed("export A=1\n export\tB=2\nexport=3\nexported=4\n"),
              (Lines{"A=1", "B=2", "export=3", "exported=4"}));
}

TEST(Dotenv, QuotesKeepWhatTheyHold) {
    EXPECT_EQ(parsed("A=' x # y '\nB=\"it's\"\nC=`a\"b'c`\nD='a\\nb'\n"),
              (Lines{"A= x # y ", "B=it's", "C=a\"b'c", "D=a\\nb"}));
    EXPECT_EQ(parsed("A='x' # comment\nB=\"\"\n"), (Lines{"A=x", "B="}));
}

TEST(Dotenv, DoubleQuotesKnowEscapes) {
    EXPECT_EQ(parsed(R"(A="a\nb\tc\\d\"e\$f\qg")"), Lines{"A=a\nb\tc\\d\"e$f\\qg"});
}

TEST(Dotenv, ValuesInQuotesSpanLinesAndLinesAreCounted) {
    const auto entries = parse_dotenv("A=\"one\ntwo\"\nB=3\n");
    ASSERT_TRUE(entries);
    EXPECT_EQ(entries->at(0).value, "one\ntwo");
    EXPECT_EQ(entries->at(0).line, 1);
    EXPECT_EQ(entries->at(1).line, 3);
}

TEST(Dotenv, TakesCrLfAndAByteOrderMark) {
    EXPECT_EQ(parsed("\xEF\xBB\xBF"
                     "A=1\r\n\r\nB='2'\r\nC=3 \r\nD=4\r"),
              (Lines{"A=1", "B=2", "C=3", "D=4"}));
}

TEST(Dotenv, AllMalformedLinesAreNamedButNotQuoted) {
    const auto entries = parse_dotenv("hunter2\nA=1\n=2\nB C=3\nD='x' y\nexport\nE=\"never closed\nF=1\n");
    ASSERT_FALSE(entries);
    Lines lines;
    for (const auto& error : entries.error()) {
        lines.push_back(error.substr(0, error.find(':')));
        EXPECT_EQ(error.find("hunter2"), std::string::npos);
    }
    EXPECT_EQ(lines, (Lines{"line 1", "line 3", "line 4", "line 5", "line 6", "line 7"}));
}

class DotenvFile : public testing::Test {
protected:
    DotenvFile() : path_{testing::TempDir() + "haat_dotenv_" + std::to_string(getpid())} {}
    ~DotenvFile() override { std::filesystem::remove_all(path_); }
    std::filesystem::path path_;
};

TEST_F(DotenvFile, AnAbsentFileIsEmpty) {
    const auto entries = read_dotenv(path_);
    ASSERT_TRUE(entries);
    EXPECT_TRUE(entries->empty());
}

TEST_F(DotenvFile, ADirectoryIsAnError) {
    std::filesystem::create_directory(path_);
    EXPECT_FALSE(read_dotenv(path_));
}

TEST_F(DotenvFile, IsBounded) {
    const std::string line = "A=1\n";
    std::ofstream{path_} << line << "#" << std::string(kMaxDotenvBytes - line.size() - 1, 'x');
    const auto entries = read_dotenv(path_);
    ASSERT_TRUE(entries) << entries.error().front();
    EXPECT_EQ(entries->size(), 1U);
    std::ofstream{path_, std::ios::app} << "x";
    ASSERT_FALSE(read_dotenv(path_));
    EXPECT_NE(read_dotenv(path_).error().front().find("64 KiB"), std::string::npos);
}

}  // namespace
}  // namespace haat::config
