"""The official Python client with a server that it starts itself: mcp_stdio.py PROGRAM MODE"""

import asyncio
import http.server
import json
import sys
import threading

import mcp_client
import seed
from mcp import Client, StdioServerParameters

TOKEN = "token-of-the-stdio-test"


class Vendor(http.server.BaseHTTPRequestHandler):
    """As much of the API as the calls need."""

    LISTS = {
        "/api/postgres_databases": [{"name": "orders"}],
        "/api/destinations/http_endpoints": list(seed.records()),
    }

    def do_GET(self):
        path = self.path.split("?")[0]
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, {"summary": "Unauthorized"})
        elif path in self.LISTS:
            self.answer(200, {"data": self.LISTS[path]})
        else:
            self.answer(404, {"summary": "Not found"})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def main(program, mode):
    vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=vendor.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{vendor.server_port}/api"
    server = StdioServerParameters(
        command=program,
        args=["stdio", "sequin_stream", "--base-url", base_url],
        env={"SEQUIN_STREAM_API_TOKEN": TOKEN},
    )
    async with Client(server, mode=mode) as client:
        modern = client.protocol_version == "2026-07-28"
        assert modern == (mode == "auto"), client.protocol_version
        await mcp_client.use(client)


asyncio.run(main(*sys.argv[1:]))
