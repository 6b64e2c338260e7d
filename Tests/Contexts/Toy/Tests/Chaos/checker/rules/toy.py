"""Greetings: everybody is greeted once."""

from ..values import CAPACITY, Refusal, clean, integer, user_id, visible


class Toy:
    context = "toy"
    tables = {"greetings"}
    own_topics = ("toy.commands",)
    commands = ("Greet",)

    def __init__(self, _settings=None):
        self.handlers = {"Greet": (self.read_greet, lambda greet: greet["id"], self.greet)}

    @staticmethod
    def nows(upcoming):
        return ()

    @staticmethod
    def fire(step, kind, identity):
        """It has no timers."""

    @staticmethod
    def read_greet(fields):
        return {
            "id": clean(user_id(fields, "id")),
            "name": visible(fields, "name"),
            "capacity": integer(fields, "capacity", CAPACITY),
        }

    @staticmethod
    def greet(step, greet):
        key = f"greetings/{greet['id']}"
        if step.get(key) is not None:
            raise Refusal("conflict")
        step.put(key, {"name": greet["name"]})
        step.say("toy.events", "Greeted", greet["id"], {**greet, "point": 0})
