"""What the server tells about itself, and what it must not."""
import json
import re
import signal
import time

import pytest

from support.client import Client
from support.expect import UNKNOWN_ID
from support.raw import RawConnection
from support.server import ACCESS_KEY, ADMIN_KEY, ADMIN_PASSWORD, REFRESH_KEY, Server
from support.shop import PASSWORD, Shop


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_it_says_that_it_lives_and_is_ready(anyone, path):
    assert anyone.get(path).status_code == 200


def test_every_answer_has_a_request_id_of_its_own(anyone):
    ids = {anyone.get("/nope").headers["X-Request-Id"] for _ in range(20)}
    assert len(ids) == 20


def test_an_id_from_outside_cannot_break_headers_or_log(anyone):
    for sent in ("a" * 5000, '"><script>', "x y", "%0d%0aX-Evil: 1"):
        answered = anyone.get("/nope", headers={"X-Request-Id": sent}).headers["X-Request-Id"]
        assert re.fullmatch(r"[\w.:-]{1,128}", answered), answered


def metrics_for(server, **headers):
    return Client(server).get("/metrics", headers=headers)


def test_metrics_are_for_this_machine_and_private_networks(start_server):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    assert metrics_for(server).status_code == 200
    assert metrics_for(server, **{"X-Forwarded-For": "10.1.2.3"}).status_code == 200
    refused = metrics_for(server, **{"X-Forwarded-For": "198.51.100.1"})
    assert refused.status_code == 404
    assert refused.json()["message"] == "Cannot GET /metrics", "as if it were not there"


def test_metrics_are_not_for_whom_an_unnamed_proxy_lets_in(server):
    assert metrics_for(server).status_code == 200
    assert metrics_for(server, **{"X-Forwarded-For": "10.1.2.3"}).status_code == 404


def test_metrics_are_for_those_that_the_operator_names(start_server):
    assert metrics_for(start_server(METRICS_ALLOW="192.0.2.0/24")).status_code == 404
    assert metrics_for(start_server(METRICS_ALLOW="192.0.2.0/24, 127.0.0.1")).status_code == 200


def test_requests_are_counted_by_route_not_by_path(anyone):
    counted = re.compile(r'^haat_http_requests_total\{[^}]*route="get_category"[^}]*status="404"[^}]*\} (\d+)$', re.MULTILINE)

    def count():
        response = anyone.get("/metrics")
        assert response.status_code == 200 and response.headers["Content-Type"].startswith("text/plain")
        assert UNKNOWN_ID not in response.text
        return sum(map(int, counted.findall(response.text)))

    before = count()
    for _ in range(3):
        anyone.get(f"/api/category/{UNKNOWN_ID}")
    assert count() == before + 3


# --- the document


@pytest.fixture(scope="module")
def document(anyone):
    response = anyone.get("/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


def operations_of(document):
    return [(f"{method.upper()} {path}", operation) for path, item in document["paths"].items()
            for method, operation in item.items() if isinstance(operation, dict)]


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] and document["info"]["version"]


