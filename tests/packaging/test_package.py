"""The package's life on one machine, in this order: installed, used, upgraded, removed, purged."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
import requests

ENV = {name: os.environ[name] for name in os.environ if "proxy" in name.lower()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def before(machine):
    return machine.files()


@pytest.fixture(scope="session")
def installed(machine, package, before):
    shutil.copy(package, machine.path("/tmp/haat.deb"))
    machine.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", "/tmp/haat.deb", **ENV)
    return machine


@contextlib.contextmanager
def serving(machine):
    """As the unit starts it: the user haat, in /etc/haat."""
    port = free_port()
    process = subprocess.Popen(
        ["chroot", "--userspec=haat:haat", machine.root, "sh", "-c",
         f"cd /etc/haat && exec haat serve --port {port} --host 127.0.0.1"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    try:
        url = f"http://127.0.0.1:{port}"
        give_up_at = time.monotonic() + 20
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(url + "/readyz", timeout=2).status_code == 200:
                    break
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=20)[0]
    assert process.returncode == 0, output


def test_it_has_its_own_user_folder_and_settings(installed):
    user = installed.run("getent", "passwd", "haat").stdout.strip().split(":")
    assert user[5:] == ["/var/lib/haat", "/usr/sbin/nologin"]
    assert installed.run("stat", "-c", "%U:%G %a", "/var/lib/haat").stdout == "haat:haat 750\n"
    assert installed.run("stat", "-c", "%U:%G %a", "/etc/haat/haat.env").stdout == "root:haat 640\n"
    assert installed.run("dpkg-query", "-W", "-f", "${Conffiles}", "haat").stdout.split()[0] == "/etc/haat/haat.env"


def test_it_is_started_at_boot(installed):
    assert installed.path("/etc/systemd/system/sockets.target.wants/haat.socket").is_symlink()
    assert installed.path("/etc/systemd/system/multi-user.target.wants/haat.service").is_symlink()


def test_its_commands_run(installed):
    assert re.fullmatch(r"haat \d+\.\d+\.\d+\n", installed.run("haat", "version").stdout)
    done = installed.run("sh", "-c", "cd /etc/haat && haat doctor", user="haat:haat", check=False)
    assert "data folder: /var/lib/haat" in done.stdout and "FAIL" not in done.stdout, done.stdout
    assert done.returncode == 0


def test_it_comes_with_its_manual_and_papers(installed):
    for name in ("man/man1/haat.1.gz", "doc/haat/copyright", "doc/haat/changelog.gz", "doc/haat/docs/operations.md"):
        # dpkg of a bare Debian may be told to leave documents out; the package has them.
        assert f"./usr/share/{name}" in installed.run("dpkg-deb", "-c", "/tmp/haat.deb").stdout


def test_it_serves_and_keeps_what_it_is_given_where_it_belongs(installed):
    with serving(installed) as url:
        answer = requests.post(url + "/api/user/register", timeout=20, json={
            "name": "Asha", "email": "asha@example.com", "password": "Correct-horse-7-battery"})
        assert answer.status_code == 200, answer.text
        assert installed.run("haat", "health", "--port", url.rsplit(":", 1)[1]).stdout == ""
    assert installed.path("/var/lib/haat/haat.db").exists()
    assert installed.run("find", "/var/lib/haat", "!", "-user", "haat").stdout == ""
    done = installed.run("haat", "health", "--port", "9", check=False)
    assert done.returncode == 1 and "/readyz" in done.stdout


def test_root_restores_a_backup_so_that_the_service_can_read_it(installed):
    installed.run("sh", "-c", "cd /etc/haat && haat backup --to /root/shop.tar")
    assert installed.run("stat", "-c", "%U %a", "/root/shop.tar").stdout == "root 600\n"
    installed.run("sh", "-c", "cd /etc/haat && haat restore --force --from /root/shop.tar")
    with serving(installed) as url:
        assert requests.post(url + "/api/user/login", timeout=20, json={
            "email": "asha@example.com", "password": "Correct-horse-7-battery"}).status_code == 200


def test_an_upgrade_keeps_settings_and_data(installed):
    settings = installed.path("/etc/haat/haat.env")
    settings.write_text(settings.read_text() + "SHOP_NAME=Kept\n")
    installed.run("dpkg", "-i", "/tmp/haat.deb")
    assert "SHOP_NAME=Kept" in settings.read_text()
    assert installed.run("stat", "-c", "%U:%G %a", "/etc/haat/haat.env").stdout == "root:haat 640\n"
    with serving(installed) as url:
        assert requests.post(url + "/api/user/login", timeout=20, json={
            "email": "asha@example.com", "password": "Correct-horse-7-battery"}).status_code == 200


def test_removed_it_leaves_settings_and_data(installed):
    installed.run("apt-get", "-qq", "remove", "-y", "haat")
    assert not installed.path("/usr/bin/haat").exists()
    assert installed.path("/etc/haat/haat.env").exists() and installed.path("/var/lib/haat/haat.db").exists()


def test_purged_it_leaves_the_data_and_says_so(installed):
    done = installed.run("dpkg", "--purge", "haat")
    assert "/var/lib/haat" in done.stdout and "is kept" in done.stdout
    assert not installed.path("/etc/haat").exists()
    assert installed.path("/var/lib/haat/haat.db").exists()
    assert installed.run("getent", "passwd", "haat").returncode == 0


def test_purged_with_leave_it_leaves_nothing(installed, before):
    installed.run("dpkg", "-i", "/tmp/haat.deb")
    installed.path("/etc/haat/purge-data").touch()
    installed.run("dpkg", "--purge", "haat")
    assert not installed.path("/var/lib/haat").exists() and not installed.path("/etc/haat").exists()
    assert installed.run("getent", "passwd", "haat", check=False).returncode == 2
    left = {path for path in installed.files() - before if "haat" in path}
    assert left <= {"tmp/haat.deb"} | {path for path in left if path.startswith("var/log/") or path.startswith("root/")}
