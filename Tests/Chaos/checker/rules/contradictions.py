"""What another context says of itself, and cannot be: nothing follows from it."""

from ..values import Refusal


def refuse(*cannot_be):
    if any(cannot_be):
        raise Refusal("refused", "it contradicts itself")


def check_outcome(check):
    """Real is what somebody who accepted has reduced; it may be too little for a point. What is not real brings none."""
    if check["isReal"]:
        refuse(check["answer"] != "accept", check["reducedWh"] <= 0, check["adjustPoint"] < 0)
    else:
        refuse(check["adjustPoint"] != 0, check["reducedWh"] > 0)


def check_started(order):
    refuse(order["status"] != "started", order["endsAt"] is not None and order["endsAt"] <= order["startsAt"])


def check_ended(order):
    refuse(order["status"] != "ended", order["endsAt"] < order["startsAt"])


def check_changed(order):
    refuse(order["status"] != "started", order["endsAt"] is not None and order["endsAt"] <= order["startsAt"])


def check_cancelled(order):
    refuse(order["status"] != "cancelled")


def check_saved(saved):
    refuse(saved["endsAt"] < saved["startsAt"])
