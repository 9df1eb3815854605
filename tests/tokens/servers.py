"""The servers that are compared, each with simulators of its own that nobody has used before."""

import asyncio
import contextlib
import copy
import dataclasses
import functools
import re
import tempfile

import httpx2
import yaml
from fastmcp import Client, FastMCP
from words import named, sentences, words

READING = {"fetch", "get", "list", "ping", "preview", "search", "validate"}


@dataclasses.dataclass
class Tool:
    name: str
    description: str
    properties: dict
    required: list
    reads: bool


@dataclasses.dataclass
class Result:
    text: str
    failed: bool
    next: list
    advice: int = 0

    @property
    def message(self):
        """The vendor's words of an error, without the address that was called."""
        lines = [line for line in self.text.splitlines() if line.startswith("Message: ")]
        return " ".join(lines).removeprefix("Message: ") if lines else re.sub(r"^.*?HTTP error \d+: [^-]*-", "", self.text)


@contextlib.asynccontextmanager
async def sandbox(program):
    """Starts `serve --sandbox` and reads what it prints: by vendor the MCP server, the API and what opens it."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            program, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--database", "sqlite:toolpress.db",
            cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            printed, found = [], {}
            while line := (await asyncio.wait_for(process.stdout.readline(), 20)).decode():
                printed.append(line)
                if line.startswith("All data"):
                    break
            for part in "".join(printed).split("\n\n"):
                about = re.search(
                    r"URL +(?P<url>\S+).*claude mcp add --transport http (?P<vendor>\S+).*Simulator +(?P<api>\S+) +\w+=(?P<key>\S+)",
                    part,
                    re.DOTALL,
                )
                if about:
                    found[about["vendor"]] = about.groupdict()
            if not found:
                raise SystemExit(f"{program} serve --sandbox printed no simulated API:\n{''.join(printed)}")
            yield found
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()


def simulated(place):
    return httpx2.AsyncClient(base_url=place["api"], headers={"authorization": f"Bearer {place['key']}"}, timeout=30)


class Server:
    """What an agent is told by a server; with `cut`, without all guidance."""

    def __init__(self, client, tools, operations, cut=False):
        self.client, self.cut, self.operations = client, cut, operations
        self.kind = ("without" if cut else "with") if client.instructions else "from_openapi"
        self.names = {tool.name for tool in tools}
        self.instructions = "" if cut else client.instructions or ""
        self.tools = [self.tool(tool) for tool in tools]
        every = [words(tool.name) for tool in tools]
        self.common = {word for word in set().union(*every) if sum(word in name for name in every) * 2 > len(every)}

    def tool(self, tool):
        told = tool.description or ""
        if self.cut:
            told = " ".join(text for text in sentences(told) if not set(named(text, self.names)) - {tool.name})
        hint = tool.annotations.read_only_hint if tool.annotations else None
        reads = hint if hint is not None else re.split(r"[_\W]", tool.name)[0].lower() in READING
        schema = tool.input_schema
        return Tool(tool.name, told, schema.get("properties") or {}, schema.get("required") or [], reads)

    def tool_of(self, operation):
        return self.operations[plain(operation)]

    async def call(self, name, args):
        answer = await self.client.call_tool_mcp(name, args)
        texts = [content.text for content in answer.content if content.type == "text"]
        text = "\n".join(texts)
        facts = without_advice(texts, answer.is_error, self.names)
        result = Result(text, bool(answer.is_error), (answer.meta or {}).get("toolpress/next", []))
        result.advice = len(text.encode()) - len(facts.encode())
        if self.cut:
            result.text, result.next, result.advice = facts, [], 0
        return result


def without_advice(texts, failed, names):
    """What happened and the vendor's words, without what to do next."""
    if not failed:
        return "\n".join(texts[:1])
    lines = "\n".join(texts).splitlines()
    if not re.search(r" answered [A-Z]+ \S+ with \d", lines[0] if lines else ""):
        return "\n".join(line for line in lines if not named(line, names))
    return "\n".join([lines[0], *(line for line in lines[1:] if line.startswith(("Message: ", "Answer: ")))])


def plain(operation):
    return re.sub(r"\{[^}]*\}", "{}", operation)


async def operations(program, vendor):
    """Which tool is which operation of the vendor, as `toolpress tools` tells."""
    process = await asyncio.create_subprocess_exec(program, "tools", vendor, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    lines = re.findall(r"^ +(\w+) +\w+ +([A-Z]+ /\S*)", printed.decode(), re.MULTILINE)
    return {plain(operation): name for name, operation in lines}


@contextlib.asynccontextmanager
async def toolpress(place, known, cut):
    async with Client(place["url"]) as client:
        yield Server(client, await client.list_tools(), known, cut)


@functools.cache
def parsed(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@contextlib.asynccontextmanager
async def from_openapi(place, path):
    document = copy.deepcopy(parsed(path))
    async with simulated(place) as http:
        server = FastMCP.from_openapi(openapi_spec=document, client=http, validate_output=False)
        async with Client(server) as client:
            tools = await client.list_tools()
            routes = {tool.name: (await server.get_tool(tool.name))._route for tool in tools}
            known = {plain(f"{route.method} {route.path}"): name for name, route in routes.items()}
            yield Server(client, tools, known)
