"""A program of one's own reads the vendor's rate limit in `_meta`: rate_limit.py URL"""

import asyncio
import json
import sys

import limited
from mcp import Client


async def main(url):
    async with Client(url) as client:
        result = await client.call_tool(*limited.CALL)
        assert result.is_error
        limits = result.meta["toolpress/ratelimit"]
        assert limits == {f"ratelimit-{name}": value for name, value in limited.LIMITS.items()}, limits
        print(json.dumps({"did": "reads a vendor's rate limit in `_meta`", "rows": [169]}))


asyncio.run(main(*sys.argv[1:]))