def test_every_operation_has_a_name_a_summary_an_access_and_answers(document):
    names = []
    for route, operation in operations_of(document):
        assert operation["summary"] and operation["x-access"] and operation["responses"], route
        names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_every_parameter_of_a_path_is_described(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            described = {parameter["name"]
                         for parameter in operation.get("parameters", []) + item.get("parameters", [])
                         if parameter.get("in") == "path"}
            assert described == set(re.findall(r"\{([^}]+)\}", path)), f"{method} {path}"


def test_every_reference_leads_somewhere(document):
    for reference in set(re.findall(r'"\$ref":\s*"#/([^"]+)"', json.dumps(document))):
        node = document
        for part in reference.split("/"):
            assert part in node, reference
            node = node[part]


def test_the_codes_of_errors_are_listed(document):
    text = json.dumps(document)
    for code in ("invalid_token", "admin_only", "category_not_found", "only_in_stock", "weak_password",
                 "invalid_field"):
        assert f'"{code}"' in text


# --- the log


def use_all_secrets(start_server, **settings):
    """A server on which everything secret was used once, stopped so that its log is whole, and those secrets."""
    shop = Shop(start_server(LOG_LEVEL="debug", **settings))
    account = shop.user()
    code = shop.mailbox.wait_for(account.email)[0].verification_code
    shop.anyone.get(f"/api/user/verify-user?code={code}")
    otp = shop.request_otp(account.email)
    token = shop.anyone.put("/api/user/verify-otp",
                            json={"email": account.email, "otp": otp}).json()["data"]["resetToken"]
    Client(shop.server, cookies={"resetToken": token}).put(
        "/api/user/reset-password", json={"email": account.email, "newPassword": "Brand-new-9-secret"})
    account.by_cookie().get("/api/cart")
    account.password = "Brand-new-9-secret"
    account.log_in()
    shop.anyone.post("/api/user/login", json={"email": account.email, "password": "Wrong-secret-77"})
    shop.anyone.send_text("POST", "/api/user/login", '{"email":"x","password":"Broken-secret-55"')
    account.put("/api/user/update-user", json={"password": "Third-secret-33-x"})
    assert shop.admin.is_alive()
    request_id = account.get("/api/cart").headers["X-Request-Id"]
    secrets = {"password": PASSWORD, "new password": "Brand-new-9-secret",
               "wrong password": "Wrong-secret-77",
               "password in a broken body": "Broken-secret-55", "changed password": "Third-secret-33-x",
               "admin's password": ADMIN_PASSWORD, "admin key": ADMIN_KEY, "access key": ACCESS_KEY,
               "refresh key": REFRESH_KEY,
               "access token": account.token, "refresh token": account.refresh_token,
               "verification code": code,
               "reset token": token, "code by mail": f'"{otp}"', "address": account.email}
    metrics = shop.anyone.plain_get(shop.server.base_url + "/metrics").text
    shop.server.restart()
    return shop.server, secrets, request_id, metrics


@pytest.fixture(scope="module")
def eventful(start_server):
    return use_all_secrets(start_server)


def expect_no_secret(server, secrets):
    log = server.log_text() + server.output_text()
    assert [name for name, secret in secrets.items() if secret in log] == []


def test_no_secret_is_in_log_or_output(eventful):
    server, secrets, _, _ = eventful
    expect_no_secret(server, secrets)


@pytest.mark.parametrize("log_format", ["pretty", "combined"])
def test_no_secret_is_in_a_log_of_another_form(start_server, log_format):
    server, secrets, _, _ = use_all_secrets(start_server, LOG_FORMAT=log_format)
    expect_no_secret(server, secrets)


def test_no_secret_is_in_the_metrics(eventful):
    _, secrets, _, metrics = eventful
    assert "haat_http_requests_total" in metrics
    assert [name for name, secret in secrets.items() if secret in metrics] == []


def test_every_line_of_the_log_is_json(eventful):
    server, _, _, _ = eventful
    lines = server.log_text().splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict)


def test_a_request_can_be_found_in_the_log_by_its_id(eventful):
    server, _, request_id, _ = eventful
    records = [record for record in server.log_records() if request_id in record.values()]
    assert any(200 in record.values() and "GET" in record.values() for record in records)


def test_nothing_from_outside_makes_a_line_of_its_own(start_server):
    server = start_server()
    with RawConnection(server) as connection:
        connection.send("GET /%0a%7b%22forged%22:1%7d HTTP/1.1", "Host: {host}",
                        'User-Agent: x"}\\n{"forged":1}')
        connection.read_answer()
    time.sleep(0.5)
    server.restart()
    assert not any("forged" in record for record in server.log_records())


# --- settings


def test_settings_come_from_a_file_too_and_the_environment_goes_first():
    server = Server(ADMIN_SECRET_KEY=None)
    (server.folder / ".env").write_text('# comment\nADMIN_SECRET_KEY="from-the-file"\nSHOP_NAME=ignored\n')
    server.start()
    try:
        shop = Shop(server)
        assert shop.user(adminKey="from-the-file").profile["role"] == "ADMIN"
        assert shop.mailbox.wait_for("@example.com", "from Test Shop")
    finally:
        server.discard()


def test_a_running_request_is_answered_before_the_server_ends():
    server = Server().start()
    with RawConnection(server) as connection:
        connection.send("POST /api/user/login HTTP/1.1", "Host: {host}", "Content-Type: application/json",
                        "Content-Length: 2", "Expect: 100-continue")
        assert connection.read_answer().status == 100
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send_bytes(b"{}")
        assert connection.read_answer().status == 400
    assert server.process.wait(15) == 0
    server.process = None
    server.discard()
