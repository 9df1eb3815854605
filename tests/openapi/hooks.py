"""What Schemathesis cannot know from the document: which ids exist, and the rules between values.

A case that is meant to be accepted gets values that belong together; one that is meant to be refused stays as
it was made. Counts what was answered, by operation, for the summary.
"""

import atexit
import collections
import datetime
import json
import os
import random
import urllib.request

import schemathesis
from schemathesis.generation import GenerationMode

BASE, KEY = os.environ["OPENAPI_URL"], os.environ["OPENAPI_KEY"]
answered = collections.defaultdict(collections.Counter)
chance = random.Random(7)


def ask(method, path, body=None):
    """A request of our own: the answer's header fields and its body."""
    request = urllib.request.Request(BASE + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("authorization", f"Bearer {KEY}")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request) as response:
        return response.headers, json.load(response)


# The account of the sandbox, which answers calls; it is never deleted.
ACCOUNTS = [account for account in ask("GET", "/integrated-account")[1]["result"] if account["created_by"] == "sandbox"]
ACCOUNT = next(account for account in ACCOUNTS if account["integration"] == "sequin_stream")
SERVER = ask("POST", f"/integrated-account/{ACCOUNT['id']}/mcp", {})[1]
TOKEN = ask("POST", "/api-token", {"name": "seed"})[1]
SESSION = ask("POST", "/session", {"admin_key": KEY})[0]["set-cookie"].split(";")[0]
WORDS = {"methods": ["read", "list", "write"], "tags": ["sinks", "databases"], "effects": ["read"]}


def expected(case):
    """Whether the case is meant to be accepted."""
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


def known_ids(case):
    """Ids of things that exist, but where the case would delete one."""
    path = case.path_parameters
    if case.operation.path.startswith("/integrated-account/{id}") and not (
        case.method == "DELETE" and case.operation.path == "/integrated-account/{id}"
    ):
        path["id"] = ACCOUNT["id"]
    if "mcp_id" in path and case.method != "DELETE":
        path["mcp_id"] = SERVER["id"]
    if case.operation.path == "/api-token/{id}" and case.method != "DELETE":
        path["id"] = TOKEN["id"]
    if "slug" in path:
        path["slug"] = "sequin_stream"
    if "tool" in path:
        path["tool"] = "list_all_sequin_stream_sink_consumers"


def made_to_be_deleted(case):
    """Something new to delete."""
    path = case.path_parameters
    if case.operation.path == "/integrated-account/{id}":
        account = {"integration": "artie", "name": "to delete", "credentials": {"api_key": "x"}}
        path["id"] = ask("POST", "/integrated-account", account)[1]["id"]
    elif "mcp_id" in path:
        path["id"], path["mcp_id"] = ACCOUNT["id"], ask("POST", f"/integrated-account/{ACCOUNT['id']}/mcp", {})[1]["id"]
    elif case.operation.path == "/api-token/{id}":
        path["id"] = ask("POST", "/api-token", {"name": "to delete"})[1]["id"]


def belonging_together(case):
    """Values that are valid one by one, made to fit each other and the catalogue."""
    query, body = case.query or {}, case.body if isinstance(case.body, dict) else {}
    query.pop("next_cursor", None)
    for name in WORDS.keys() & query.keys():
        query[name] = chance.choice(WORDS[name][:1])
    config = body.get("config")
    for name in WORDS.keys() & (config or {}).keys():
        if config[name] is not None:
            config[name] = WORDS[name][:1]
    if body.get("expires_at"):
        ahead = datetime.timedelta(seconds=chance.randint(120, 10**8))
        body["expires_at"] = (datetime.datetime.now(datetime.timezone.utc) + ahead).isoformat()
    if case.operation.path == "/api-token" and body:
        account = body.get("integrated_account_id")
        if account is not None:
            body["integrated_account_id"] = None if body.get("scope") == "admin" else ACCOUNT["id"]
    if case.operation.path == "/integrated-account" and body:
        name = "api_key" if body.get("integration") == "artie" else "api_token"
        body["credentials"] = {name: chance.choice(["x", "a secret", "é\u2026"])}
        body["base_url"] = ACCOUNT["base_url"]
    if case.operation.path == "/integration/{slug}/check":
        case.body = {"credentials": {"api_token": chance.choice(["x", "a secret"])}, "base_url": ACCOUNT["base_url"]}
    if case.operation.path == "/integrated-account/{id}" and body:
        if body.get("credentials"):
            body["credentials"] = {"api_token": "x"}
        body.pop("base_url", None)
    if case.operation.path == "/session" and body and chance.random() < 0.7:
        body["admin_key"] = KEY
    if case.operation.path == "/session" and case.method == "GET":
        case.headers["cookie"] = SESSION


@schemathesis.hook
def before_call(context, case, kwargs):
    if not expected(case):
        # Three of four reach the reader of the body behind an id that exists.
        if case.path_parameters and case.method != "DELETE" and chance.random() < 0.75:
            known_ids(case)
        return
    belonging_together(case)
    if case.path_parameters:
        # One of ten goes to what does not exist.
        if chance.random() < 0.1:
            case.path_parameters.update(dict.fromkeys(case.path_parameters, "unknown"))
            return
        if case.method == "DELETE":
            made_to_be_deleted(case)
        else:
            known_ids(case)


@schemathesis.hook
def after_call(context, case, response):
    answered[f"{case.method.upper()} {case.operation.path}"][response.status_code] += 1


@atexit.register
def written():
    operations = {name: dict(sorted(statuses.items())) for name, statuses in sorted(answered.items())}
    with open(os.environ["OPENAPI_ANSWERS"], "w") as file:
        json.dump(operations, file)
