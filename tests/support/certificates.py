"""Certificates for tests of TLS, made by openssl."""
import os
import pathlib
import subprocess

WITHIN_S = 60
DAYS = "2"


class Authority:
    """A certificate authority of the test's own. What it makes lies in the folder."""

    def __init__(self, folder, name):
        self._folder = pathlib.Path(folder)
        self.certificate = self._folder / f"{name}.crt"
        self._key = self._folder / f"{name}.key"
        self._openssl("req", "-x509", *self._new_key(self._key), "-subj", f"/CN={name}", "-days", DAYS, "-addext",
                      "keyUsage=critical,keyCertSign", "-out", self.certificate)

    def issue(self, host, owner=None):
        """(certificate, key) of a server that is reached by this name alone. The key is the owner's, a user's entry
        in the system's list, else of who runs the test."""
        certificate, key = self._folder / f"{host}.crt", self._folder / f"{host}.key"
        request = self._folder / f"{host}.csr"
        extension = self._folder / f"{host}.ext"
        extension.write_text(f"subjectAltName=DNS:{host}\n")
        self._openssl("req", *self._new_key(key), "-subj", f"/CN={host}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", DAYS, "-extfile", extension, "-out", certificate)
        key.chmod(0o600)
        if owner is not None:
            os.chown(key, owner.pw_uid, owner.pw_gid)
        return certificate, key

    @staticmethod
    def _new_key(path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=WITHIN_S)
