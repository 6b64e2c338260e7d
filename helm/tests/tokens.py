"""A small server of tokens: what a Kafka with OAUTHBEARER and its clients ask.

    tokens.py DIR HOST PORT      POST /token with a client's id and its secret, ID-password, gives a token of five minutes; GET /keys says
                                 what they are signed by. Its key is made in DIR; it ends when DIR is gone. Prints for whom a token is.
"""

import base64
import http.server
import json
import pathlib
import subprocess
import sys
import time

directory, host, port = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
key = directory / "tokens.key"


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(client):
    now = int(time.time())
    claims = {"sub": client, "aud": "kafka", "iss": f"http://{host}:{port}", "iat": now, "exp": now + 300}
    head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
    text = ".".join(url64(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{url64(openssl('dgst', '-sha256', '-sign', str(key), data=text.encode()))}"


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200 if self.path == "/keys" else 404, {"keys": [public]} if self.path == "/keys" else {})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        client, _, secret = base64.b64decode(credentials).decode().partition(":")
        if self.path != "/token" or kind != "Basic" or not client or secret != f"{client}-password":
            return self.answer(401, {"error": "invalid_client"})
        # In one piece: several threads do so.
        print(f"token for {client}\n", end="", flush=True)
        self.answer(200, {"access_token": token(client), "token_type": "Bearer", "expires_in": 300})

    def log_message(self, *_):
        pass


openssl("genrsa", "-out", str(key), "2048")
modulus = openssl("rsa", "-in", str(key), "-noout", "-modulus").decode().strip().partition("=")[2]
public = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "e": "AQAB", "n": url64(bytes.fromhex(modulus))}
with http.server.ThreadingHTTPServer((host, port), Handler) as server:
    server.timeout = 1
    print("ready", flush=True)
    while key.exists():
        server.handle_request()
