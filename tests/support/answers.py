"""What holds for every answer of the server, whatever was asked; client.Client checks it on each."""
import json
import re
import threading
import urllib.parse

from support.openapi import Document

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';"
                               "frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';"
                               "script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Download-Options": "noopen",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-XSS-Protection": "0",
}
FORBIDDEN_KEYS = {"password", "refresh_token", "forgot_password_otp", "forgot_password_expiry",
                  "password_hash", "passwordHash"}
HASH_OF_A_PASSWORD = re.compile(r"\$argon2\w*\$|\$2[aby]\$\d\d\$")
E_ORDER = ["message", "error", "success"]
F_ORDER = ["message", "success", "error"]

_documents = {}
_lock = threading.Lock()


def _refuse_doubled_keys(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a key stands twice in {names}"
    return dict(pairs)


def parse_json(text):
    """Keeps the order of keys, which is part of the contract; refuses doubled ones."""
    return json.loads(text, object_pairs_hook=_refuse_doubled_keys)


def document_of(client, base_url):
    """The server's OpenAPI document, None when it has none."""
    with _lock:
        if base_url not in _documents:
            answer = client.plain_get(base_url + "/openapi.json")
            _documents[base_url] = Document(answer.json()) if answer.status_code == 200 else None
        return _documents[base_url]


def check_headers(headers, path, frontend_url):
    for name, value in SECURITY_HEADERS.items():
        assert headers.get(name) == value, f"{name} is {headers.get(name)!r}"
    resource_policy = "cross-origin" if path.lower().startswith("/media/") else "same-origin"
    assert headers.get("Cross-Origin-Resource-Policy") == resource_policy
    assert "X-Powered-By" not in headers
    assert headers.get("X-Request-Id"), "X-Request-Id is missing"
    if frontend_url is None:
        assert not [name for name in headers if name.lower().startswith("access-control-")]
    elif "," not in frontend_url:
        assert headers.get("Access-Control-Allow-Origin") == frontend_url
        assert headers.get("Access-Control-Allow-Credentials") == "true"
        assert "Origin" in [part.strip() for part in headers.get("Vary", "").split(",")]


def check_error_body(body, headers):
    assert isinstance(body, dict), f"an error that is no object: {body!r}"
    names = list(body)
    assert names[:3] in (E_ORDER, F_ORDER), f"an error begins with {names[:3]}"
    assert names[3:] in (["code", "requestId"],
                         ["code", "requestId", "field"]), f"an error ends with {names[3:]}"
    assert body["error"] is True and body["success"] is False
    assert isinstance(body["message"], str) and body["message"]
    assert body["requestId"] == headers["X-Request-Id"]
    assert isinstance(body.get("field", ""), str)


def check_no_secret_keys(value):
    if isinstance(value, dict):
        leaked = FORBIDDEN_KEYS & set(value)
        assert not leaked, f"the answer has {leaked}"
        for inner in value.values():
            check_no_secret_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            check_no_secret_keys(inner)


def check_private(response, operation):
    """Whoever keeps answers for others keeps none of these."""
    is_private = operation is not None and operation["x-access"] in ("user", "admin")
    if is_private or "Set-Cookie" in response.headers:
        assert "no-store" in response.headers.get("Cache-Control", ""), "a private answer may be kept"


def check_answer(response, client):
    request = response.request
    path = urllib.parse.urlsplit(request.url).path
    check_headers(response.headers, path, client.server.settings.get("FRONTEND_URL"))
    is_made_to_fail = "HAAT_FAIL_FILE" in client.server.settings
    assert is_made_to_fail or response.status_code != 500, f"{request.method} {path} answered 500: {response.text}"
    body = None
    if response.content and path.lower().startswith("/api/"):
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        body = parse_json(response.content.decode("utf-8"))
        check_no_secret_keys(body)
        assert not HASH_OF_A_PASSWORD.search(response.text), "the answer has the hash of a password"
    if response.status_code >= 400 and request.method != "HEAD":
        check_error_body(parse_json(response.content.decode("utf-8")), response.headers)
    document = document_of(client, client.server.base_url)
    template, operation = document.find(request.method, path) if document is not None else (None, None)
    check_private(response, operation)
    if operation is not None and request.method not in ("HEAD", "OPTIONS"):
        document.check(request.method, template, operation, response.status_code, body)
