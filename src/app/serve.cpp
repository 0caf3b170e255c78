#include "app/serve.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "accounts/administer.hpp"
#include "app/cli.hpp"
#include "app/copy/copy.hpp"
#include "app/open_files.hpp"
#include "app/service_manager.hpp"
#include "app/shop.hpp"
#include "media/folder_mark.hpp"
#include "media/folder_mark_store.hpp"
#include "platform/crypto/random.hpp"
#include "platform/jobs/outbox_store.hpp"
#include "platform/observe/log.hpp"
#include "platform/run_sync.hpp"

namespace haat::app {
namespace {

constexpr std::chrono::microseconds kSampleEvery = std::chrono::seconds{5};
constexpr std::size_t kRandomPasswordBytes = 12;

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

void start_log(const config::LogSettings& settings) {
    const auto format = static_cast<observe::LogFormat>(settings.format);
    const auto level = static_cast<observe::LogLevel>(settings.level);
    observe::start_log(
        {.format = format, .level = level, .access = settings.level <= config::LogLevel::info});
}

// The first administrator, when there is none: from the settings, else with a random password that is shown
// this once. What to print about it.
std::string make_first_admin(Core& core) {
    accounts::Administer administer{core.accounts};
    if (run_sync(administer.has_admin())) return {};
    const auto& access = core.settings.access;
    const bool given = !access.default_admin_password.empty();
    const std::string password = given ? std::string{access.default_admin_password.reveal()}
                                       : crypto::random_hex(kRandomPasswordBytes);
    const auto admin =
        run_sync(administer.create_first_admin("Administrator", access.default_admin_email, password));
    if (!admin) throw std::runtime_error{"cannot make the first administrator: " + message_of(admin.error())};
    if (!*admin) return {};  // another node was first
    std::string line = "  admin      " + access.default_admin_email;
    line +=
        given ? "  (password: DEFAULT_ADMIN_PASSWORD)" : "  password: " + password + "  (shown only once)";
    return line + "\n";
}

void refuse_half_a_shop(Core& core) {
    const std::string source = copy::unfinished_copy(*core.db);
    if (source.empty()) return;
    throw std::runtime_error{"the shop is not whole: its copy from " + source +
                             " was cut. Run the same haat copy again"};
}

// The embedded engine has one process: what another had leased, it died with. On a server they are other
// nodes'.
void take_back_leases(Core& core) {
    if (core.db->is_shared()) return;
    jobs::OutboxStore store{*core.db};
    run_sync(store.take_back_leases());
}

std::string mails_go_to(const config::MailSettings& mail) {
    switch (mail.transport) {
        case config::MailTransport::smtp:
            return "by SMTP";
        case config::MailTransport::resend:
            return "by Resend";
        case config::MailTransport::file:
            break;
    }
    return "as files in " + mail.dir.string();
}

void warn_of_few_files(const config::Settings& settings) {
    const std::size_t most = max_connections(settings);
    if (most == static_cast<std::size_t>(settings.server.max_connections)) return;
    observe::log_warn("fewer_connections",
                      {{"max_connections", most},
                       {"reason",
                        "MAX_CONNECTIONS needs more open files than this process may have: raise the hard "
                        "limit (LimitNOFILE, ulimit -Hn), or lower MAX_CONNECTIONS"}});
}

// Nodes that share a database share their tokens only when they share the keys.
void warn_of_own_keys(const config::Settings& settings) {
    const auto& access = settings.access;
    if (!on_postgres(settings.storage) || (!access.access_key.empty() && !access.refresh_key.empty())) return;
    observe::log_warn("keys_of_this_node_only",
                      {{"reason",
                        "SECRET_KEY_ACCESS_TOKEN and SECRET_KEY_REFRESH_TOKEN are not both set: other nodes "
                        "on this database will not accept the tokens of this one"}});
}

// Nodes that share a database and keep images in folders of their own answer differently.
void warn_of_own_images(Core& core) {
    if (!core.db->is_shared() || core.settings.images.store != config::ImageStore::local) return;
    const auto& data_dir = core.settings.storage.data_dir;
    std::string reason;
    try {
        const ObjectId mark = media::make_mark(data_dir);
        const auto shops = run_sync(media::claim_folder(*core.db, mark));
        if (*shops == mark) return;
        reason =
            media::mark_path(data_dir).parent_path().string() +
            " is not the folder that the shop's images are in: other nodes do not serve what is uploaded "
            "here. Mount their folder there, or keep images at Cloudinary";
    } catch (const std::exception& error) {
        reason = error.what();
    }
    observe::log_warn("images_of_this_node_only", {{"reason", reason}});
}

void print_welcome(const Core& core, const Shop& shop, const std::string& admin) {
    const auto& settings = core.settings;
    std::cout << "Haat " << HAAT_VERSION << "\n"
              << "  address    http://localhost:" << shop.port() << "   (documentation: /openapi.json)\n"
              << "  data       " << settings.storage.data_dir.string() << "\n"
              << admin << "  mails      " << mails_go_to(settings.mail) << "\n"
              << "  demo       stop the server and run: haat seed --products 1000\n"
              << std::flush;
}

void wait_for_stop(Shop& shop) {
    const sigset_t signals = stop_signals();
    // Thrice in the watchdog's interval, so that one late turn is no alarm.
    const auto every = std::min(kSampleEvery, watchdog_interval().value_or(kSampleEvery * 3) / 3);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(every);
    const timespec pause{.tv_sec = seconds.count(),
                         .tv_nsec = std::chrono::nanoseconds{every - seconds}.count()};
    while (sigtimedwait(&signals, nullptr, &pause) < 0) {
        shop.sample();
        if (shop.is_alive()) tell_alive();
    }
}

}  // namespace

void prepare_to_serve(const config::Settings& settings) {
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    start_log(settings.log);
}

int serve(Core& core) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ,
                SIG_IGN);  // a file at its limit (ulimit -f) is an error of that write, like a full disk
    raise_file_limit();
    refuse_half_a_shop(core);
    warn_of_few_files(core.settings);
    warn_of_own_keys(core.settings);
    warn_of_own_images(core);
    take_back_leases(core);
    Shop shop{core, inherited_socket()};
    // Once the administrator is there, nothing that may fail comes before the password is shown.
    const std::string admin = make_first_admin(core);
    print_welcome(core, shop, admin);
    shop.start();
    tell_ready(shop.port());
    observe::log_info(
        "started",
        {{"port", shop.port()}, {"engine", core.db->engine()}, {"threads", core.settings.server.threads}});
    wait_for_stop(shop);
    tell_stopping();
    observe::log_info("stopping");
    const bool drained = shop.stop();
    observe::log_info("stopped", {{"drained", drained}});
    observe::stop_log();
    // Requests that the grace was too short for still use what would be destroyed now; what they wrote is
    // safe at any moment.
    if (!drained) std::_Exit(kFailure);
    return kSuccess;
}

}  // namespace haat::app
