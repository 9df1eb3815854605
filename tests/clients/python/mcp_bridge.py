"""The official Python client with a bridge that it starts itself: mcp_bridge.py PROGRAM URL MODE"""

import asyncio
import sys

import mcp_client
from mcp import Client, StdioServerParameters


async def main(program, url, mode):
    server = StdioServerParameters(command=program, args=["bridge"], env={"TOOLPRESS_URL": url})
    async with Client(server, mode=mode) as client:
        modern = client.protocol_version == "2026-07-28"
        assert modern == (mode == "auto"), client.protocol_version
        await mcp_client.use(client)


asyncio.run(main(*sys.argv[1:]))
