"""What an agent has read so far, and how it recognises in it what it needs.

A pattern is keys and values: `"*"` is anything but nothing, `"!"` is nothing, dots go inwards.
"""

import json

NOTHING = (None, "", [], {})


def inside(record, path):
    """The value at a path of keys and places, or `None`."""
    for key in path.split("."):
        if isinstance(record, dict):
            record = record.get(key)
        elif isinstance(record, list) and key.isdigit() and int(key) < len(record):
            record = record[int(key)]
        else:
            return None
    return record


def fits(record, pattern):
    for path, wanted in pattern.items():
        value = inside(record, path)
        right = value not in NOTHING if wanted == "*" else value in NOTHING if wanted == "!" else value == wanted
        if not right:
            return False
    return True


def records(value):
    """All objects in a value, the outer before the inner."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from records(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from records(inner)


class Seen:
    """The results read, the newest last."""

    def __init__(self):
        self.results = []

    def read(self, text):
        try:
            self.results.append(json.loads(text))
        except ValueError:
            self.results.append(text)

    def matches(self, pattern, since=0):
        """The objects that fit, those of the newest result first."""
        newest = reversed(self.results[since:])
        return [record for result in newest for record in records(result) if fits(record, pattern)]

    def values(self, pattern, take):
        found = (inside(record, take) for record in self.matches(pattern))
        return list(dict.fromkeys(value for value in found if value not in NOTHING))
