#!/usr/bin/env python3
"""Sends commands of one context at a steady rate, and says what has become of them: each has exactly one effect, an event or a dead
letter, that names the record it comes from. Both sides are read from the topics with kcat, read_committed.

    load.py BROKERS CONTEXT RUN RATE SECONDS      exits 0 only if nothing is lost and nothing there twice; prints a line of JSON
"""
import collections, json, subprocess, sys, time

brokers, context, run, rate, seconds = *sys.argv[1:4], int(sys.argv[4]), float(sys.argv[5])
CUSTOMERS = 2000


def kcat(*words, **more):
    return subprocess.run(["kcat", "-b", brokers, *words], check=True, **more)


def send(topic, rows):
    """Rows of key and value, with the partitioner of the contract, which is kcat's own."""
    text = "".join(f"{key}\t{json.dumps(value)}\n" for key, value in rows)
    kcat("-P", "-t", topic, "-K", "\t", input=text.encode())


def read(topic):
    """(partition, offset, time, key, headers, value) of all that is committed."""
    out = kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed",
               "-f", "%p\x1f%o\x1f%T\x1f%k\x1f%h\x1f%s\x1e", stdout=subprocess.PIPE).stdout.decode(errors="replace")
    for line in out.split("\x1e")[:-1]:
        yield line.split("\x1f")


# What is sent for number i, and where it goes.
LOADS = {
    "user": ("user.commands",
             lambda i: (f"{run}-{i}", {"eventType": "RegisterUser", "id": f"{run}-{i}", "name": "n", "capacity": 1000})),
    "response": ("response.commands",
                 lambda i: (f"{run}-c{i % CUSTOMERS}",
                            {"eventType": ("Accept", "Deny")[i // CUSTOMERS % 2], "drId": run, "userId": f"{run}-c{i % CUSTOMERS}", "run": run})),
    # Nothing to end, and no readings: refused, each once.
    "dr": ("dr.commands", lambda i: (f"{run}-{i}", {"eventType": "EndDr", "id": f"{run}-{i}"})),
    "kepco": ("kepco.readings",
              lambda i: (f"{run}-{i}", {"eventType": "MeterReading", "userId": f"{run}-{i}", "run": run})),
    # Of nobody whose meters are read.
    "feed": ("feed.commands", lambda i: (f"{run}-{i}", {"eventType": "RevokeMeter", "userId": f"{run}-{i}"})),
}
source, make = LOADS[context]

if context == "response":  # an order that waits for answers of customers that there are
    send("user.commands", [(f"{run}-c{i}", {"eventType": "RegisterUser", "id": f"{run}-c{i}", "name": "n", "capacity": 1000}) for i in range(CUSTOMERS)])
    send("dr.commands", [(run, {"eventType": "StartDr", "id": run, "name": "kt", "type": "reliable"})])
    # Who answers before being asked is asked by that: two events, which is not what is counted here.
    deadline = time.time() + 60
    while sum(key.startswith(f"{run}-c") for _, _, _, key, _, _ in read("response.events")) < CUSTOMERS:
        if time.time() > deadline:
            sys.exit("not everybody has been asked within 60 s")
        time.sleep(1)

began = time.time()
producer = subprocess.Popen(["kcat", "-b", brokers, "-P", "-t", source, "-K", "\t", "-X", "linger.ms=5"], stdin=subprocess.PIPE)
sent = 0
while (now := time.time() - began) < seconds:
    while sent < now * rate:
        key, value = make(sent)
        producer.stdin.write(f"{key}\t{json.dumps(value)}\n".encode())
        sent += 1
    producer.stdin.flush()
    time.sleep(0.02)
producer.stdin.close()
if producer.wait() != 0:
    sys.exit("the load could not be sent")
achieved = sent / (time.time() - began)

# Not what the context has written there itself.
causes = {(p, o): int(t) for p, o, t, key, _, value in read(source) if key.startswith(run + "-") and '"eventType": "' in value}
deadline = time.time() + 60
while True:
    effects = collections.defaultdict(list)
    # An event's id is topic-partition-offset-number, a dead letter's source the same without the number.
    for topic, header, parts in ((f"{context}.events", "id", 3), (f"{context}.deadletters", "deadletter.source", 2)):
        for p, _, t, _, headers, _ in read(topic):
            name = dict(h.split("=", 1) for h in headers.split(",") if "=" in h).get(header, "")
            found = name.rsplit("-", parts)
            if found[0] == source and tuple(found[1:3]) in causes:
                effects[tuple(found[1:3])].append((p, int(t), name))
    lost = len(causes) - len(effects)
    if lost == 0 or time.time() > deadline:
        break
    time.sleep(1)
twice = sum(len(e) > 1 for e in effects.values())
delays = collections.defaultdict(int)
for at, found in effects.items():
    delays[found[0][0]] = max(delays[found[0][0]], found[0][1] - causes[at])
print(json.dumps({"context": context, "sent": sent, "seen": len(causes), "rate": round(achieved), "lost": lost, "twice": twice,
                  "longest delay by partition, ms": dict(sorted(delays.items()))}))
for at in [at for at in effects if len(effects[at]) > 1][:3]:
    print("more than one effect of", at, effects[at])
sys.exit(0 if lost == 0 and twice == 0 and len(causes) >= sent else 1)
