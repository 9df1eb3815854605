"""Runs the clients one after the other and sums up; see ../run.sh."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import limited
import seed

HERE = Path(__file__).parent
PATIENCE = 60

work, program, origin, url, *words = sys.argv[1:]
work = Path(work)
limited_url = limited.serve(program, origin, os.environ["ADMIN_KEY"])


def python(venv, script, *arguments):
    return [work / venv / "bin" / "python", HERE / script, *arguments]


def node(script, *arguments):
    return ["node", work / "npm" / script, *arguments]


CLIENTS = {
    "mcp 2.3.0, auto": python("mcp", "mcp_client.py", url, "auto"),
    "mcp 2.3.0, legacy": python("mcp", "mcp_client.py", url, "legacy"),
    "mcp 2.3.0, stdio": python("mcp", "mcp_stdio.py", program, "auto"),
    "mcp 2.3.0, stdio, legacy": python("mcp", "mcp_stdio.py", program, "legacy"),
    "mcp 2.3.0, bridge": python("mcp", "mcp_bridge.py", program, url, "auto"),
    "mcp 2.3.0, bridge, legacy": python("mcp", "mcp_bridge.py", program, url, "legacy"),
    "fastmcp 4.1.6": python("fastmcp", "fastmcp_client.py", url),
    "langchain-mcp-adapters 0.3.2": python("langchain", "langchain_client.py", url),
    "TypeScript SDK 1.32.2": node("sdk_v1.mjs", url),
    "TypeScript client 2.4.0": node("client_v2.mjs", url),
    "TypeScript client 2.4.0, auto": node("client_v2.mjs", url, "auto"),
    "mcp-remote 0.15.1": node("remote.mjs", url),
    "TypeScript SDK 1.32.2, bridge": node("bridge.mjs", program, url),
    "Inspector 2.12.0, legacy": node("inspector.mjs", url, "legacy"),
    "Inspector 2.12.0, modern": node("inspector.mjs", url, "modern"),
    "mcp 2.3.0, rate limit": python("mcp", "rate_limit.py", limited_url),
    "langchain-mcp-adapters, rate limit": python("langchain", "rate_limit_langchain.py", limited_url),
    "TypeScript client, rate limit": node("rate_limit.mjs", limited_url, limited.LIMITS["reset"]),
}


def run(command):
    """What the client tells about itself, and what went wrong."""
    # Without a home of their own, clients would write their settings into the user's.
    environment = {**os.environ, "HOME": str(work / "home"), "EXPECTED": str(work / "expected.json")}
    try:
        done = subprocess.run(
            list(map(str, command)), env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return {}, f"took longer than {PATIENCE} s"
    if done.returncode != 0:
        return {}, (done.stderr.strip() or done.stdout.strip())[-2000:] or f"exit code {done.returncode}"
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def main():
    (work / "home").mkdir(exist_ok=True)
    listed = subprocess.run([program, "tools", "sequin_stream", "--json"], capture_output=True, check=True).stdout
    expected = {"tools": [tool["name"] for tool in json.loads(listed)["tools"]], "records": seed.RECORDS}
    (work / "expected.json").write_text(json.dumps(expected))
    seed.fill(url)

    results = []
    for client, command in CLIENTS.items():
        if words and not any(word.lower() in client.lower() for word in words):
            continue
        started = time.monotonic()
        told, problem = run(command)
        seconds = round(time.monotonic() - started, 1)
        results.append({"client": client, "ok": problem is None, "seconds": seconds, **told, "problem": problem})
        if problem is None:
            print(f"ok     {client:34} {told['did']}, {seconds} s")
        else:
            print(f"FAILED {client:34} {problem}")
        sys.stdout.flush()

    passed = sum(result["ok"] for result in results)
    summary = {"passed": passed, "total": len(results), "results": results}
    (work / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    print(f"{passed} of {len(results)} clients ok")
    sys.exit(0 if results and passed == len(results) else 1)


main()
