"""Which of two readings of a quarter hour stays, and how a row keeps when they came."""

import random
import unittest

from checker.rules.arrivals import decode, encode
from checker.tests.world import DAY, NOON, World


class Arrivals(unittest.TestCase):
    def test_as_the_daemon_writes_them(self):
        noon = 1_795_251_600_000
        self.assertEqual(encode([noon * 4 + 2] * 96, [True] * 96), "kg13q1_hN")
        self.assertEqual(encode([0] * 72 + [noon * 4 + 2] * 24, [False] * 72 + [True] * 24), "kg13q1_hN")
        self.assertEqual(decode("kg13q1_hN"), [noon * 4 + 2] * 96)
        self.assertEqual(decode(""), [0] * 96)

    def test_there_and_back(self):
        for seed in range(50):
            dice = random.Random(seed)
            there = [dice.random() < 0.8 for _ in range(96)]
            there[dice.randrange(96)] = True
            numbers = [dice.randrange(2**43) for _ in range(96)]
            again = decode(encode(numbers, there))
            self.assertEqual(
                [number for number, is_there in zip(again, there) if is_there],
                [number for number, is_there in zip(numbers, there) if is_there],
            )

    def test_kafkas_time_decides(self):
        def reading(wh):
            return {"eventType": "MeterReadings", "userId": "ann", "startsAt": NOON - DAY, "wh": wh}

        for topics in (("kepco.readings", "kepco.history"), ("kepco.history", "kepco.readings")):
            world = World()
            for time, topic in enumerate(topics):
                world.clock = NOON + time
                world.send(topic, "ann", reading([time, None, time]))
                world.send(topic, "ann", reading([None, 5 + time]))
            world.run()
            report = world.check()
            self.assertTrue(report.agrees, report.differences)
            rows = [shard.rows.values for shard in world.shards if shard.rules.context == "kepco"]
            days = [row for values in rows for key, row in values.items() if key.startswith("days/")]
            self.assertEqual([day["wh"][-3:] for day in days], [[1, 6, 1]])
