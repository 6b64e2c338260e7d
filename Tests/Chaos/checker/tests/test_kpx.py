"""What KPX says orders come to."""

import unittest

from .story import Story
from .world import DAY


class KpxFigures(unittest.TestCase):
    setUp = Story.setUp
    assert_found = Story.assert_found

    def state(self, order, **said):
        self.world.send("dr.commands", order, {"eventType": "StateKpxFigure", "id": order, **said})
        self.world.advance(1000)

    def order(self):
        return next(key for shard in self.world.shards for key in ended(shard))

    def row(self, key):
        return next((shard.rows.values[key] for shard in self.world.shards if key in shard.rows.values), None)

    def refused(self):
        return [record.header("deadletter.kind") for record in self.log.all("dr.deadletters")]

    def test_versions_and_refusals(self):
        order, before = self.order(), len(self.refused())
        for won in range(12):
            self.state(order, kpxKWh=5, ownKWh=7, kpxWon=won, objection="a meter is missing")
        self.state(order, kpxKWh=5, ownKWh=7, kpxWon=11, objection="a meter is missing")
        self.state("none", kpxWon=1)
        self.state(order, ownWon=1)
        self.state(order, kWh=1)
        self.state(order, kpxWon=1, resource="none")
        self.assertEqual(self.refused()[before:], ["conflict", "not-found", "malformed", "malformed", "refused"])
        figures = self.row(f"orders//kpx/{order}/")["figures"]
        self.assertEqual([one["version"] for one in figures], list(range(3, 13)))
        self.assertTrue(self.world.check().agrees, self.world.check().differences)

    def test_another_difference(self):
        self.state(self.order(), kpxKWh=5, ownKWh=7)
        self.world.change(self.world.event("KpxFigureStated"), differenceKWh=2)
        self.assert_found("message")

    def test_they_go_with_their_order(self):
        order = self.order()
        self.state(order, kpxKWh=5)
        for _ in range(812):
            self.world.advance(DAY)
        self.assertIsNone(self.row(f"orders/{order}"))
        self.assertIsNone(self.row(f"orders//kpx/{order}/"))
        # The ledger's entries have gone, too.
        self.assertEqual(list(self.world.check().differences), ["balance"])


def ended(shard):
    """Orders of a shard that have ended and were not withdrawn."""
    for key, row in shard.rows.values.items():
        if key.startswith("orders/") and not key.startswith("orders//") and row["status"] == "ended" and "cancelledAt" not in row:
            yield key[len("orders/"):]
