"""Registers customers at the gateway, one after the other in each of some threads, each over a connection of its own, until it is told to
stop by a file. Prints how many there were, what was answered, and the slowest, as JSON; fails where a command has failed.

    commands.py URL TOKEN PREFIX STOP THREADS
"""

import collections
import json
import pathlib
import sys
import threading
import time
import urllib.error
import urllib.request

url, token, prefix = sys.argv[1:4]
stop, threads = pathlib.Path(sys.argv[4]), int(sys.argv[5])
lock = threading.Lock()
answers, times, failed = collections.Counter(), [], []


def send(name):
    body = json.dumps({"id": name, "name": "Lee", "capacity": 8000}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Connection": "close"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/users", body, headers), timeout=40) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except Exception as error:
        return type(error).__name__, str(error)


def run(number):
    count = 0
    while not stop.exists():
        name = f"{prefix}-{number}-{count}"
        count += 1
        began = time.monotonic()
        status, text = send(name)
        with lock:
            answers[str(status)] += 1
            times.append(time.monotonic() - began)
            # 202: its outcome was not known in time, which is no failure.
            if status not in (201, 202):
                failed.append(f"{name}: {status} {text}")


workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
times.sort()
print(json.dumps({"commands": len(times), "answers": answers, "failed": failed[:5],
                  "p50 ms": round(times[len(times) // 2] * 1000), "slowest ms": round(times[-1] * 1000)}))
sys.exit(1 if failed else 0)
