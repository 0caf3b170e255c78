"""No request is hidden in another: what two readers could understand in two ways is refused and ends the connection
(RFC 9112, 9.6 and 11.2), and behind a proxy the server sees the requests that the proxy sees."""
import collections
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

from support.raw import RawConnection
from support.ports import free_port
from support.smuggling import REFUSED

WAIT_S = 5


def everything(host, port, data):
    """All that comes back until the connection ends, or nothing more comes."""
    received = b""
    with socket.create_connection((host, port), timeout=WAIT_S) as connection:
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            return received, True
        except socket.timeout:
            return received, False
    return received, True


def requests_in_log(server, already=0):
    return [(record["method"], record["path"]) for record in server.log_records()[already:]
            if record.get("event") == "request"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_and_ends_the_connection(server, name):
    received, closed = everything("127.0.0.1", server.port, REFUSED[name])
    assert received.startswith(b"HTTP/1.1 400 ") or received.startswith(b"HTTP/1.1 431 "), received[:200]
    assert received.count(b"HTTP/1.1 ") == 1, "one answer"
    assert closed, "the connection ends"


@pytest.mark.parametrize("name", [name for name, data in REFUSED.items() if len(data) < 2000])
def test_it_is_refused_byte_by_byte_too(server, name):
    data = REFUSED[name]
    with RawConnection(server) as connection:
        try:
            for at in range(len(data)):
                connection.send_bytes(data[at:at + 1])
        except (ConnectionResetError, BrokenPipeError):
            pass
        try:
            assert connection.read_answer().status in (400, 431)
            assert connection.is_closed_by_server()
        except ConnectionResetError:
            pass  # it was ended while we wrote


def test_nothing_hidden_was_served(server):
    time.sleep(0.5)
    assert not [path for _, path in requests_in_log(server) if "smuggled" in path]


NGINX_CONF = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 512; }}
http {{
    log_format seen '$status $request_method $request_uri';
    access_log {folder}/access.log seen;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream shop {{ server 127.0.0.1:{upstream}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port}; large_client_header_buffers 8 64k;
        location / {{
            proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_request_buffering {buffering}; proxy_read_timeout 20s;
        }}
    }}
}}
"""


class Proxy:
    def __init__(self, folder, upstream, sends, buffering):
        self.folder, self.port, self.sends = folder, free_port(), sends
        (folder / "nginx.conf").write_text(
            NGINX_CONF.format(folder=folder, port=self.port, upstream=upstream, buffering=buffering))
        self.process = subprocess.Popen([shutil.which("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)],
                                        stderr=subprocess.DEVNULL)
        give_up_at = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < give_up_at, "nginx does not start"
                time.sleep(0.05)

    def forwarded(self):
        """What it believes to have passed on."""
        lines = (line.split(" ", 2) for line in (self.folder / "access.log").read_text(errors="replace").splitlines())
        return [(method, uri) for status, method, uri in lines if not (status == "400" and not method)]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(params=[("whole bodies", "on"), ("bodies as they come", "off")], ids=lambda param: param[0])
def proxy(request, server, tmp_path):
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    pathlib.Path(tmp_path).chmod(0o755)
    running = Proxy(tmp_path, server.port, *request.param)
    yield running
    running.stop()


def test_behind_a_proxy_both_see_the_same_requests(server, proxy, report):
    """Also after each attack: who comes next on the proxy's kept connections gets the answer to what he asked."""
    time.sleep(1)  # the log is written a moment later
    already = len(server.log_records())
    good = b"GET /own-%d HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
    for number, (name, data) in enumerate(REFUSED.items()):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=1) as attack:
            try:
                attack.sendall(data)
                attack.settimeout(0.2)
                while attack.recv(65536):
                    pass
            except OSError:
                pass
        received, _ = everything("127.0.0.1", proxy.port, good % number)
        assert b"Cannot GET /own-%d" % number in received, f"after {name}: {received[-300:]!r}"
    time.sleep(1)
    seen, sent = collections.Counter(requests_in_log(server, already)), collections.Counter(proxy.forwarded())
    foreign = {request: count for request, count in seen.items()
               if count > sum(sent[key] for key in sent if key[0] == request[0] and key[1].startswith(request[1]))}
    assert not foreign, f"the server saw what the proxy never sent: {foreign}"
    report(f"smuggling attempts behind nginx (it sends {proxy.sends})", len(REFUSED), "no request but the proxy's")
