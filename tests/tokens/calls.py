"""Counts the calls that a mechanical agent needs for the tasks of `tasks/`, with guidance, without, and with FastMCP.

    calls.py PROGRAM [--trace TASK] VENDOR[=OPENAPI]…
"""

import asyncio
import json
import logging
import pathlib
import sys

import yaml
from agent import CAP, Agent, GivesUp
from seen import fits, records
from servers import from_openapi, operations, sandbox, simulated, toolpress
from words import links

TASKS = pathlib.Path(__file__).parent / "tasks"
FASTMCP = "FastMCP"
TOGETHER = 6  # attempts at once
LONGEST = 120  # seconds for a task, most of them between looks


async def holds(place, task, agent):
    """Whether what the user wanted is so, in the simulated vendor itself and in what the agent has read."""
    if "expect" in task and not agent.seen.matches(task["expect"]):
        return False
    async with simulated(place) as http:
        for check in task.get("check", []):
            answer = (await http.get(place["api"] + check["get"])).json()
            found = [record for record in records(answer) if fits(record, check["where"])]
            wrong = [record for record in records(answer) if "and_absent" in check and fits(record, check["and_absent"])]
            if bool(found) == check.get("absent", False) or wrong:
                return False
    return True


async def attempt(program, vendor, task, enter, trace):
    """One task on simulators of its own."""
    async with sandbox(program) as places, enter(places[vendor]) as server:
        agent = Agent(server, task)
        try:
            async with asyncio.timeout(LONGEST):
                await agent.run()
            done = True
        except (GivesUp, TimeoutError):
            done = False
        print(f"{vendor}: {task['name']}: {server.kind}: {len(agent.calls)} calls", file=sys.stderr)
        done = done and await holds(places[vendor], task, agent)
        if trace:
            for name, args, result in agent.calls:
                print(f"  {'!' if result.failed else ' '} {name} {json.dumps(args, ensure_ascii=False)[:300]}")
                if result.failed:
                    print("      " + result.text.replace("\n", "\n      ")[:700])
            print(f"  {'done' if done else 'NOT DONE'}", flush=True)
        return {
            "calls": len(agent.calls) if done else CAP,
            "made": len(agent.calls),
            "failed": agent.failed,
            "done": done,
            "read": sum(len(result.text.encode()) for _, _, result in agent.calls),
            "advice": sum(result.advice for _, _, result in agent.calls),
        }


async def guidance(program, vendor, known):
    """Bytes of guidance that every conversation reads: sentences that name another tool, and instructions."""
    async with sandbox(program) as places, toolpress(places[vendor], known, False) as server:
        return sum(len(text.encode()) for _, text in links(server.tools)), len(server.instructions.encode())


def row(cells):
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


def cell(one):
    failed = f" ({one['failed']})" if one["failed"] else ""
    return f"{one['made']}{failed}" if one["done"] else f"–{failed}"


async def measure(program, vendor, document, only):
    known = await operations(program, vendor)
    columns = {
        "with guidance": lambda place: toolpress(place, known, False),
        "without": lambda place: toolpress(place, known, True),
    }
    if document:
        columns[FASTMCP] = lambda place: from_openapi(place, document)
    tasks = yaml.safe_load((TASKS / f"{vendor}.yaml").read_text(encoding="utf-8"))
    if only:
        for task in (task for task in tasks if only in task["name"]):
            for name, enter in columns.items():
                print(f"{task['name']}: {name}")
                await attempt(program, vendor, task, enter, True)
        return
    some = asyncio.Semaphore(TOGETHER)

    async def count(task, enter):
        async with some:
            return await attempt(program, vendor, task, enter, False)

    ours = {
        name: asyncio.gather(*(count(task, enter) for task in tasks))
        for name, enter in columns.items()
        if name != FASTMCP
    }
    # One after the other: its server runs in this process.
    theirs = [await attempt(program, vendor, task, columns[FASTMCP], False) for task in tasks if document]
    counted = {name: await ours[name] if name in ours else theirs for name in columns}
    print(row([f"{vendor}: calls (of them failed)", *columns]))
    print(row(["---"] * (len(columns) + 1)))
    for place, task in enumerate(tasks):
        print(row([task["name"], *(cell(counted[name][place]) for name in columns)]))
    total = {name: {key: sum(one[key] for one in ones) for key in ones[0]} for name, ones in counted.items()}
    print(row(["tasks done", *(f"{total[name]['done']} of {len(tasks)}" for name in columns)]))
    print(row([f"calls, {CAP} for a task not done", *(total[name]["calls"] for name in columns)]))
    print(row(["failed calls", *(total[name]["failed"] for name in columns)]))
    print(row(["bytes of results read", *(total[name]["read"] for name in columns)]))
    both = [
        [counted[name][place] for name in ("with guidance", "without")]
        for place in range(len(tasks))
        if counted["with guidance"][place]["done"] and counted["without"][place]["done"]
    ]
    sentences, instructions = await guidance(program, vendor, known)
    saved = total["without"]["calls"] - total["with guidance"]["calls"]
    advice = total["with guidance"]["advice"]
    print()
    print(row([vendor, "guidance"]))
    print(row(["---", "---"]))
    print(row(["sentences that name another tool, bytes", sentences]))
    print(row(["instructions, bytes", instructions]))
    print(row(["advice in the results of all tasks, bytes", advice]))
    print(row(["calls saved", saved]))
    print(row(["of them in tasks done either way", sum(without["calls"] - told["calls"] for told, without in both)]))
    per = lambda size: round(size / saved) if saved > 0 else "–"  # noqa: E731
    print(row(["bytes per call saved, all tasks in one conversation", per(sentences + instructions + advice)]))
    print(row(["bytes per call saved, each in its own", per((sentences + instructions) * len(tasks) + advice)]))
    print(row(["bytes of results not read", total["without"]["read"] - total["with guidance"]["read"]]))
    print(flush=True)


async def main():
    program, *rest = sys.argv[1:]
    only = (rest.pop(0), rest.pop(0))[1] if rest[0] == "--trace" else None
    for word in rest:
        vendor, _, document = word.partition("=")
        await measure(program, vendor, document, only)


logging.disable(logging.CRITICAL)
asyncio.run(main())
