#!/usr/bin/env python3
"""Asks pySigma's SQLite backend. Reads one JSON value, {"rules": [text of a rule], "columns": [...], "events": [{...flat}]},
and writes {"found": {rule id: [numbers of events]}, "refused": {rule id: why}, "milliseconds": ...}. Events are flat: a
column for each field, its values joined so that what is several values in an event is not asked here."""
import json
import re
import sqlite3
import sys
import time

import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

question = json.load(sys.stdin)
columns = question["columns"]
database = sqlite3.connect(":memory:")
database.create_function("REGEXP", 2, lambda pattern, value: value is not None and re.search(pattern, str(value)) is not None)
quoted = ['"' + name.replace('"', '""') + '"' for name in columns]
database.execute("CREATE TABLE logs (" + ", ".join(f"{name} TEXT COLLATE NOCASE" for name in quoted) + ")")


def stored(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


database.executemany(
    "INSERT INTO logs VALUES (" + ", ".join("?" for _ in columns) + ")",
    [[stored(event.get(name)) for name in columns] for event in question["events"]],
)
backend = sqliteBackend()
found, refused, milliseconds = {}, {}, 0.0
for text in question["rules"]:
    name = yaml.safe_load(text)["id"]
    try:
        [rule] = SigmaCollection.from_yaml(text).rules
        matched = set()
        for query in backend.convert_rule(rule):
            query = query.replace("SELECT * FROM", "SELECT rowid FROM", 1)
            start = time.perf_counter()
            matched.update(row[0] - 1 for row in database.execute(query))
            milliseconds += (time.perf_counter() - start) * 1000
        found[name] = sorted(matched)
    except Exception as error:
        refused[name] = f"{type(error).__name__}: {error}"
print(json.dumps({"found": found, "refused": refused, "milliseconds": milliseconds}))
