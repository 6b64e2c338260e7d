"""Resources, whom orders ask by them, and what an auditor finds when something is wrong with that."""

from .test_bounds import Bounds
from .world import DAY


class Resources(Bounds):
    def setUp(self):
        super().setUp()
        for name, region in (("s1", "seoul"), ("s2", "seoul"), ("j1", "jeju")):
            self.resource(name, region=region)
        for user, resource in (("ann", "s1"), ("bob", "j1"), ("cid", None)):
            more = {} if resource is None else {"resource": resource}
            self.user("RegisterUser", user, name=user, capacity=5, **more)

    def resource(self, name, **fields):
        body = {"eventType": "RegisterResource", "id": name, "kind": "reliable", "capacity": 1000, **fields}
        self.world.send("dr.commands", name, body)
        self.world.run()

    def user(self, kind, user, **fields):
        self.world.send("user.commands", user, {"eventType": kind, "id": user, **fields})
        self.world.run()

    def order(self, name, **fields):
        self.world.advance(1000)
        body = {"eventType": "StartDr", "name": "kt", "type": "t", **({} if name is None else {"id": name}), **fields}
        self.world.send("dr.commands", name or "any", body)
        self.world.run()
        self.world.advance(1000)

    def asked(self, order):
        """Who is on the list, by what was said last of each."""
        last = {}
        for record in self.world.log.all("response.events"):
            if record.json["drId"] == order:
                last[record.json["userId"]] = record.header("type")
        return "".join(sorted(user[0] for user, kind in last.items() if kind == "Listmade"))

    def test_orders_ask_by_resources_and_regions(self):
        self.order("o1", resources=["s1"], quantity=500)
        self.order("o2", regions=["jeju"], resources=["s2", "s1", "s1"])
        self.order("o3", regions=["jeju"])
        self.order("o4")
        self.assertEqual([self.asked(order) for order in ("o1", "o2", "o3", "o4")], ["a", "ab", "b", "abc"])
        started = {record.json["id"]: record.json for record in self.world.log.all("dr.events") if record.header("type") == "DRstarted"}
        self.assertEqual(started["o1"]["quantity"], 500)
        self.assertEqual(started["o2"]["resources"], ["j1", "s1", "s2"])
        self.assertEqual((started["o4"]["resources"], started["o4"]["unassigned"]), (["j1", "s1", "s2"], True))
        self.answer("Accept", "o1", "bob")
        self.answer("Accept", "o1", "ann")
        self.assertEqual(self.letters(), [])
        self.world.advance(61_000)
        self.assertEqual(self.letters(), ["refused"])
        self.assert_agrees()

    def test_the_method_of_a_resource_is_carried_on(self):
        self.resource("s1", region="seoul", method="Mid(6/10)+SAA")
        self.resource("s2", region="seoul", method="Mid(6/10)+")
        self.assertEqual(self.letters("dr"), ["refused"])
        self.order("o1", resources=["s1", "s2"])
        self.resource("s1", region="seoul", method="Max(4/5)")
        self.world.send("dr.commands", "o1", {"eventType": "ChangeDr", "id": "o1", "resources": ["s1", "j1"]})
        self.world.run()
        self.world.advance(1000)
        for user in ("ann", "bob"):
            self.answer("Accept", "o1", user)
        said = {record.json["userId"]: record.json for record in self.world.log.all("response.events") if record.header("type") == "AcceptChosen"}
        self.assertEqual((said["ann"]["resourceMethod"], "resourceMethod" in said["bob"]), ("Mid(6/10)+SAA", False))
        self.assert_agrees()

    def test_what_is_not_there_is_refused_also_by_force(self):
        for more in ({"resources": ["s9"]}, {"regions": ["busan"]}, {"regions": ["jeju"], "resources": ["s1", "x"]}):
            self.order("o1", force=True, **more)
        self.resource("k1", kind="standard", region="seoul")
        self.order("o1", resources=["k1"])
        self.order(None, resources=["k1"])
        self.order("o1", resource="s1")
        self.assertEqual(self.letters("dr"), ["refused"] * 5 + ["malformed"])
        self.assertEqual(self.asked("o1"), "")
        self.assert_agrees()

    def test_without_an_id_an_order_for_others_is_another_one(self):
        for more in ({"resources": ["s1"]}, {"resources": ["s1"]}, {"regions": ["jeju"]}, {"quantity": 5}, {}, {}):
            self.order(None, **more)
        self.assertEqual(self.letters("dr"), ["conflict"] * 2)
        started = [record for record in self.world.log.all("dr.events") if record.header("type") == "DRstarted"]
        self.assertEqual(len(started), 4)
        self.assert_agrees()

    def test_a_resource_has_versions_and_keeps_its_kind(self):
        self.resource("s1", region="seoul")
        self.resource("s1", region="seoul", capacity=7)
        self.resource("s1", region="busan")
        self.resource("s1", region="seoul", kind="small")
        self.resource("s1", region="seoul", method="Max(9/9)")
        self.resource("n1", kind="none")
        self.resource("n2", **{"from": "2026-02-30"})
        self.assertEqual(sorted(self.letters("dr")), ["conflict"] * 2 + ["refused"] * 3)
        said = [record.json for record in self.world.log.all("dr.events") if record.header("type") == "ResourceRegistered"]
        self.assertEqual([one["version"] for one in said if one["id"] == "s1"], [1, 2] * 2)
        self.assert_agrees()

    def test_the_resource_of_the_announcement_counts(self):
        self.order("o1", resources=["s1"])
        self.user("UpdateUser", "ann", resource="j1")
        self.user("UpdateUser", "cid", resource="s1")
        self.order("o2", resources=["s1"])
        self.user("UpdateUser", "ann", resource="")
        self.order("o3", regions=["jeju"])
        self.assertEqual([self.asked(order) for order in ("o1", "o2", "o3")], ["a", "c", "b"])
        self.assert_agrees()

    def test_who_is_heard_of_late_is_asked_or_taken_off(self):
        before = self.world.clock
        self.order("o1", resources=["s1"])
        for user, more in (("ann", {}), ("bob", {"resource": "s1"})):
            self.event("user", "UserUpdated", user, id=user, name=user, capacity=1, point=0, timestamp=before + 1, **more)
        self.world.advance(1000)
        self.assertEqual(self.asked("o1"), "b")

    def test_what_is_read_late_of_a_customer_holds_from_the_newest_on(self):
        self.world.advance(1000)
        self.user("UpdateUser", "cid", capacity=6)
        self.order("o1", resources=["s1"])
        self.user("UpdateUser", "cid", resource="s1")
        self.world.clock -= 2500
        self.user("UpdateUser", "cid", capacity=7)
        self.world.clock += 2500
        self.order("o2", resources=["s1"])
        self.assertEqual([self.asked(order) for order in ("o1", "o2")], ["a", "ac"])
        said = [record.json for record in self.world.log.all("user.events") if record.json["id"] == "cid"]
        self.assertEqual([("updatedAt" in one, one["capacity"]) for one in said[-2:]], [(False, 6), (True, 7)])
        self.assert_agrees()

    def test_registered_and_changed_in_one_millisecond(self):
        self.user("LeaveUser", "cid")
        self.world.advance(1000)
        self.user("RegisterUser", "cid", name="c", capacity=5)
        self.user("UpdateUser", "cid", resource="s1")
        row = next(row for rows in [self.rows("response", "customers")] for key, row in rows.items() if key.endswith("cid"))
        self.assertEqual((row["resources"], row["resourcesSince"][1] - row["resourcesSince"][0]), (["", "s1"], 1))
        self.assert_agrees()

    def change(self, name, **fields):
        self.world.advance(1000)
        self.world.send("dr.commands", name, {"eventType": "ChangeDr", "id": name, **fields})
        self.world.run()
        self.world.advance(1000)

    def told(self, order):
        """What each was told, in its order."""
        told = {}
        for record in self.world.log.all("response.events"):
            if record.json["drId"] == order and record.header("type").startswith("List"):
                told.setdefault(record.json["userId"], []).append(record.header("type"))
        return told

    def test_an_order_asks_others(self):
        self.order("o1", resources=["s1"])
        self.answer("Accept", "o1", "ann")
        self.change("o1", resources=["j1", "s2"])
        self.answer("Deny", "o1", "ann")
        self.answer("Accept", "o1", "bob")
        self.world.advance(61_000)
        self.change("o1", regions=["seoul", "jeju"])
        self.assertEqual(self.told("o1"), {"ann": ["Listmade", "Listcancelled", "Listmade"], "bob": ["Listmade"]})
        self.assertEqual(self.letters(), ["refused"])
        self.change("o1", resources=["s1"], quantity=5)
        self.change("o1", quantity=5)
        self.change("o1", resources=["s1"], endsAt=self.world.clock + 5000)
        self.change("o1", resources=["none"])
        self.world.advance(9000)
        self.world.advance(1000)
        self.assertEqual(self.letters("dr"), ["conflict", "refused"])
        self.assertEqual(self.told("o1")["bob"], ["Listmade", "Listcancelled"])
        self.assertEqual(self.told("o1")["ann"][3:], ["Listchanged", "Listsaved"])
        self.assert_agrees()

    def test_answers_wait_for_what_may_put_their_customers_on_the_list(self):
        self.order("o1", resources=["s1"])
        for user in ("bob", "cid"):
            self.answer("Accept", "o1", user)
        self.change("o1", resources=["j1"])
        self.answer("Deny", "o1", "ann")
        self.change("o1", resources=["s1", "j1"])
        self.answer("Accept", "o1", "ann")
        said = [(record.header("type"), record.json["userId"]) for record in self.world.log.all("response.events")
                if record.header("type").endswith("Chosen")]
        self.assertEqual(sorted(said), [("AcceptChosen", "ann"), ("AcceptChosen", "bob"), ("DenyChosen", "ann")])
        self.user("UpdateUser", "cid", resource="s1")
        self.world.send("dr.commands", "o1", {"eventType": "EndDr", "id": "o1"})
        self.world.run()
        self.world.advance(5000)
        # Of him something newer is known, and the order is not changed any more.
        self.assertEqual(self.letters(), ["refused"])
        self.assertEqual(self.told("o1")["bob"], ["Listmade", "Listsaved"])
        self.assert_agrees()

    def test_who_is_taken_off_for_the_resource_is_told_which(self):
        before = self.world.clock
        for kind in ("LeaveUser", "RegisterUser"):
            self.world.advance(1000)
            self.user(kind, "ann", **({} if kind == "LeaveUser" else {"name": "ann", "capacity": 5, "resource": "s1"}))
        self.order("o1", resources=["s1"])
        self.event("user", "UserUpdated", "ann", id="ann", name="a", capacity=1, point=0, timestamp=before + 2500, resource="j1")
        self.world.advance(1000)
        self.assertEqual(self.told("o1"), {"ann": ["Listmade", "Listcancelled"]})
        self.assertEqual(self.world.event("Listcancelled", "ann").json["resource"], "j1")

    def test_a_change_without_an_end_goes_in_its_time(self):
        self.order("o1", resources=["s1"])
        changed = {"name": "kt", "type": "t", "status": "started", "startsAt": self.world.clock}
        self.event("dr", "DrChanged", "o9", id="o9", version=1, resources=["s1"], **changed)
        self.world.advance(399 * DAY)
        self.assertNotEqual(self.rows("response", "early_endings"), {})
        for _ in range(4):
            self.world.advance(DAY)
        self.assertEqual(self.rows("response", "early_endings"), {})
        self.assert_agrees()

    def test_a_region_that_is_composed_otherwise_is_another_one(self):
        self.resource("c1", region="\u00e9")
        self.resource("c1", region="e\u0301")
        self.assertEqual(self.letters("dr"), ["conflict"])
        self.assert_agrees()

    def test_one_who_is_not_asked_any_more_and_stays_on_the_list_is_found(self):
        self.order("o1", resources=["s1"])
        self.change("o1", resources=["s1", "s2"])
        self.assert_agrees()
        self.world.change(self.world.event("DrChanged", "o1"), resources=["s2"])
        self.assert_found("belongs elsewhere", "ann")

    def assert_found(self, *words):
        texts = [" ".join(map(str, found)) for group in self.world.check().differences.values() for found in group]
        self.assertTrue(any(all(word in text for word in words) for text in texts), texts)

    def test_one_who_belongs_elsewhere_and_is_asked_is_found(self):
        self.order("o1", resources=["s1"])
        self.world.change(self.world.event("UserRegistered", "ann"), resource="j1")
        self.assert_found("belongs elsewhere", "ann")

    def test_one_who_belongs_there_and_is_not_asked_is_found(self):
        self.order("o1", resources=["s1"])
        self.world.change(self.world.event("UserRegistered", "bob"), resource="s1")
        self.assert_found("a Listmade of o1 for bob")
