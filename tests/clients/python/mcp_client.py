"""The official Python client: mcp_client.py URL MODE"""

import asyncio
import json
import sys

import expect
from mcp import Client


async def use(client):
    names = [tool.name for tool in (await client.list_tools()).tools]
    expect.tools(names)
    read = await client.call_tool(*expect.READ)
    assert not read.is_error
    assert read.structured_content == json.loads(read.content[0].text)
    expect.read(read.content[0].text)
    failed = await client.call_tool(*expect.FAIL)
    assert failed.is_error
    expect.failed(failed.content[0].text)
    long = (await client.call_tool(*expect.LONG)).content[0].text
    expect.long(long)
    expect.told(names, long)


async def main(url, mode):
    async with Client(url, mode=mode) as client:
        modern = client.protocol_version == "2026-07-28"
        assert modern == (mode == "auto"), client.protocol_version
        await use(client)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
