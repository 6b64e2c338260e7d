#!/usr/bin/env python3
"""Checks a run from the outside: reads all topics and the state files, works out from the input alone what has to be
there, and prints what it compared.

The daemons have to be stopped, with nothing left to do: offsets at the ends, and no list half made. State files are
opened as SQLite does, which puts what is in a -wal into them. Needs confluent-kafka (from PyPI).

Exit code 0: all agrees; 1: there are differences, which it prints; 2: it cannot be checked."""

import argparse
import gc
import sys
import time
import traceback
from decimal import Decimal
from pathlib import Path

from checker.contract import Contract, check_contract
from checker.answers import check_answers
from checker.effects import check_effects, check_ends
from checker.files import check_snapshots, check_states
from checker.kafka import CannotCheck, read
from checker.origins import find_origins
from checker.positions import check_positions
from checker.receiver import check_receivers
from checker.report import Report
from checker.rules import Settings, all_rules
from checker.sent import check_sent, find_places, load_sent
from checker.shards import check_rules
from checker.utility import check_utility
from checker.wholes import check_wholes

TOPICS = Path(__file__).resolve().parents[2] / "topics"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT")
    parser.add_argument(
        "--state", nargs="*", action="extend", default=[], metavar="DIR", help="a daemon's --state-directory"
    )
    parser.add_argument("--snapshots", metavar="DIR", help="copies of files at the instant of each kill")
    parser.add_argument(
        "--sent", action="append", default=[], metavar="FILE", help="what producers had acknowledged, a JSON object a line"
    )
    parser.add_argument("--kepco-reference-days", type=int, default=10, metavar="DAYS")
    parser.add_argument("--points-per-wh", type=Decimal, default=Decimal(1), metavar="POINTS")
    parser.add_argument("--days-kept", type=int, default=90, metavar="DAYS")
    parser.add_argument("--readings-deadline-min", type=int, default=120, metavar="MIN")
    parser.add_argument("--corrections-days", type=int, default=30, metavar="DAYS")
    parser.add_argument("--corrections-delay-s", type=int, default=2, metavar="S")
    parser.add_argument("--sums-period-s", type=int, default=10, metavar="S")
    parser.add_argument("--points-period-s", type=int, default=3600, metavar="S")
    parser.add_argument("--points-expire-days", type=int, default=0, metavar="DAYS")
    parser.add_argument("--answer-patience-s", type=int, default=60, metavar="S")
    parser.add_argument("--utility-patience-s", type=int, default=120, metavar="S")
    parser.add_argument("--utility", metavar="FILE", help="the simulated utility's seed, faults and accounts")
    parser.add_argument("--notices-patience-s", type=int, default=120, metavar="S")
    parser.add_argument(
        "--receiver", action="append", default=[], metavar="CHANNEL=FILE", help="a channel of notify's, and what its receiver was told")
    parser.add_argument("--upgraded", action="store_true", help="a released version has worked on it before")
    parser.add_argument("--step-rows", type=int, default=200, metavar="ROWS")
    return parser.parse_args()


def receivers_of(options):
    """Files by channel. Without them nobody is told."""
    return dict(word.split("=", 1) for word in options.receiver)


def settings_of(options):
    """As the daemons were started with."""
    settings = Settings()
    settings.reference_days = options.kepco_reference_days
    settings.milli_points_per_wh = int(options.points_per_wh * 1000)
    settings.days_kept = options.days_kept
    settings.readings_deadline_ms = options.readings_deadline_min * 60_000
    settings.corrections_days = options.corrections_days
    settings.corrections_delay_ms = options.corrections_delay_s * 1000
    settings.sums_period_ms = options.sums_period_s * 1000
    settings.points_period_ms = options.points_period_s * 1000
    settings.points_expire_days = options.points_expire_days
    settings.answer_patience_ms = options.answer_patience_s * 1000
    settings.feed_call_limit_ms = options.utility_patience_s * 1000
    settings.step_rows = options.step_rows
    settings.notify_call_limit_ms = options.notices_patience_s * 1000
    settings.notify_channels = tuple(receivers_of(options))
    return settings


def main():
    options = arguments()
    report = Report()
    began = time.monotonic()

    def stage(name):
        print(f"{time.monotonic() - began:6.1f} s  {name}", file=sys.stderr, flush=True)

    # Hundreds of thousands of records that all stay: nothing to collect.
    gc.disable()
    try:
        stage("reading Kafka")
        log = read(options.bootstrap)
        for topic in log.records:
            report.count(f"records in {topic}", sum(map(len, log.records[topic])))
        log.is_upgraded = options.upgraded
        find_origins(log)
        stage("offsets, ids, dead letters")
        check_ends(log, report)
        check_positions(log, report, options.points_expire_days > 0)
        check_answers(log, report)
        effects = check_effects(log, report)
        stage("messages against topics/")
        check_contract(log, Contract(TOPICS), report)
        stage("state files")
        check_states(log, options.state, report)
        if options.snapshots:
            stage("snapshots")
            check_snapshots(log, options.snapshots, report)
        stage("the rules, record by record")
        sent = [item for path in options.sent for item in load_sent(path)] if options.sent else None
        places = None if sent is None else find_places(log, sent, report)
        outcomes = check_rules(log, effects, all_rules(settings_of(options)), report, places)
        stage("customers and orders as a whole")
        check_wholes(log, effects, outcomes, report)
        if options.utility:
            stage("the utility's meters")
            check_utility(log, options.utility, settings_of(options), report)
        if options.receiver:
            stage("what receivers were told")
            check_receivers(log, receivers_of(options), settings_of(options), report)
        if sent is not None:
            stage("what was sent")
            check_sent(log, sent, outcomes, report)
    except (CannotCheck, OSError, ImportError) as problem:
        print(f"cannot be checked: {problem}", file=sys.stderr)
        return 2
    except Exception:
        # A fault of the checker's own, or data that it was not made for: no verdict.
        traceback.print_exc()
        print("cannot be checked: the checker itself has failed", file=sys.stderr)
        return 2
    report.write()
    stage("done")
    return 0 if report.agrees else 1


if __name__ == "__main__":
    sys.exit(main())
