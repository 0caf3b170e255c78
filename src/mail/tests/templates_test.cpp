#include "mail/templates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "mail/letter.hpp"

namespace haat::mail {
namespace {

const Shop kShop{.name = "Corner & Co", .public_url = "https://shop.example.com/"};

Mail must_render(std::string_view kind, std::string_view payload) {
    auto mail = render(kind, payload, kShop);
    EXPECT_TRUE(mail.has_value()) << (mail ? "" : mail.error());
    return mail ? *mail : Mail{};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(MailTemplates, RegistrationCarriesTheLink) {
    const auto mail =
        must_render("accounts.registered", R"({"email":"a@b.example","name":"Ann","code":"c0de/+ 1"})");
    EXPECT_EQ(mail.to, "a@b.example");
    EXPECT_EQ(mail.subject, "Verifying email from Corner & Co");
    const std::string url = "https://shop.example.com/api/user/verify-user?code=c0de%2F%2B%201";
    EXPECT_TRUE(has(mail.text, "\n" + url + "\n")) << mail.text;
    EXPECT_TRUE(has(mail.html, "href=\"" + url + "\"")) << mail.html;
    EXPECT_TRUE(has(mail.text, "Hello Ann,"));
    EXPECT_TRUE(has(mail.html, "Corner &amp; Co"));
}

TEST(MailTemplates, ResetCarriesTheCodeAndItsTime) {
    const auto mail =
        must_render("accounts.otp_requested", R"({"email":"a@b.example","name":"Ann","otp":"004217"})");
    EXPECT_EQ(mail.subject, "Password Reset Verification Code Sent!");
    for (const auto& part : {mail.text, mail.html}) {
        EXPECT_TRUE(has(part, "004217"));
        EXPECT_TRUE(has(part, "10 minutes"));
    }
}

TEST(MailTemplates, OwnersHearOfChanges) {
    const auto reset = must_render("accounts.password_reset", R"({"email":"a@b.example","name":"Ann"})");
    EXPECT_TRUE(has(reset.text, "was reset"));
    const auto changed = must_render("accounts.password_changed", R"({"email":"a@b.example","name":"Ann"})");
    EXPECT_TRUE(has(changed.text, "was changed"));
}

TEST(MailTemplates, TheOldAddressLearnsOnlyPartOfTheNew) {
    const auto mail =
        must_render("accounts.email_changed_old",
                    R"({"email":"old@b.example","name":"Ann","new_email":"jonathan@new.example"})");
    EXPECT_EQ(mail.to, "old@b.example");
    for (const auto& part : {mail.text, mail.html}) {
        EXPECT_TRUE(has(part, "j***@new.example"));
        EXPECT_FALSE(has(part, "jonathan"));
    }
}

TEST(MailTemplates, TheNewAddressGetsALink) {
    const auto mail =
        must_render("accounts.email_changed_new", R"({"email":"new@b.example","name":"Ann","code":"abc"})");
    EXPECT_EQ(mail.to, "new@b.example");
    EXPECT_TRUE(has(mail.text, "verify-user?code=abc"));
}

TEST(MailTemplates, EscapeWhatUsersTyped) {
    const auto mail = must_render("accounts.password_reset",
                                  R"({"email":"a@b.example","name":"<img src=x onerror='a(1)'> & \"Bob\""})");
    EXPECT_TRUE(has(mail.html, "&lt;img src=x onerror=&#39;a(1)&#39;&gt; &amp; &quot;Bob&quot;"))
        << mail.html;
    EXPECT_FALSE(has(mail.html, "<img"));
}

TEST(MailTemplates, EscapeInEveryPlace) {
    const auto mail = render("accounts.registered", R"({"email":"a@b.example","name":"<i>","code":"\"><i>"})",
                             {.name = "<i>Shop</i>", .public_url = "https://x.example/\"><i>"});
    ASSERT_TRUE(mail);
    EXPECT_FALSE(has(mail->html, "<i>"));
    EXPECT_TRUE(has(mail->html, "&lt;i&gt;Shop&lt;/i&gt;"));
}

TEST(MailTemplates, LoadNothingFromElsewhere) {
    const auto mail =
        must_render("accounts.registered", R"({"email":"a@b.example","name":"Ann","code":"x"})");
    for (const auto* part : {"<img", "src=", "url(", "<script", "<link"})
        EXPECT_FALSE(has(mail.html, part)) << part;
}

TEST(MailTemplates, GreetNobodyWithANameThatPassesForALink) {
    for (const auto* name :
         {"Win money http://evil.example now", "visit www.evil", "evil.com", "a\nb", "tap x.evil.io",
          "0123456789012345678901234567890123456789012345678901234567890123x", ""}) {
        EXPECT_FALSE(is_greetable(name)) << name;
    }
    for (const auto* name :
         {"Ann", "J. R. Smith", "J.R. Smith", "Dr. No", "O'Neil", "<b>Bob</b>", "जन", "Ann-Marie & Co.",
          "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"}) {
        EXPECT_TRUE(is_greetable(name)) << name;
    }
    const auto mail =
        must_render("accounts.password_reset", R"({"email":"a@b.example","name":"see evil.com"})");
    EXPECT_FALSE(has(mail.text, "evil"));
    EXPECT_FALSE(has(mail.html, "evil"));
    EXPECT_TRUE(has(mail.text, "Hello,"));
}

TEST(MailTemplates, AreGivenUpWhereNoMailCanBeMade) {
    EXPECT_FALSE(render("accounts.unknown", R"({"email":"a@b.example"})", kShop));
    EXPECT_FALSE(render("", "{}", kShop));
    for (const auto* payload :
         {"", "[]", "{", "{\"email\":", R"({"name":"Ann","code":"x"})", R"({"email":"a@b.example"})",
          R"({"email":"no address","code":"x"})", R"({"email":["a@b.example"],"code":"x"})",
          R"({"email":"a@b.example\nBcc: c@d.example","code":"x"})"}) {
        EXPECT_FALSE(render("accounts.registered", payload, kShop)) << payload;
    }
}

TEST(MailTemplates, SayWhatIsWrongWithoutTheValues) {
    const auto mail =
        render("accounts.registered", R"({"email":"secret@@b.example","code":"s3cret"})", kShop);
    ASSERT_FALSE(mail);
    EXPECT_FALSE(has(mail.error(), "secret"));
    EXPECT_FALSE(has(mail.error(), "s3cret"));
}

TEST(MailTemplates, MaskAddresses) {
    EXPECT_EQ(mask_email("jonathan@example.com"), "j***@example.com");
    EXPECT_EQ(mask_email("j@example.com"), "j***@example.com");
    EXPECT_EQ(mask_email("जन@example.com"), "ज***@example.com");
    EXPECT_EQ(mask_email("@example.com"), "***");
    EXPECT_EQ(mask_email("nothing"), "***");
}

}  // namespace
}  // namespace haat::mail
