// Reads Prometheus text (exposition format 0.0.4) line by line, strictly, for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <string>

namespace haat::observe {

struct Exposition {
    std::map<std::string, std::string> types;    // by family
    std::map<std::string, double> samples;       // by `name{labels}`, as written
    std::map<std::string, std::string> written;  // the same samples' values as text

    [[nodiscard]] std::optional<double> value(const std::string& sample) const {
        const auto found = samples.find(sample);
        return found == samples.end() ? std::nullopt : std::optional{found->second};
    }

    // Fails the running test at the first line that is not well formed or out of place.
    static Exposition parse(const std::string& text) {
        static const std::regex help{R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)*))"};
        static const std::regex type{R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram))"};
        static const std::regex sample{
            R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,(?!\})|(?=\})))+\})? ([+-]?(?:[0-9.eE+-]+|Inf)|NaN))re"};
        Exposition result;
        std::string family;
        std::istringstream lines{text};
        EXPECT_TRUE(text.empty() || text.back() == '\n') << "the last line has no end";
        for (std::string line; std::getline(lines, line);) {
            std::smatch part;
            if (std::regex_match(line, part, help)) {
                family = part[1];
                EXPECT_FALSE(result.types.contains(family)) << "a family in two places: " << line;
            } else if (std::regex_match(line, part, type)) {
                EXPECT_EQ(part[1], family) << line;
                result.types[family] = part[2];
            } else if (std::regex_match(line, part, sample)) {
                EXPECT_TRUE(belongs(part[1], family, result.types[family])) << line;
                const std::string key = part[1].str() + part[2].str();
                EXPECT_FALSE(result.samples.contains(key)) << "twice: " << line;
                result.samples[key] = std::stod(part[3]);
                result.written[key] = part[3];
            } else {
                ADD_FAILURE() << "not well formed: " << line;
            }
        }
        return result;
    }

private:
    static bool belongs(const std::string& name, const std::string& family, const std::string& type) {
        if (type != "histogram") return name == family;
        return name == family + "_bucket" || name == family + "_sum" || name == family + "_count";
    }
};

}  // namespace haat::observe
