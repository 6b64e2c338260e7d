"""What became of the requests of a campaign, second by second."""
import statistics


def p99(requests):
    return sorted(request.seconds for request in requests)[len(requests) * 99 // 100] if requests else 0


def median(requests):
    return statistics.median(request.seconds for request in requests)


def _bar(requests, *shares):
    """Ten places, of which each share has what it is of the requests, rounded down but never away."""
    text = ""
    for sign, is_one in shares:
        count = sum(map(is_one, requests))
        text += sign * max(1 if count else 0, count * 10 // max(1, len(requests)))
    return text[:10].ljust(10)


def draw(traffic):
    """A line for each second: how those have fared who asked in it."""
    print("\n  s  phase       reads             p99 ms  commands █ done ▒ accepted · 503   p99 ms  circuit")
    commands = [request for write in traffic.writes for request in write.requests]
    last = max(request.sent for request in traffic.reads)
    for second in range(int(last - traffic.began) + 1):
        begin = traffic.began + second
        now = lambda requests: [one for one in requests if begin <= one.sent < begin + 1 and one.answered]
        reads, writes = now(traffic.reads), now(commands)
        if not reads and not writes:
            continue
        states = [state for at, state in traffic.looks if begin <= at < begin + 1]
        states = [state for place, state in enumerate(states) if place == 0 or states[place - 1] != state]
        good = sum(one.status == 200 for one in reads)
        bar = _bar(
            writes, ("█", lambda one: one.status in (200, 201)), ("▒", lambda one: one.status == 202),
            ("·", lambda one: one.status == 503), ("?", lambda one: one.status not in (200, 201, 202, 503)))
        taken = sum(one.status in (200, 201, 202) for one in writes)
        print(f"{second:>3}  {(reads or writes)[0].phase:<10}  {_bar(reads, ('█', lambda one: one.status == 200))} "
              f"{100 * good // max(1, len(reads)):>3} % {p99(reads) * 1000:>6.0f}  {bar} "
              f"{100 * taken // max(1, len(writes)):>3} % of {len(writes):>3} {p99(writes) * 1000:>12.0f}  {' '.join(states)}")
