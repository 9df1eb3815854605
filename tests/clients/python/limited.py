"""A vendor that answers everything with its rate limit, and a server of ours in front of it."""

import http.server
import json
import os
import subprocess
import threading

CALL = ("list_all_sequin_stream_sink_consumers", {})
LIMITS = {"limit": 100, "remaining": 0, "reset": 17}


def told(text):
    """The answer to CALL, as a model reads it."""
    assert "429 Too Many Requests" in text and f"Wait {LIMITS['reset']} s before the next call" in text, text


class Vendor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"summary": "Too many requests"}).encode()
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in LIMITS.items():
            self.send_header(f"X-RateLimit-{name.title()}", str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(program, origin, admin_key):
    """The URL of an MCP server whose vendor is this one."""
    vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=vendor.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "TOOLPRESS_SERVER": origin,
        "TOOLPRESS_ADMIN_KEY": admin_key,
        "SEQUIN_STREAM_API_TOKEN": "token-of-the-limited-account",
    }

    def toolpress(*arguments):
        command = [program, *arguments, "--json"]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=30, check=True)
        return json.loads(done.stdout)

    base_url = f"http://127.0.0.1:{vendor.server_port}/api"
    toolpress("account", "create", "sequin_stream", "--name", "limited", "--base-url", base_url)
    return toolpress("server", "create", "limited", "--name", "limited")["url"]
