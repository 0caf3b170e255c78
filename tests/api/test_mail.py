"""The mails: what they say, to whom, and that names in them do no harm."""
import time

import pytest

from support.client import Client
from support.server import FRONTEND
from support.shop import Shop, unique

VERIFY = "Verifying email from Test Shop"
RESET = "Password Reset Verification Code Sent!"
MARKUP = '<b>Eve</b> "&\' <script>alert(1)</script>'


def first_mail(shop, account, subject=""):
    return shop.mailbox.wait_for(account.email, subject)[0]


@pytest.fixture(scope="module")
def welcomed(shop):
    """Somebody with markup for a name, and their first mail."""
    account = shop.user(name=MARKUP)
    return account, first_mail(shop, account)


def test_a_register_sends_the_link(welcomed):
    account, mail = welcomed
    assert mail.subject == VERIFY
    assert "shop@example.com" in mail.sender
    assert account.email in mail.to
    assert mail.verification_link.startswith(FRONTEND + "/api/user/verify-user?code=")
    assert mail.verification_code in mail.html


def test_a_mail_has_text_and_html_and_is_dated(welcomed):
    _, mail = welcomed
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert mail.message["Date"] and mail.message["Message-ID"] and mail.message["MIME-Version"]


def test_a_name_is_escaped_in_html(welcomed):
    _, mail = welcomed
    assert "<script>" not in mail.html and "<b>Eve" not in mail.html
    assert "&lt;b&gt;Eve&lt;/b&gt;" in mail.html


def test_lines_of_a_mail_end_and_are_as_long_as_the_standard_says(welcomed):
    _, mail = welcomed
    for line in mail.raw.replace(b"\r\n", b"\n").split(b"\n"):
        assert len(line) <= 998


@pytest.mark.parametrize("name",
                         ["Eve\r\nBcc: victim@example.com", "Eve\nSubject: changed", "Eve\r\n\r\nbody",
                          "日本 🦊 Ü", "a\u0000b"])
def test_no_name_changes_the_headers(shop, name):
    account = shop.user(name=name)
    mail = first_mail(shop, account)
    assert mail.subject == VERIFY and mail.to.count("@") == 1
    assert mail.message["Bcc"] is None and mail.message["Cc"] is None
    assert len(mail.message.get_all("Subject")) == 1


def test_a_name_in_any_script_is_readable(shop):
    account = shop.user(name="山田 🦊 Ünï")
    mail = first_mail(shop, account)
    assert "山田 🦊 Ünï" in mail.text and "山田 🦊 Ünï" in mail.html


def test_an_address_in_any_script_gets_its_mail(shop):
    account = shop.user(email=unique("ユニ") + "@例え.jp")
    assert first_mail(shop, account).subject == VERIFY


def test_a_forgotten_password_sends_the_code(shop):
    account = shop.user()
    shop.request_otp(account.email)
    mail = first_mail(shop, account, "Password Reset")
    assert mail.subject == RESET
    assert mail.otp in mail.text and mail.otp in mail.html
    assert "10 minutes" in mail.text


def test_one_register_is_one_mail_and_a_refused_one_is_none(shop):
    account = shop.user()
    first_mail(shop, account)
    shop.register(email=account.email)
    refused = unique("weak") + "@example.com"
    shop.register(email=refused, password="short")
    time.sleep(1)
    assert len(shop.mailbox.to(account.email)) == 1
    assert shop.mailbox.to(refused) == []


@pytest.mark.parametrize("settings, base", [
    ({"PUBLIC_URL": "https://api.shop.example"}, "https://api.shop.example"),
    ({"PUBLIC_URL": None, "FRONTEND_URL": "https://a.example,https://b.example"}, "https://a.example"),
    ({"PUBLIC_URL": None, "FRONTEND_URL": None}, "http"),
])
def test_the_link_leads_to_the_public_address(start_server, settings, base):
    shop = Shop(start_server(**settings))
    link = first_mail(shop, shop.user()).verification_link
    assert link.startswith(base)
    if base == "http":
        assert f":{shop.server.port}/api/user/verify-user?code=" in link
        assert Client(shop.server).get(link[link.index("/api/"):]).status_code == 200


def test_a_mail_that_waits_survives_a_restart(start_server):
    shop = Shop(start_server())
    account = shop.user()
    shop.server.restart()
    assert len(shop.mailbox.wait_for(account.email)) == 1
