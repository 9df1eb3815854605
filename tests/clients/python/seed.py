"""Fills the sandbox, so that one list is long: many records, each of several kilobytes."""

import json
import urllib.request

RECORDS = 250
NOTE = "läng text \u2713 " * 400


def records():
    """The arguments that make the records."""
    for number in range(RECORDS):
        yield {
            "name": f"endpoint-{number:03}",
            "url": f"https://hooks.example.com/{number}",
            "headers": {"X-Note": NOTE},
        }


def fill(url):
    """Makes the records."""
    for number, arguments in enumerate(records()):
        call = {"name": "create_a_sequin_stream_http_endpoint", "arguments": arguments}
        message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call}
        request = urllib.request.Request(url, json.dumps(message).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            result = json.load(response)["result"]
        assert not result["isError"], result
