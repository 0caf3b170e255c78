"""What is refused before a shop is served: settings that are not safe where all the world comes (PUBLIC_URL is https)."""
import pytest

from support.program import end_of

WORLD = "https://api.shop.example"
BAD_CONFIG = 78  # EX_CONFIG of sysexits.h


@pytest.mark.parametrize("setting", ["SECRET_KEY_ACCESS_TOKEN", "SECRET_KEY_REFRESH_TOKEN", "ADMIN_SECRET_KEY",
                                     "DEFAULT_ADMIN_PASSWORD"])
@pytest.mark.parametrize("secret", ["quite-short", "changeme"])
def test_a_weak_secret_is_not_served_to_the_world(setting, secret):
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", **{setting: secret})
    assert code == BAD_CONFIG
    line, = told.splitlines()
    assert line.startswith(f"haat: {setting}: ") and "openssl rand" in line and secret not in line


def test_pages_without_tls_are_not_served_to_the_world():
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", FRONTEND_URL="http://shop.example")
    assert (code, told.count("\n")) == (BAD_CONFIG, 1)
    assert told.startswith("haat: FRONTEND_URL: http://shop.example is not https")


def test_all_that_is_wrong_is_told_at_once():
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", ADMIN_SECRET_KEY="short", DEFAULT_ADMIN_PASSWORD="short")
    assert (code, told.count("\n")) == (BAD_CONFIG, 2)
