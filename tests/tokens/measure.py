"""Measures what a model reads of the tools of an API: names, descriptions and input schemas as compact JSON.

Both lists are read through the same client, so both are what really goes over the wire. Output schemas and
annotations are not counted: most clients do not show them to a model.
"""

import asyncio
import json
import sys

import httpx2
import yaml
from fastmcp import Client, FastMCP
from fastmcp.client.transports import StdioTransport
from words import links


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def size(text):
    return len(text.encode())


def nodes(schema):
    """All properties of a schema, at any depth, and whether each is described."""
    for field in (schema.get("properties") or {}).values():
        if isinstance(field, dict):
            yield "description" in field
            yield from nodes(field)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from nodes(schema[key])
    for key in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(key) or []:
            yield from nodes(inner)
    for inner in (schema.get("$defs") or {}).values():
        yield from nodes(inner)


def measured(tools, instructions):
    names = sum(size(tool.name) for tool in tools)
    descriptions = sum(size(tool.description or "") for tool in tools)
    schemas = [size(compact(tool.input_schema)) for tool in tools]
    told = links(tools)
    fields = [described for tool in tools for described in nodes(tool.input_schema)]
    sizes = sorted(
        size(tool.name) + size(tool.description or "") + schema for tool, schema in zip(tools, schemas)
    )
    total = sum(sizes)
    return {
        "tools": len(tools),
        "names": names,
        "descriptions": descriptions,
        "input schemas": sum(schemas),
        "bytes": total,
        "tokens (bytes / 4)": total // 4,
        "median of a tool, bytes": sizes[len(sizes) // 2],
        "largest tool, bytes": sizes[-1],
        "fields in the schemas": len(fields),
        "of these described": sum(fields),
        "sentences that name another tool": len(told),
        "their bytes": sum(size(sentence) for _, sentence in told),
        "tools with such a sentence": len({name for name, _ in told}),
        "tools marked as reading or writing": sum(
            1 for tool in tools if tool.annotations and tool.annotations.read_only_hint is not None
        ),
        "the server's instructions, bytes, not in the sum": size(instructions),
    }


async def read(client):
    return await client.list_tools(), client.instructions or ""


async def ours(program, vendor):
    # Listing needs no account, but a server is only started with one.
    env = {f"{vendor.upper()}_{name}": "none" for name in ("API_KEY", "API_TOKEN")}
    transport = StdioTransport(program, ["stdio", vendor, "--base-url", "http://127.0.0.1:9"], env=env)
    async with Client(transport) as client:
        return await read(client)


async def fastmcp(path):
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:9") as http:
        server = FastMCP.from_openapi(openapi_spec=document, client=http)
        async with Client(server) as client:
            return await read(client)


async def main():
    program, *vendors = sys.argv[1:]
    for word in vendors:
        vendor, _, document = word.partition("=")
        columns = {"Toolpress": measured(*await ours(program, vendor))}
        if document:
            columns["FastMCP `from_openapi`"] = measured(*await fastmcp(document))
        print(f"| {vendor} | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for row in columns["Toolpress"]:
            print(f"| {row} | " + " | ".join(f"{column[row]:,}" for column in columns.values()) + " |")
        print()


asyncio.run(main())
