#include "app/doctor.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "app/cli.hpp"
#include "app/config/secrets.hpp"
#include "app/config/tests/variables.hpp"
#include "app/probe.hpp"
#include "platform/cache/redis/tests/redis_server.hpp"

namespace haat::app {
namespace {

// Somebody who listens on a port of 127.0.0.1.
class Listener {
public:
    Listener() : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        const bool listens =
            fd_ >= 0 && bind(fd_, any, size) == 0 && listen(fd_, 1) == 0 && getsockname(fd_, any, &size) == 0;
        EXPECT_TRUE(listens);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { stop(); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    void stop() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }
    [[nodiscard]] int port() const { return port_; }

private:
    int fd_;
    int port_ = 0;
};

class DoctorVisit : public testing::Test {
protected:
    DoctorVisit() : folder_{testing::TempDir() + "haat_doctor_" + std::to_string(getpid())} {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directory(folder_);
        variables_ = {{"DATA_DIR", (folder_ / "data").string()}, {"PORT", "0"}, {"HOST", "127.0.0.1"}};
    }
    ~DoctorVisit() override { std::filesystem::remove_all(folder_); }

    std::vector<Finding> visit(const config::Variables& variables = {}) {
        for (const auto& [name, value] : variables) variables_[name] = value;
        return diagnose(config::load_settings({{}, config::look_up_in(variables_), folder_ / ".env", false}));
    }

    // The verdict on the first finding whose text begins with this.
    static std::optional<Verdict> verdict(const std::vector<Finding>& findings, std::string_view beginning) {
        const auto at = std::ranges::find_if(
            findings, [&](const Finding& finding) { return finding.what.starts_with(beginning); });
        return at == findings.end() ? std::nullopt : std::optional{at->verdict};
    }

    static config::Settings settings_in(const std::filesystem::path& data_dir) {
        config::Settings settings;
        settings.storage.data_dir = data_dir;
        return settings;
    }

    std::filesystem::path folder_;
    config::Variables variables_;
};

TEST_F(DoctorVisit, AFreshCheckoutIsWell) {
    const auto findings = visit();
    EXPECT_EQ(exit_code_of(findings), kSuccess) << render(findings);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "data")) << "the doctor changes nothing";
    EXPECT_EQ(verdict(findings, "FRONTEND_URL"), Verdict::warn);
}

TEST_F(DoctorVisit, EveryFindingThatIsNotWellSaysWhatToDo) {
    for (const auto& finding :
         visit({{"FRONTEND_URL", "http://shop.example"}, {"ADMIN_SECRET_KEY", "secret"}})) {
        EXPECT_EQ(finding.advice.empty(), finding.verdict == Verdict::ok) << finding.what;
    }
}

TEST_F(DoctorVisit, BadSettingsAreAllTold) {
    const auto findings = visit({{"PORT", "x"}, {"THREADS", "0"}});
    EXPECT_EQ(findings.size(), 2U);
    EXPECT_EQ(exit_code_of(findings), kFailure);
}

TEST_F(DoctorVisit, UnknownKeysAreWarnedOf) {
    std::ofstream{folder_ / ".env"} << "PROT=1\n";
    const auto findings = visit();
    EXPECT_EQ(verdict(findings, "PROT"), Verdict::warn);
    EXPECT_EQ(exit_code_of(findings), kSuccess);
}

TEST_F(DoctorVisit, TheDataFolderMustBeAFolder) {
    std::ofstream{folder_ / "data"} << "x";
    EXPECT_EQ(verdict(visit(), "data folder"), Verdict::fail);
}

TEST_F(DoctorVisit, ADatabaseElsewhereIsLookedAtToo) {
    std::ofstream{folder_ / "file"} << "x";
    EXPECT_EQ(verdict(visit(), "database's folder"), std::nullopt);
    EXPECT_EQ(verdict(visit({{"DATABASE_URL", "sqlite:" + (folder_ / "file/haat.db").string()}}),
                      "database's folder"),
              Verdict::fail);
}

TEST_F(DoctorVisit, KeysAreJudgedByLengthAndFame) {
    const auto judged = [&](const std::string& key) {
        return verdict(visit({{"SECRET_KEY_ACCESS_TOKEN", key}}), "SECRET_KEY_ACCESS_TOKEN");
    };
    EXPECT_EQ(judged(std::string(32, 'k')), Verdict::ok);
    EXPECT_EQ(judged(std::string(31, 'k')), Verdict::warn);
    EXPECT_EQ(judged("changeme"), Verdict::fail);
    EXPECT_EQ(judged("Your-Secret-Key"), Verdict::fail);
}

