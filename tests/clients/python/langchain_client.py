"""The adapter for LangChain and LangGraph: langchain_client.py URL"""

import asyncio
import sys

import expect
from langchain_mcp_adapters.client import MultiServerMCPClient


async def main(url):
    client = MultiServerMCPClient({"toolpress": {"transport": "streamable_http", "url": url}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    expect.tools(tools)

    async def call(name, arguments):
        """The call as an agent makes it: the status of the message, and its text."""
        message = await tools[name].ainvoke({"name": name, "args": arguments, "id": "1", "type": "tool_call"})
        return message.status, message.content[0]["text"]

    status, read = await call(*expect.READ)
    assert status == "success", read
    expect.read(read)
    status, failed = await call(*expect.FAIL)
    assert status == "error", failed
    expect.failed(failed)
    status, long = await call(*expect.LONG)
    assert status == "success", long
    expect.long(long)
    expect.told(tools, long)


asyncio.run(main(*sys.argv[1:]))
