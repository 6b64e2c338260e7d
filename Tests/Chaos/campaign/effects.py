"""Whether each answer of a gateway whose Kafka comes and goes is true: held against what is in Kafka in the end."""
import json
import time

from .daemons import await_all
from .gateway import committed_records

#: What clocks that tell milliseconds leave open, in seconds.
CLOCK = 0.002


def check_effects(scene, gateway, traffic, stretches, limit):
    """What was answered is what has happened: read from Kafka itself, when nothing is on its way any more."""
    await_all("the gateway has nothing on its way", lambda: json.loads(gateway.ask("/health") or "null")["breaker"]["inFlight"] == 0, limit)
    # Whatever is still under way within a connection that the proxy has ended.
    time.sleep(2)
    await_all("the commands are worked on", lambda: scene.progress.lag("user") == 0, limit)
    followed = _follow(gateway, traffic)
    sent, written, effects, letters = {}, {}, {}, []
    for record, _, at in committed_records(scene.cluster.direct, "user.commands"):
        sent[record.get("id")] = sent.get(record.get("id"), 0) + 1
        written[record.get("id")] = at
    for event, command, _ in committed_records(scene.cluster.direct, "user.events"):
        if event["eventType"] == "UserRegistered":
            effects.setdefault(event["id"], []).append(command)
    for _, command, _ in committed_records(scene.cluster.direct, "user.deadletters"):
        letters.append(command)
    defects = [f"the command of customer {user} is in Kafka {count} times" for user, count in sent.items() if count > 1]
    defects += [f"command {command} was refused by its context" for command in letters]
    defects += _check_passed(traffic, stretches, written)
    kinds = {}
    for write in traffic.writes:
        state = {200: "done", 201: "done", 202: "accepted", 503: "refused"}.get(write.status, f"{write.status}")
        state = f"accepted, then {followed[write]}" if write.status == 202 else state
        if len(write.requests) > 1:
            state += " after 503"
        count = len(effects.get(write.user, []))
        kinds.setdefault(state, [0, 0])
        kinds[state][0] += 1
        kinds[state][1] += count
        wanted = {
            "done": (1,), "refused": (0,), "accepted, then done": (1,), "accepted, then pending": (0,), "accepted, then unknown": (0,)}
        # The command itself is where its effect is, or neither is anywhere.
        if count not in wanted.get(state.removesuffix(" after 503"), ()) or sent.get(write.user, 0) != count:
            defects.append(
                f"customer {write.user}: {state}, its command is in Kafka {sent.get(write.user, 0)} times and it has happened {count} times")
    print("answers and what has happened:")
    for state, (count, done) in sorted(kinds.items()):
        print(f"  {state:<32} {count:>6}, in user.events {done:>6}")
    return defects


def _check_passed(traffic, stretches, written):
    """Nothing but probes has got to Kafka through an open circuit: what has been sent since it opened was not in Kafka, by the broker's
    clock, before it closed. How long a request lay before the gateway looked at it is no matter."""
    defects = [
        f"customer {write.user}: 503, though its command was in Kafka when it was sent again" for write in traffic.writes
        if written.get(write.user, float("inf")) + CLOCK < write.requests[-1].sent]
    for stretch in stretches:
        passed = [
            write for write in traffic.writes
            if stretch.opened + CLOCK < write.requests[-1].sent and written.get(write.user, float("inf")) < stretch.closed]
        if len(passed) > len(stretch.probes):
            defects.append(
                f"{len(passed)} commands passed the circuit while it was open, with {len(stretch.probes)} probes: "
                + ", ".join(f"{write.user} ({write.status})" for write in passed[:10]))
    return defects


def _follow(gateway, traffic):
    """What has become of each write whose last answer was 202: done, refused, or pending for good, for it never reached Kafka; and after a
    while nobody knows of that one."""
    left = {write for write in traffic.writes if write.status == 202}
    found, deadline = {}, time.monotonic() + 15
    while left and time.monotonic() < deadline:
        for write in list(left):
            path = "/" + write.requests[-1].answer_headers["location"].split("/", 3)[3]
            text = gateway.ask(path)
            found[write] = json.loads(text)["state"] if text else "pending"
            if found[write] not in ("pending", "unknown"):
                left.remove(write)
        if left:
            time.sleep(0.5)
    return found
