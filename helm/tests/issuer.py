"""An issuer of tokens with a key of its own.

    issuer.py DIR keys                                        makes the key in DIR, and prints its JWK Set
    issuer.py DIR token ISSUER AUDIENCE NAME ROLE [CUSTOMER]  prints a token of an hour, signed by it
"""

import base64
import json
import pathlib
import subprocess
import sys
import time


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    def __init__(self, directory):
        self.key = pathlib.Path(directory) / "tokens.key"
        if not self.key.exists():
            openssl("genrsa", "-out", str(self.key), "2048")

    def keys(self):
        modulus = openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().partition("=")[2]
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "e": "AQAB", "n": url64(bytes.fromhex(modulus))}]}

    def token(self, seconds, **claims):
        now = int(time.time())
        head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
        text = ".".join(url64(json.dumps(part).encode()) for part in (head, {"iat": now, "exp": now + seconds} | claims))
        return f"{text}.{url64(openssl('dgst', '-sha256', '-sign', str(self.key), data=text.encode()))}"


if __name__ == "__main__":
    directory, what, *rest = sys.argv[1:]
    if what == "keys":
        print(json.dumps(Issuer(directory).keys()))
    else:
        issuer, audience, name, role, *customer = rest
        own = {"customer": customer[0]} if customer else {}
        print(Issuer(directory).token(3600, iss=issuer, aud=audience, sub=name, roles=[role], **own))
