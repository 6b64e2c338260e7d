"""The utility's meters as the simulator's own source has them, and what an auditor finds when a reading of theirs is
missing, another, or somebody else's."""

import json
import tempfile
from pathlib import Path

from ..origins import find_origins
from ..report import Report
from ..rules import Settings
from ..rules.feed import start_of
from ..utility import Utility, check_utility, draws
from ..values import to_iso
from .test_bounds import Bounds
from .test_feed import TODAY

NUMBER = "1000000003"
DESCRIPTION = {
    "seed": 7,
    "faults": {"wrong": 10, "corrected": 500, "gaps": 500},
    "accounts": [{"custNo": NUMBER, "consent": "2020-01-01", "daysLate": 0, "meters": 2}],
}


class UtilityTests(Bounds):
    def setUp(self):
        super().setUp()
        self.utility = Utility(DESCRIPTION)

    def day(self, day):
        values = [self.utility.value(NUMBER, day, quarter, self.world.clock) for quarter in range(96)]
        return [None if value is None else value / 10 for value in values]

    def differences(self):
        report = Report()
        find_origins(self.world.log)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "utility.json"
            path.write_text(json.dumps(DESCRIPTION))
            check_utility(self.world.log, path, Settings(), report)
        return report.differences.get("utility", []), report

    def brings(self, change=lambda day, wh: wh):
        """Registers a customer of five days and answers his calls."""
        send = self.world.send
        send("feed.commands", "ann", {
            "eventType": "RegisterMeter", "userId": "ann", "customerNumber": NUMBER,
            "consentFrom": to_iso(start_of(TODAY - 5))})
        self.world.advance(1000)
        while call := next(iter(self.rows("feed", "calls").values()), None):
            send("feed.internal", "ann", {
                "eventType": "MeterAnswered", "timestamp": self.world.clock, "userId": "ann", "attempt": call["attempt"],
                "outcome": "day", "wh": change(call["day"], self.day(call["day"]))}, headers=(("type", b"MeterAnswered"),))
            self.world.advance(1000)

    def test_numbers_are_those_of_splitmix64(self):
        random = draws(0)
        # Of the seed 0, from the generator's own publication; a word makes the state that the next number follows.
        self.assertEqual(next(draws()), 0xE220A8397B1DCDAF)
        self.assertEqual(next(random), next(draws(0)))

    def test_the_utilitys_days_agree(self):
        self.brings()
        found, report = self.differences()
        self.assertEqual(found, [])
        self.assertEqual(report.counts["customers of the utility, all of whose days are in kepco"], 1)
        self.assertGreater(report.counts["days of theirs that the utility had when they were registered"], 1)
        self.assert_agrees()

    def test_a_value_that_is_another_one_is_found(self):
        self.brings(lambda day, wh: wh if day != TODAY - 3 else [wh[0] + 1, *wh[1:]])
        self.assertGreater(len(self.differences()[0]), 0)

    def test_a_day_that_is_not_there_is_found(self):
        self.brings()
        partition = next(
            records for records in self.world.log.records["kepco.changelog"] if any(b"days/ann" in r.key for r in records))
        partition[:] = [record for record in partition if b"days/ann" not in record.key]
        _, report = self.differences()
        self.assertGreater(report.totals["utility"], 90)

    def test_a_value_that_is_none_may_be_owed_and_others_may_not(self):
        self.brings(lambda day, wh: [None if place == 40 and day == TODAY - 3 else value for place, value in enumerate(wh)])
        self.assertEqual(self.differences()[0], [])

    def test_another_gap_is_found(self):
        self.brings(lambda day, wh: [None if place == 41 and day == TODAY - 3 else value for place, value in enumerate(wh)])
        found, _ = self.differences()
        self.assertEqual(len(found), 1 if self.utility.value(NUMBER, TODAY - 3, 41, start_of(TODAY)) else 0)