TEST_F(DoctorVisit, AShortSecretIsAFailureInProduction) {
    const auto judged = [&](const std::string& url) {
        return verdict(visit({{"ADMIN_SECRET_KEY", "short"}, {"PUBLIC_URL", url}}), "ADMIN_SECRET_KEY");
    };
    EXPECT_EQ(judged("http://shop.example"), Verdict::warn);
    EXPECT_EQ(judged("https://shop.example"), Verdict::fail);
}

TEST_F(DoctorVisit, TheTokenKeysShouldDiffer) {
    const std::string key(40, 'k');
    EXPECT_EQ(verdict(visit({{"SECRET_KEY_ACCESS_TOKEN", key}}), "token keys"), std::nullopt);
    EXPECT_EQ(verdict(visit({{"SECRET_KEY_REFRESH_TOKEN", key}}), "token keys"), Verdict::warn);
}

TEST_F(DoctorVisit, AKeptKeyThatOthersCanReadIsAFailure) {
    ASSERT_TRUE(config::load_keys(settings_in(folder_ / "data")));
    const auto file = (folder_ / "data/secrets/otp.key").string();
    EXPECT_EQ(verdict(visit(), "key: " + file), Verdict::ok);
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    EXPECT_EQ(verdict(visit(), "key: " + file), Verdict::fail);
}

TEST_F(DoctorVisit, TheOriginalsDefaultPasswordIsAFailure) {
    EXPECT_EQ(verdict(visit({{"DEFAULT_ADMIN_PASSWORD", "BlinkitAdmin123!"}}), "DEFAULT_ADMIN_PASSWORD"),
              Verdict::fail);
    EXPECT_EQ(verdict(visit({{"DEFAULT_ADMIN_PASSWORD", "Tr0ub4dor"}}), "DEFAULT_ADMIN_PASSWORD"),
              Verdict::warn);
    EXPECT_EQ(verdict(visit({{"ADMIN_SECRET_KEY", "short"}}), "ADMIN_SECRET_KEY"), Verdict::warn);
}

TEST_F(DoctorVisit, PagesMustBeHttpsWhereTheServerIs) {
    EXPECT_EQ(verdict(visit({{"FRONTEND_URL", "http://shop.example"}}), "FRONTEND_URL"), Verdict::ok);
    EXPECT_EQ(verdict(visit({{"PUBLIC_URL", "https://api.shop.example"}}), "FRONTEND_URL"), Verdict::fail);
    EXPECT_EQ(
        verdict(visit({{"FRONTEND_URL", "https://shop.example, http://localhost:5173"}}), "FRONTEND_URL"),
        Verdict::ok);
}

TEST_F(DoctorVisit, ProxiesAreNamedNarrowly) {
    EXPECT_EQ(verdict(visit(), "TRUSTED_PROXIES"), Verdict::ok);
    EXPECT_EQ(verdict(visit({{"PUBLIC_URL", "https://api.shop.example"}}), "TRUSTED_PROXIES"), Verdict::warn);
    EXPECT_EQ(verdict(visit({{"TRUSTED_PROXIES", "127.0.0.1"}}), "TRUSTED_PROXIES"), Verdict::ok);
    EXPECT_EQ(verdict(visit({{"TRUSTED_PROXIES", "127.0.0.1, 0.0.0.0/0"}}), "TRUSTED_PROXIES"),
              Verdict::fail);
}

TEST_F(DoctorVisit, TheMailServerIsTried) {
    Listener server;
    const auto url = "smtp://me:hunter2@127.0.0.1:" + std::to_string(server.port());
    auto findings = visit({{"MAIL_TRANSPORT", "smtp"}, {"SMTP_URL", url}});
    EXPECT_EQ(verdict(findings, "mail: SMTP server"), Verdict::ok);
    EXPECT_EQ(verdict(findings, "MAIL_FROM"), Verdict::warn);
    server.stop();
    findings = visit();
    EXPECT_EQ(verdict(findings, "mail: SMTP server"), Verdict::fail);
    EXPECT_EQ(render(findings).find("hunter2"), std::string::npos);
}

