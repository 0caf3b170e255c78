"""nginx that gives answers from its configuration: what a server can do at most that has nothing to work out."""
import os
import pathlib
import shutil
import tempfile

from servers import Server

# nginx has these of its own, and a connection's are nobody's answer.
NOT_COPIED = {"date", "content-length", "content-type", "connection"}
CHUNK = 1500  # nginx takes words of at most 4096 bytes in its configuration


def quoted(text):
    """A word of nginx's configuration that stands for the text itself."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}") + '"'


def location(number, path, answer):
    """A block that gives the answer: its bytes, its headers. Latin-1 carries any bytes through."""
    headers = "".join(f"add_header {name} {quoted(value)};\n" for name, value in answer.headers
                      if name.lower() not in NOT_COPIED)
    content_type = answer.header("content-type")
    default = f"default_type {quoted(content_type)};\n" if content_type else ""
    body = answer.body.decode("latin-1")
    chunks = [body[at:at + CHUNK] for at in range(0, len(body), CHUNK)]
    if len(chunks) < 2:
        given = quoted(body) if body else ""
        return f"location {path} {{\n{headers}{default}return {answer.status} {given};\n}}\n"
    parts = "".join(f"set $part{number}_{i} {quoted(chunk)};\n" for i, chunk in enumerate(chunks))
    whole = "".join(f"${{part{number}_{i}}}" for i in range(len(chunks)))
    return f'location {path} {{\n{headers}{default}{parts}return {answer.status} "{whole}";\n}}\n'


class Nginx(Server):
    """One worker. answers: one for everything, or {location of nginx's: answer}."""
    name = "nginx"

    def __init__(self, answers):
        super().__init__()
        self.answers = answers if isinstance(answers, dict) else {"/": answers}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-bench-"))
        self.log = open(self.folder / "output.log", "w+b")

    def start(self):
        config = self.folder / "nginx.conf"
        config.write_bytes(self.configuration())
        self.start_process(["nginx", "-p", self.folder, "-c", config], {"PATH": os.environ["PATH"]}, "/is-ready")

    def __exit__(self, *_):
        try:
            super().__exit__()
        finally:
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self):
        """Of the one worker."""
        return int(pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text())

    def configuration(self):
        locations = "".join(location(number, path, answer)
                            for number, (path, answer) in enumerate(self.answers.items()))
        return f"""daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
events {{ worker_connections 1024; multi_accept on; }}
http {{
access_log off;
server_tokens off;
tcp_nodelay on;
keepalive_requests 1000000000;
client_body_temp_path {self.folder}/body;
proxy_temp_path {self.folder}/proxy;
fastcgi_temp_path {self.folder}/fastcgi;
uwsgi_temp_path {self.folder}/uwsgi;
scgi_temp_path {self.folder}/scgi;
geo $dollar {{ default "$"; }}
server {{
listen 127.0.0.1:{self.port} backlog=1024;
location = /is-ready {{ return 200; }}
{locations}}}
}}
""".encode("latin-1")
