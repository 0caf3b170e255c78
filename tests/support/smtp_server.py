"""A mail server for tests (aiosmtpd): real SMTP on a free loopback port, obeying the recipient's name.

Prints its port, then one JSON line for each mail it took. Ends when its input ends.

    rejected@…  550 to RCPT      later@…  451 to RCPT      refused@…  554 to the mail itself
    slow@…      an answer to the mail after a minute        sender badsender@…  550 to MAIL

Options: --port N instead of a free one; --auth USER:PASSWORD wants that login; --tls FOLDER offers STARTTLS,
--smtps FOLDER speaks TLS from the start, both with a new certificate for 127.0.0.1, whose PEM is written to
FOLDER/cert.pem.

--silent greeting takes connections and never says a word, --silent text reads a mail and never answers to it: for ever,
or as often as --times says. Each time is a line too, with the word `silent`.
"""

import argparse
import asyncio
import email
import email.policy
import json
import math
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Silence:
    """Falls at one step, so many times."""

    def __init__(self, step, times):
        self.step, self.times = step, times

    def falls(self, step, **told):
        if step != self.step or self.times == 0:
            return False
        self.times -= 1
        print(json.dumps({"silent": step, **told}), flush=True)
        return True


class Mailbox:
    def __init__(self, silence):
        self.silence = silence

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("badsender@"):
            return "550 5.7.1 no such sender"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("rejected@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "451 4.2.1 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("refused@"):
            return "554 5.6.0 not this text"
        if envelope.rcpt_tos[0].startswith("slow@"):
            await asyncio.sleep(60)
        mail = describe(session, envelope)
        if self.silence.falls("text", **mail):
            await asyncio.Event().wait()
        print(json.dumps(mail), flush=True)
        return "250 OK"


def describe(session, envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.SMTPUTF8)
    parts = list(message.walk())
    lines = envelope.content.split(b"\r\n")
    return {
        "mail_from": envelope.mail_from,
        "rcpt_tos": envelope.rcpt_tos,
        "mail_options": envelope.mail_options,
        "tls": session.ssl is not None,
        "login": session.auth_data.decode() if session.auth_data else "",
        "from": str(message["From"]),
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "date": message["Date"].datetime.isoformat(),
        "message_id": str(message["Message-ID"]),
        "headers": [name for name, _ in message.items()],
        "types": [part.get_content_type() for part in parts],
        "text": parts[1].get_content().replace("\r\n", "\n") if len(parts) == 3 else "",
        "html": parts[2].get_content().replace("\r\n", "\n") if len(parts) == 3 else "",
        "defects": [str(defect) for part in parts for defect in part.defects],
        "longest_line": max(len(line) for line in lines),
        "bare_breaks": sum(line.count(b"\n") + line.count(b"\r") for line in lines),
    }


def make_tls_context(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context


def make_authenticator(expected):
    def authenticate(server, session, envelope, mechanism, auth_data):
        given = auth_data.login + b":" + auth_data.password
        return AuthResult(success=given == expected.encode(), handled=False, auth_data=auth_data.login)
    return authenticate


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--auth")
    parser.add_argument("--tls")
    parser.add_argument("--smtps")
    parser.add_argument("--silent", choices=("greeting", "text"))
    parser.add_argument("--times", type=int, default=math.inf)
    options = parser.parse_args()
    settings = {"enable_SMTPUTF8": True}
    if options.auth:
        settings |= {"authenticator": make_authenticator(options.auth), "auth_required": True,
                     "auth_require_tls": False}
    if options.tls:
        settings |= {"tls_context": make_tls_context(options.tls)}
    context = make_tls_context(options.smtps) if options.smtps else None
    silence = Silence(options.silent, options.times)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: asyncio.Protocol() if silence.falls("greeting") else SMTP(Mailbox(silence), **settings),
        "127.0.0.1", options.port, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
