"""Makes and reads JSON web tokens by hand, good ones and forged ones."""
import base64
import hashlib
import hmac
import json

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def encode_part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_part(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload_of(token):
    return json.loads(decode_part(token.split(".")[1]))


def header_of(token):
    return json.loads(decode_part(token.split(".")[0]))


def sign(payload, key, algorithm="HS256", header=None):
    head = encode_part({"alg": algorithm, "typ": "JWT"} if header is None else header)
    signed = f"{head}.{encode_part(payload)}"
    if algorithm == "none":
        return signed + "."
    mac = hmac.new(key.encode(), signed.encode(), _HASHES[algorithm]).digest()
    return f"{signed}.{encode_part(mac)}"


def is_signed_with(token, key):
    signed, _, signature = token.rpartition(".")
    return hmac.compare_digest(decode_part(signature), hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest())
