"""The FastMCP client: fastmcp_client.py URL"""

import asyncio
import sys

import expect
from fastmcp import Client
from fastmcp.exceptions import ToolError


async def main(url):
    async with Client(url) as client:
        names = [tool.name for tool in await client.list_tools()]
        expect.tools(names)
        expect.read((await client.call_tool(*expect.READ)).content[0].text)
        try:
            await client.call_tool(*expect.FAIL)
        except ToolError as error:
            expect.failed(str(error))
        else:
            raise AssertionError("the error was no error")
        long = (await client.call_tool(*expect.LONG)).content[0].text
        expect.long(long)
        expect.told(names, long)


asyncio.run(main(*sys.argv[1:]))
