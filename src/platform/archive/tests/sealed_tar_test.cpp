#include "platform/archive/sealed_tar.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/contract/scratch_folder.hpp"

namespace haat::archive {
namespace {

const OnBytes kSilent = [](std::int64_t) {};

class File {
public:
    explicit File(const std::string& path, int flags = O_RDONLY)
        : fd_{open(path.c_str(), flags | O_CLOEXEC, 0600)} {}
    ~File() { close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

class SealedTar : public testing::Test {
protected:
    SealedTar() {
        write(folder_.file("big"), big_);
        const File file{path_, O_RDWR | O_CREAT};
        SealedTarWriter tar{file.get()};
        tar.add_text("note.txt", "first");
        tar.add_file("deep/down/big.bin", folder_.file("big"), kSilent);
        tar.finish();
        bytes_ = read(path_);
    }

    static void write(const std::string& path, const std::string& bytes) {
        std::ofstream{path, std::ios::binary} << bytes;
    }
    static std::string read(const std::string& path) {
        std::ifstream in{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    static std::string next_of(SealedTarReader& tar) {
        const auto entry = tar.next();
        return entry ? entry->name + " " + std::to_string(entry->size) : "nothing";
    }
    std::string refused(const std::string& bytes) {
        write(path_, bytes);
        const File file{path_};
        try {
            SealedTarReader{file.get(), kSilent};
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "";
    }

    contract::ScratchFolder folder_;
    const std::string path_ = folder_.file("a.tar");
    std::string big_ = std::string(700'000, 'x') + "end";
    std::string bytes_;
};

TEST_F(SealedTar, GivesBackWhatWasPutIn) {
    const File file{path_};
    SealedTarReader tar{file.get(), kSilent};
    EXPECT_EQ(next_of(tar), "note.txt 5");
    EXPECT_EQ(tar.read_text(100), "first");
    EXPECT_EQ(next_of(tar), "deep/down/big.bin 700003");
    std::int64_t counted = 0;
    tar.extract_to(folder_.file("out"), [&](std::int64_t bytes) { counted += bytes; });
    EXPECT_EQ(read(folder_.file("out")), big_);
    EXPECT_EQ(counted, 700'003);
    EXPECT_EQ(next_of(tar), "nothing");
}

TEST_F(SealedTar, IsReadByTheSystemsTar) {
    const std::string command = "tar -xOf " + path_ + " deep/down/big.bin 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string out(800'000, '\0');
    out.resize(fread(out.data(), 1, out.size(), pipe));
    EXPECT_EQ(pclose(pipe), 0);
    EXPECT_TRUE(out == big_) << "and without a word of complaint";
}

TEST_F(SealedTar, OneFlippedBitAnywhereIsNoticed) {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < bytes_.size(); at += 7'919) places.push_back(at);
    for (std::size_t at = bytes_.size() - 2'100; at < bytes_.size(); at += 13) places.push_back(at);
    for (const std::size_t at : places) {
        std::string flipped = bytes_;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
        EXPECT_NE(refused(flipped), "") << "at " << at << " of " << bytes_.size();
    }
}

TEST_F(SealedTar, AnyOtherLengthIsNoticed) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{512},
                                   bytes_.size() / 2, bytes_.size() - 512, bytes_.size() - 1}) {
        EXPECT_TRUE(refused(bytes_.substr(0, size)).contains("cut off")) << size;
    }
    EXPECT_NE(refused(bytes_ + "x"), "");
    EXPECT_EQ(refused(bytes_), "");
}

TEST_F(SealedTar, ALinkIsNotPackedAsWhatItPointsTo) {
    ASSERT_EQ(symlink(folder_.file("big").c_str(), folder_.file("link").c_str()), 0);
    const File file{folder_.file("b.tar"), O_RDWR | O_CREAT};
    SealedTarWriter tar{file.get()};
    EXPECT_THROW(tar.add_file("link", folder_.file("link"), kSilent), std::runtime_error);
}

}  // namespace
}  // namespace haat::archive
