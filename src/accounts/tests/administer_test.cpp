// Administrators made from the command line, on a real database.
#include "accounts/administer.hpp"

#include "accounts/change_user.hpp"
#include "accounts/reset_password.hpp"
#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

class AdministerTest : public AccountsFixture {
protected:
    Result<User> create(const std::string& email, std::string_view password = kPassword) {
        return run_sync(administer_.create_admin("Administrator", email, std::string{password}));
    }

    Administer administer_{context_};
};

INSTANTIATE_ON_EACH_ENGINE(AdministerTest);

TEST_P(AdministerTest, MakesTheFirstAdministrator) {
    add_user("asha@example.com");
    EXPECT_FALSE(run_sync(administer_.has_admin()));
    const auto admin = create("admin@example.com");
    ASSERT_TRUE(admin);
    EXPECT_TRUE(run_sync(administer_.has_admin()));
    const auto record = find_user(UserId{admin->id});
    EXPECT_TRUE(record->is_admin());
    EXPECT_TRUE(record->is_active());
    EXPECT_TRUE(record->user.fields.verify_email);
    EXPECT_EQ(crypto::verify_password(record->password_hash, kPassword), crypto::PasswordCheck::right);
    EXPECT_TRUE(mails().empty());
}

TEST_P(AdministerTest, AnAdministratorWhoIsNotActiveIsNone) {
    const auto record = add_user("asha@example.com");
    MakeAdmin make_admin{context_};
    ASSERT_TRUE(run_sync(make_admin.run("asha@example.com")));
    EXPECT_TRUE(run_sync(administer_.has_admin()));
    make_inactive(record.id());
    EXPECT_FALSE(run_sync(administer_.has_admin()));
}

TEST_P(AdministerTest, RefusesAsRegisteringDoes) {
    add_user("asha@example.com");
    EXPECT_REFUSED(create("no address"), ErrorCode::invalid_email);
    EXPECT_REFUSED(create("admin@example.com", "password"), ErrorCode::weak_password);
    EXPECT_REFUSED(create("ASHA@example.com"), ErrorCode::user_exists);
    EXPECT_FALSE(run_sync(administer_.has_admin()));
}

TEST_P(AdministerTest, ANewPasswordEndsAllSessionsAndAResetUnderWay) {
    const auto record = add_user("asha@example.com");
    const Session session = add_session(record.id());
    ResetPassword reset{context_};
    ASSERT_TRUE(run_sync(reset.request({.email = "asha@example.com"}, "192.0.2.1")));
    const std::string password = "another-Secure-9-one";
    ASSERT_TRUE(run_sync(administer_.set_password("ASHA@example.com", password)));
    EXPECT_FALSE(is_live(session));
    EXPECT_EQ(shop_.number("SELECT count(*) FROM password_resets"), 0);
    EXPECT_EQ(crypto::verify_password(find_user(record.id())->password_hash, password),
              crypto::PasswordCheck::right);
    EXPECT_REFUSED(run_sync(administer_.set_password("nobody@example.com", password)),
                   ErrorCode::user_not_found);
    EXPECT_REFUSED(run_sync(administer_.set_password("asha@example.com", "password")),
                   ErrorCode::weak_password);
}

}  // namespace
}  // namespace haat::accounts
