"""Reads the mails that the server left as files."""
import email
import email.policy
import re
import time

from support.patience import PATIENCE

ARRIVES_WITHIN_S = 5 * PATIENCE


class Mail:
    def __init__(self, raw):
        self.raw = raw
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        self.to = str(self.message["To"] or "")
        self.subject = str(self.message["Subject"] or "")
        self.sender = str(self.message["From"] or "")

    def part(self, content_type):
        for part in self.message.walk():
            if part.get_content_type() == content_type:
                return part.get_content()
        raise AssertionError(f"the mail has no {content_type} part")

    @property
    def text(self):
        return self.part("text/plain")

    @property
    def html(self):
        return self.part("text/html")

    @property
    def verification_link(self):
        return re.search(r"https?://\S+/api/user/verify-user\?code=[\w.~%-]+", self.text).group(0)

    @property
    def verification_code(self):
        return self.verification_link.rpartition("code=")[2]

    @property
    def otp(self):
        return re.search(r"(?<!\d)\d{6}(?!\d)", self.text).group(0)


class Mailbox:
    def __init__(self, server):
        self.folder = server.data_dir / "mail"
        self._read = {}  # by path: a mail does not change

    def all(self):
        mails = []
        for path in sorted(self.folder.glob("*.eml")):
            if path not in self._read:
                self._read[path] = Mail(path.read_bytes())
            mails.append(self._read[path])
        return mails

    def to(self, address, subject_contains=""):
        return [mail for mail in self.all() if address in mail.to and subject_contains in mail.subject]

    def wait_for(self, address, subject_contains="", count=1, within_s=ARRIVES_WITHIN_S):
        """The mails to an address once there are `count` of them; fails after within_s seconds."""
        give_up_at = time.monotonic() + within_s
        while True:
            mails = self.to(address, subject_contains)
            if len(mails) >= count:
                return mails
            assert time.monotonic() < give_up_at, (
                f"{len(mails)} of {count} mails to {address} about {subject_contains!r} within {within_s} s; "
                f"there are {[(mail.to, mail.subject) for mail in self.all()][-10:]}")
            time.sleep(0.05)
