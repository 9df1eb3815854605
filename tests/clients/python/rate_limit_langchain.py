"""An agent of LangChain or LangGraph reads the vendor's rate limit in its message: rate_limit_langchain.py URL"""

import asyncio
import json
import sys

import limited
from langchain_mcp_adapters.client import MultiServerMCPClient


async def main(url):
    client = MultiServerMCPClient({"toolpress": {"transport": "streamable_http", "url": url}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    name, arguments = limited.CALL
    message = await tools[name].ainvoke({"name": name, "args": arguments, "id": "1", "type": "tool_call"})
    assert message.status == "error", message
    limited.told(message.content[0]["text"])
    print(json.dumps({"did": "reads a vendor's rate limit in the message", "rows": [169]}))


asyncio.run(main(*sys.argv[1:]))
