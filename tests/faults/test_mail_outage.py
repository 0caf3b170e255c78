"""The mail server is away, never says a word, or takes a mail and does not answer: nobody waits for it but the mails, the
program ends when it is told to, and each mail arrives later, once.

In `make faults` on both engines, and also with a silence that takes as long as a whole mail may.
"""
import collections
import os
import statistics
import time

import pytest

from mail_server import MailServer
from support.patience import PATIENCE, wait_until
from support.server import Server
from support.shop import Shop

PEOPLE = 5
WORKERS = 2  # mails that are under way at the same time
OUTAGES = {"refused": None, "no_word": "greeting", "no_answer": "text"}
IS_WHOLE = "HAAT_STEP_ROUNDS" in os.environ
ENGINES = ["sqlite", "postgres"] if IS_WHOLE else ["sqlite"]
SILENCES = {"greeting": 10, "text": 30} if IS_WHOLE else {"greeting": 10}  # and how long one is borne, in seconds
# A request that waited for the mail would take 10 s or more.
TIMES_SLOWER, SLACK_S = 3, 0.3
STOPS_WITHIN_S = 10 * PATIENCE  # a mail that is under way has 5 s
ARRIVES_WITHIN_S = 60
AGAIN_WITHIN_S = 10 * PATIENCE  # after a silence

pytestmark = pytest.mark.parametrize("database_engine", ENGINES, indirect=True, scope="module")


@pytest.fixture
def mail_server():
    running = MailServer()
    yield running
    running.stop()


@pytest.fixture
def shop(database_engine, mail_server):
    server = Server(MAIL_TRANSPORT="smtp", SMTP_URL=mail_server.url)
    yield Shop(server.start())
    server.discard()


class Askers:
    """People who register, and forget their password: two mails each."""

    def __init__(self, shop):
        self._shop = shop
        self.emails = []

    def ask(self, count=PEOPLE):
        """How long the two answers take: the medians, in seconds."""
        return [statistics.median(times) for times in zip(*[self._ask_once() for _ in range(count)])]

    def _ask_once(self):
        registered = self._shop.register()
        assert registered.status_code == 200, registered.text
        self.emails.append(registered.json()["data"]["email"])
        forgot = self._shop.anyone.put("/api/user/forget-password", json={"email": self.emails[-1]})
        assert forgot.status_code == 200, forgot.text
        return registered.elapsed.total_seconds(), forgot.elapsed.total_seconds()

    def expect_each_mail_once(self, mail_server):
        """It is stopped then, and all that it said is read."""
        wait_until(lambda: waiting_mails(self._shop.server) == 0, ARRIVES_WITHIN_S)
        mail_server.stop()
        mails = collections.Counter((mail["to"], mail["subject"]) for mail in mail_server.taken)
        assert set(mails.values()) == {1}, mails
        assert collections.Counter(to for to, _ in mails) == dict.fromkeys(self.emails, 2)


def waiting_mails(server):
    with server.database() as database:
        return database.execute("SELECT count(*) FROM outbox_events WHERE state = 0").fetchone()[0]


def failed_attempts(server):
    return server.log_text().count("to be tried again")


def expect_about_as_fast(answers_s, usual_s):
    for took_s, usually_s in zip(answers_s, usual_s):
        assert took_s < TIMES_SLOWER * usually_s + SLACK_S, (answers_s, usual_s)


@pytest.mark.parametrize("outage", OUTAGES)
def test_only_mails_wait_for_a_mail_server(shop, mail_server, outage, database_engine, report):
    askers = Askers(shop)
    askers.ask(1)
    usual_s = askers.ask()
    askers.expect_each_mail_once(mail_server)

    if OUTAGES[outage]:
        mail_server.start("--silent", OUTAGES[outage])
    expect_about_as_fast(askers.ask(), usual_s)
    wait_until(lambda: failed_attempts(shop.server) + len(mail_server.silences) >= WORKERS)

    begun_at = time.monotonic()
    shop.server.stop()
    stopped_s = time.monotonic() - begun_at
    assert stopped_s < STOPS_WITHIN_S
    shop.server.start()
    expect_about_as_fast(askers.ask(), usual_s)

    unanswered = {mail["message_id"] for mail in mail_server.silences if "message_id" in mail}
    mail_server.restart()
    askers.expect_each_mail_once(mail_server)
    assert unanswered <= {mail["message_id"] for mail in mail_server.taken}, "who had a mail already can tell"
    report(f"{database_engine}: the mail server is away ({outage.replace('_', ' ')})", 2 * len(askers.emails),
           f"nobody waited, it stopped within {stopped_s:.1f} s, each mail arrived once")


@pytest.mark.parametrize("step", SILENCES)
def test_a_mail_that_is_not_answered_gives_way_to_others(shop, mail_server, step, database_engine, report):
    """The silent connections stay, until their time runs out."""
    mail_server.restart("--silent", step, "--times", str(WORKERS))
    askers = Askers(shop)
    begun_at = time.monotonic()
    askers.ask()
    askers.expect_each_mail_once(mail_server)
    took_s = time.monotonic() - begun_at
    assert took_s < SILENCES[step] + AGAIN_WITHIN_S
    assert len(mail_server.silences) == failed_attempts(shop.server) == WORKERS
    report(f"{database_engine}: the mail server is silent to two mails (at the {step})", 2 * len(askers.emails),
           f"each arrived once, all within {took_s:.0f} s")