TEST_F(DoctorVisit, MailInFilesIsWarnedOfInProduction) {
    EXPECT_EQ(verdict(visit(), "mail:"), Verdict::ok);
    EXPECT_EQ(verdict(visit({{"PUBLIC_URL", "https://api.shop.example"}}), "mail:"), Verdict::warn);
}

TEST_F(DoctorVisit, CloudinaryIsAllOrNothing) {
    EXPECT_EQ(verdict(visit({{"CLOUDINARY_API_KEY", "1"}}), "images"), Verdict::warn);
    EXPECT_EQ(verdict(visit({{"CLOUDINARY_CLOUD_NAME", "c"}, {"CLOUDINARY_API_SECRET", "s"}}), "images"),
              Verdict::ok);
}

TEST_F(DoctorVisit, RedisIsTriedAndMustHaveAPasswordWhereOthersReachIt) {
    EXPECT_EQ(verdict(visit(), "Redis: none"), Verdict::ok);
    cache::redis::RedisServer open;
    const auto port = std::to_string(open.port());
    EXPECT_EQ(verdict(visit({{"REDIS_URL", "redis://127.0.0.1:" + port}}), "Redis: 127.0.0.1"), Verdict::ok);
    // Another name of this machine, and none that says so.
    EXPECT_EQ(verdict(visit({{"REDIS_URL", "redis://0.0.0.0:" + port}}), "Redis: 0.0.0.0"), Verdict::fail);
    open.tell("CONFIG SET requirepass hunter2");
    auto findings = visit({{"REDIS_URL", "redis://:hunter2@0.0.0.0:" + port}});
    EXPECT_EQ(verdict(findings, "Redis: 0.0.0.0"), Verdict::ok);
    EXPECT_EQ(render(findings).find("hunter2"), std::string::npos);
    findings = visit({{"REDIS_URL", "redis://:hunter3@127.0.0.1:" + port}});
    EXPECT_EQ(verdict(findings, "Redis: 127.0.0.1"), Verdict::warn);
    EXPECT_NE(render(findings).find("WRONGPASS"), std::string::npos);
    EXPECT_EQ(exit_code_of(findings), kSuccess) << "the shop works without it";
    open.stop();
    EXPECT_EQ(verdict(visit(), "Redis: 127.0.0.1"), Verdict::warn);
    EXPECT_EQ(verdict(visit({{"REDIS_URL", ""}, {"REDIS_HOST", "127.0.0.1"}, {"REDIS_PORT", port}}),
                      "Redis: 127.0.0.1"),
              Verdict::warn);
    EXPECT_EQ(verdict(visit({{"REDIS_URL", "rediss://127.0.0.1?ca=/nowhere"}}), "REDIS_URL: cannot use ca"),
              Verdict::fail);
}

TEST_F(DoctorVisit, APortInUseIsAWarningAndAForeignAddressAFailure) {
    Listener other;
    EXPECT_EQ(verdict(visit({{"PORT", std::to_string(other.port())}}), "port"), Verdict::warn);
    other.stop();
    EXPECT_EQ(verdict(visit(), "port"), Verdict::ok);
    EXPECT_EQ(verdict(visit({{"HOST", "192.0.2.1"}}), "port"), Verdict::fail);
}

TEST(DoctorReport, IsOneLineAFinding) {
    const std::vector<Finding> findings{
        {Verdict::ok, "a"}, {Verdict::warn, "b", "do c"}, {Verdict::fail, "d", "do e"}};
    EXPECT_EQ(render(findings), "ok    a\nwarn  b  -> do c\nFAIL  d  -> do e\n");
    EXPECT_EQ(exit_code_of(findings), kFailure);
    EXPECT_EQ(exit_code_of({findings.begin(), findings.end() - 1}), kSuccess);
}

TEST(Probe, WaitsNoLongerThanItIsTold) {
    // 192.0.2.1 is for documentation: mostly nobody answers. Networks differ in what they say, not in the
    // time.
    const auto begun = std::chrono::steady_clock::now();
    static_cast<void>(try_connect("192.0.2.1", 25, std::chrono::milliseconds{200}));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{2});
}

TEST(Probe, FindsTheFolderAboveWhatIsMissing) {
    EXPECT_EQ(nearest_existing("/nowhere/at/all"), "/");
    EXPECT_EQ(nearest_existing(testing::TempDir() + "nowhere/at/all"),
              std::filesystem::path{testing::TempDir()}.parent_path());
}

}  // namespace
}  // namespace haat::app
