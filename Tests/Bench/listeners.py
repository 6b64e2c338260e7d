#!/usr/bin/env python3
"""Many clients of the live stream, and what they cost: CPU and memory of the gateway, and how old the figures are that they get.

    listeners.py PORT COUNT PID COMMAND...

Opens COUNT streams and waits until each has its snapshot; then runs COMMAND, which has an order's figures move, until it ends (see
`benchmark gateway-move`: the order's capacity is the time). Prints figures; the age of what the last client gets is the slowest
client's, so it is this program's time for all of them too.
"""
import os, resource, select, socket, subprocess, sys, time

port, count, process = map(int, sys.argv[1:4])
mark, clock = b'"id":"dr-moving"', 10**12
asked = b'"capacity":{"asked":'


def cpu():
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident():
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
poll = select.epoll()
streams, started = {}, set()
for _ in range(count):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
    stream.setblocking(False)
    streams[stream.fileno()] = stream
    poll.register(stream, select.EPOLLIN)


def take(ages):
    """What is there, after a wait of 50 ms: each message is small and comes whole, or is not looked at."""
    for number, _ in poll.poll(0.05):
        data = streams[number].recv(65536)
        if not data:
            sys.exit("a stream has ended")
        if b"event: snapshot" in data:
            started.add(number)
        place = data.find(asked, data.find(mark)) if mark in data and b"event: order" in data else -1
        if place >= 0:
            place += len(asked)
            sent = int(data[place:data.index(b",", place)])
            ages.append((time.time() * 1000 - sent) % clock)


deadline = time.monotonic() + 60
while len(started) < count:
    if time.monotonic() > deadline:
        sys.exit(f"{len(started)} of {count} streams have begun")
    take([])
ages, before, began = [], cpu(), time.monotonic()
command = subprocess.Popen(sys.argv[4:])
while command.poll() is None:
    take(ages)
# The last ones are on their way.
end = time.monotonic() + 1
while time.monotonic() < end:
    take(ages)
if command.returncode or not ages:
    sys.exit("nothing has moved")
seconds = time.monotonic() - began
ages.sort()
print("messages", round(len(ages) / count / seconds, 2))
print("share", round((cpu() - before) / seconds * 100, 1))
print("rss", round(resident(), 1))
print("p50", round(ages[len(ages) // 2]))
print("p99", round(ages[len(ages) * 99 // 100]))
