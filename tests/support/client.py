"""Calls the API as one caller: with a Bearer token, with cookies, or with nothing."""
import http.cookiejar

import requests

from support.answers import check_answer
from support.patience import PATIENCE

TIMEOUT_S = 30 * PATIENCE


class SetCookie:
    """One Set-Cookie header, taken apart."""

    def __init__(self, text):
        pair, *attributes = [part.strip() for part in text.split(";")]
        self.name, _, self.value = pair.partition("=")
        self.attributes = attributes


class Client(requests.Session):
    """Keeps no cookies by itself: what is sent is what the test says. Checks every answer (support/answers.py)."""

    def __init__(self, server, token=None, cookies=None):
        super().__init__()
        self.server = server
        self.token = token
        self.sent_cookies = dict(cookies or {})
        self.trust_env = False
        self.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))

    def request(self, method, path, headers=None, **arguments):
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.sent_cookies:
            sent.setdefault("Cookie",
                            "; ".join(f"{name}={value}" for name, value in self.sent_cookies.items()))
        arguments.setdefault("timeout", TIMEOUT_S)
        arguments["allow_redirects"] = False
        response = super().request(method, self.server.base_url + path, headers=sent, **arguments)
        check_answer(response, self)
        return response

    def plain_get(self, url):
        """Without any check."""
        return super().request("GET", url, timeout=TIMEOUT_S)

    def send_text(self, method, path, body, content_type="application/json", **headers):
        """A body as exactly these bytes."""
        raw = body if isinstance(body, bytes) else body.encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": content_type, **named} if content_type else named
        return self.request(method, path, data=raw, headers=sent)


def set_cookies(response):
    """The answer's Set-Cookie headers by name."""
    return {cookie.name: cookie for cookie in map(SetCookie, response.raw.headers.getlist("Set-Cookie"))}
