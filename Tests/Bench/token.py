#!/usr/bin/env python3
"""An issuer's keys and one token of an operator, good for a day. Needs the program openssl.

    token.py DIRECTORY      writes DIRECTORY/keys.json, and prints the token
"""
import base64, json, subprocess, sys, time

directory = sys.argv[1]


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


key = f"{directory}/issuer.pem"
openssl("genrsa", "-out", key, "2048")
modulus = bytes.fromhex(openssl("rsa", "-in", key, "-noout", "-modulus").decode().strip().partition("=")[2])
with open(f"{directory}/keys.json", "w") as file:
    json.dump({"keys": [{
        "kty": "RSA", "kid": "bench", "alg": "RS256", "use": "sig", "n": encoded(modulus).decode(), "e": "AQAB"}]}, file)
now = int(time.time())
claims = {"iss": "https://bench", "aud": "negawatt", "sub": "bench", "roles": ["operator"], "iat": now, "exp": now + 86_400}
signed = b".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "bench", "typ": "JWT"}, claims))
print((signed + b"." + encoded(openssl("dgst", "-sha256", "-sign", key, data=signed))).decode())
