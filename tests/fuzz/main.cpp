// haat_fuzz TARGET [libFuzzer's options and folders]
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.hpp"

namespace {

const haat::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    if (*argc > 1) chosen = haat::fuzz::find_target((*argv)[1]);
    if (chosen == nullptr) {
        std::fputs("usage: haat_fuzz TARGET [options of libFuzzer] [folders]; targets:", stderr);
        for (const auto& target : haat::fuzz::targets()) std::fprintf(stderr, " %s", target.name.data());
        std::fputc('\n', stderr);
        std::exit(2);
    }
    // libFuzzer reads what is behind the name.
    (*argv)[1] = (*argv)[0];
    ++*argv;
    --*argc;
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
