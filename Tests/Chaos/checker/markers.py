"""Ends of transactions as Kafka has them. Clients do not show them, so that the few places where they matter are fetched in Kafka's
own protocol."""

import socket
import struct

FETCH, VERSION = 1, 4
CONTROL = 0x20
COMMIT = 1


def _string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def _request(topic, partition, offset):
    body = struct.pack(">iiiib", -1, 500, 1, 1 << 20, 0)
    body += struct.pack(">i", 1) + _string(topic) + struct.pack(">i", 1) + struct.pack(">iqi", partition, offset, 1 << 16)
    head = struct.pack(">hhi", FETCH, VERSION, 7) + _string("checker")
    return struct.pack(">i", len(head + body)) + head + body


def _read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("the broker has closed the connection")
        data += more
    return data


def _records(answer, topic):
    """The bytes of the batches in an answer about one partition."""
    # Correlation, throttling, topics, the topic's name, partitions, the partition.
    at = 4 + 4 + 4 + 2 + len(topic.encode()) + 4 + 4
    (error,) = struct.unpack_from(">h", answer, at)
    if error:
        raise OSError(f"Kafka does not give records of {topic}: error {error}")
    at += 2 + 8 + 8
    (aborted,) = struct.unpack_from(">i", answer, at)
    at += 4 + 16 * max(aborted, 0)
    (size,) = struct.unpack_from(">i", answer, at)
    return answer[at + 4 : at + 4 + size]


def commits_in(data, start, end):
    """The offsets from `start` on and below `end` at which a transaction was committed, of those that some batches have; and the
    offset behind the batches."""
    found, at, behind = [], 0, start
    while at + 61 <= len(data):
        offset, length = struct.unpack_from(">qi", data, at)
        if at + 12 + length > len(data):
            break
        attributes, last = struct.unpack_from(">hi", data, at + 21)
        behind = offset + last + 1
        # Length, attributes, time and offset of the one record take a byte each, so does its key's length; then version
        # and type.
        if attributes & CONTROL and start <= offset < end:
            (kind,) = struct.unpack_from(">h", data, at + 61 + 5 + 2)
            if kind == COMMIT:
                found.append(offset)
        at += 12 + length
    return found, behind


def find_commits(address, topic, partition, gaps):
    """The offsets in some gaps, (start, end) each, at which transactions were committed. `address` is the leader's."""
    found = set()
    with socket.create_connection(address, 30) as connection:
        for start, end in gaps:
            at = start
            while at < end:
                connection.sendall(_request(topic, partition, at))
                (size,) = struct.unpack(">i", _read(connection, 4))
                commits, behind = commits_in(_records(_read(connection, size), topic), at, end)
                found.update(commits)
                if behind <= at:
                    break
                at = behind
    return found
