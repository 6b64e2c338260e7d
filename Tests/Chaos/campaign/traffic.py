"""Those who read and write through a gateway at a steady pace, whatever the answers are: each request comes at its time and not when the
one before has been answered. What became of each is kept."""
import asyncio
import itertools
import json
import random
import threading
import time
import uuid

#: Until then every request has an answer, in seconds.
LONGEST = 30


class Request:
    def __init__(self, phase, method, path, body=None, headers=()):
        self.phase, self.method, self.path, self.body, self.headers = phase, method, path, body, dict(headers)
        self.sent = self.answered = None
        #: 0 where there was no answer.
        self.status, self.answer_headers, self.answer = 0, {}, b""

    @property
    def seconds(self):
        return self.answered - self.sent

    async def carry_out(self, port):
        self.sent = time.time()
        try:
            await asyncio.wait_for(self._exchange(port), LONGEST)
        except (OSError, ValueError, IndexError, EOFError, asyncio.TimeoutError) as error:
            self.status, self.answer = 0, repr(error).encode()
        self.answered = time.time()

    async def _exchange(self, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            body = (self.body or "").encode()
            lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in self.headers.items()]
            if self.method != "GET":
                lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            text = await reader.read()
        finally:
            writer.close()
        head, self.answer = text.split(b"\r\n\r\n", 1)
        first, *rest = head.decode().split("\r\n")
        self.answer_headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        self.status = int(first.split()[1])


class Write:
    """A customer that somebody registers; some try again, with the same key, where they were told that it had no effect."""

    def __init__(self, user, is_repeated):
        self.user, self.is_repeated, self.key, self.requests = user, is_repeated, str(uuid.uuid4()), []

    @property
    def status(self):
        return self.requests[-1].status

    def request(self, phase):
        body = json.dumps({"id": self.user, "name": self.user, "capacity": 1000})
        headers = {"Accept": "application/json", "Idempotency-Key": self.key}
        self.requests.append(Request(phase, "POST", "/users", body, headers))
        return self.requests[-1]


class Traffic(threading.Thread):
    """On an event loop of its own."""

    def __init__(self, port, control_port, order, seed, reads, writes):
        super().__init__(name="traffic")
        self.port, self.control_port, self.order, self.dice = port, control_port, order, random.Random(seed)
        self.reads_a_second, self.writes_a_second = reads, writes
        self.phase, self.over, self.began, self.error = "well", threading.Event(), None, None
        self.reads, self.writes, self.controls, self.looks = [], [], [], []
        self._tasks = set()

    def run(self):
        try:
            asyncio.run(self._run())
        except Exception as error:
            self.error = error

    async def _run(self):
        self.began = time.time()
        await asyncio.gather(
            self._keep_pace(self.reads_a_second, self._read), self._keep_pace(self.writes_a_second, self._write),
            self._keep_pace(20, self._ask_control), self._keep_pace(10, self._look))
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep_pace(self, rate, act):
        began = time.monotonic()
        for number in itertools.count():
            await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
            if self.over.is_set():
                return
            task = asyncio.create_task(act(number))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read(self, number):
        path = "/users?size=20" if number % 2 else f"/drs/{self.order}"
        request = Request(self.phase, "GET", path, headers={"Accept": "application/json"})
        self.reads.append(request)
        await request.carry_out(self.port)

    async def _write(self, number):
        write = Write(f"b{number}", self.dice.random() < 0.3)
        self.writes.append(write)
        while True:
            request = write.request(self.phase)
            await request.carry_out(self.port)
            if request.status != 503 or not write.is_repeated or self.over.is_set():
                return
            await asyncio.sleep(self.dice.uniform(0.5, 1.5) * int(request.answer_headers.get("retry-after", 1)))
            if self.over.is_set():
                return

    async def _ask_control(self, _):
        request = Request(self.phase, "GET", "/")
        self.controls.append(request)
        await request.carry_out(self.control_port)

    async def _look(self, _):
        request = Request(self.phase, "GET", "/health")
        await request.carry_out(self.port)
        if request.status == 200:
            self.looks.append((request.answered, json.loads(request.answer)["breaker"]["state"]))

    def delay(self, begin, end):
        """By how much this busy machine is late, in seconds: a bare server was asked all the while, and this is the longest that it took."""
        return max(
            (one.seconds for one in self.controls if one.answered and one.answered >= begin and one.sent <= end), default=0)


def serve_control(connection):
    """A process that answers at once and does nothing else."""
    async def answer(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (OSError, EOFError):
            pass
        writer.close()

    async def serve():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        connection.send(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()
    asyncio.run(serve())
