"""What every client must see, and the calls that show it."""

import json
import os
from pathlib import Path

READ = ("list_all_sequin_stream_postgres_databases", {})
FAIL = ("get_single_sequin_stream_postgres_database_by_id", {"id": "no-such-database"})
LONG = ("list_all_sequin_stream_http_endpoints", {"limit": 1000})

EXPECTED = json.loads(Path(os.environ["EXPECTED"]).read_text())


def tools(names):
    """All tools, in the order of the server."""
    assert list(names) == EXPECTED["tools"], names


def read(text):
    """The answer to READ."""
    answer = json.loads(text)
    assert answer["result"][0]["name"], text
    assert answer["result_count"] == len(answer["result"]), text


def failed(text):
    """The answer to FAIL, once the client has told that it is an error."""
    assert "404 Not Found" in text and READ[0] in text, text


def long(text):
    """The answer to LONG."""
    names = {record["name"] for record in json.loads(text)["result"]}
    wanted = {f"endpoint-{number:03}" for number in range(EXPECTED["records"])}
    assert wanted <= names, sorted(wanted - names)
    assert len(text) > 1_000_000, len(text)


def told(names, text):
    """The line for the summary."""
    did = f"connects, lists {len(names)} tools, calls, gets an error, an answer of {len(text):,} characters"
    print(json.dumps({"did": did}))
