#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/cache/redis/tests/redis_fixture.hpp"
#include "platform/tests/free_port.hpp"

namespace haat::cache::redis {
namespace {

// Keys and certificates of an authority, of a server at 127.0.0.1 and localhost, and of a client; made by the
// program openssl.
class Certificates {
public:
    Certificates() {
        std::string name = (std::filesystem::temp_directory_path() / "haat-tls-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        folder_ = name;
        std::filesystem::permissions(folder_, std::filesystem::perms::all);
        std::ofstream{folder_ / "names"} << "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
        std::ofstream{folder_ / "other"} << "subjectAltName=DNS:elsewhere.example\n";
        make(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=authority -keyout ca.key -out ca.pem");
        sign("server", "names");
        sign("stranger", "other");
        sign("client", "other");
        for (const auto& entry : std::filesystem::directory_iterator{folder_})
            chmod(entry.path().c_str(), 0644);
    }
    ~Certificates() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    void sign(const std::string& name, const std::string& names) const {
        make("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name +
             " -keyout " + name + ".key -out " + name + ".csr");
        make("openssl x509 -req -in " + name +
             ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile " + names + " -out " + name +
             ".pem");
    }
    void make(const std::string& command) const {
        const std::string line = "cd '" + folder_.string() + "' && " + command + " >>log 2>&1";
        if (std::system(line.c_str()) != 0) throw std::runtime_error{"failed: " + command};
    }

    std::filesystem::path folder_;
};

class RedisTls : public RedisTest {
protected:
    [[nodiscard]] RedisServer::Arguments secured(const std::string& certificate, bool asks_clients) const {
        return {"--tls-port",         std::to_string(tls_port_),
                "--tls-cert-file",    files_.file(certificate + ".pem"),
                "--tls-key-file",     files_.file(certificate + ".key"),
                "--tls-ca-cert-file", files_.file("ca.pem"),
                "--tls-auth-clients", asks_clients ? "yes" : "no"};
    }
    [[nodiscard]] std::string url(const std::string& host, const std::string& query) const {
        return "rediss://" + host + ":" + std::to_string(tls_port_) + query;
    }
    void expect_no_connection(const std::string& to) {
        Redis& redis = connect(to);
        run_for(std::chrono::milliseconds{400});
        EXPECT_FALSE(redis.is_available()) << to;
    }

    const Certificates files_;
    const std::uint16_t tls_port_ = free_port();
};

TEST_F(RedisTls, ChecksTheServersCertificate) {
    const RedisServer server{secured("server", false)};
    const std::string ca = "?ca=" + files_.file("ca.pem");
    EXPECT_TRUE(answers(connected(url("127.0.0.1", ca))));
    EXPECT_TRUE(answers(connected(url("localhost", ca))));
    expect_no_connection(url("127.0.0.1", ""));
    expect_no_connection("redis://127.0.0.1:" + std::to_string(tls_port_));
    expect_no_connection("rediss://127.0.0.1:" + std::to_string(server.port()) + ca);
    Redis& large = connected(url("127.0.0.1", ca));
    const std::string text(300'000, 'x');
    EXPECT_EQ(ask(large, {"ECHO", text}).text(), text);
}

TEST_F(RedisTls, RefusesTheCertificateOfAnotherHost) {
    const RedisServer server{secured("stranger", false)};
    expect_no_connection(url("127.0.0.1", "?ca=" + files_.file("ca.pem")));
    expect_no_connection(url("localhost", "?ca=" + files_.file("ca.pem")));
}

TEST_F(RedisTls, ShowsItsOwnCertificate) {
    const RedisServer server{secured("server", true)};
    const std::string ca = "?ca=" + files_.file("ca.pem");
    expect_no_connection(url("127.0.0.1", ca));
    EXPECT_TRUE(answers(connected(
        url("127.0.0.1", ca + "&cert=" + files_.file("client.pem") + "&key=" + files_.file("client.key")))));
}

TEST_F(RedisTls, FilesThatCannotBeReadAreAnErrorAtTheStart) {
    EXPECT_THROW(connect("rediss://h?ca=/nowhere/at/all"), std::runtime_error);
    EXPECT_THROW(connect("rediss://h?cert=/nowhere&key=/nowhere"), std::runtime_error);
}

}  // namespace
}  // namespace haat::cache::redis
