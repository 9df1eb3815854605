"""A mechanical agent: it does a task through a server's tools and knows nothing but what the server tells.

Its rules are those of docs/tokens.md, the same for all servers. It recognises what it needs when it sees it, but where
that is to be found it is told or has to search.
"""

import asyncio
import copy
import json
import re

from seen import Seen, fits, inside, records
from words import named, sentences, words

CAP = 15  # calls; a task that is not finished counts them all
WAIT = 4  # seconds between two looks at the same thing
LOOKS = 3  # at what does not change, before something else is tried
DEEPEST = 3  # how far one look may need another
PAGING = {"limit", "next_cursor"}
MISSING = object()
# What a description calls a step that comes after, or another purpose: no place to look.
ELSEWHERE = re.compile(r"^(Poll|Then|To|For|Remove) ")


class GivesUp(Exception):
    """Nothing is left to try, or the cap is reached."""


class Agent:
    def __init__(self, server, task):
        self.server, self.task = server, task
        self.tools = {tool.name: tool for tool in server.tools}
        self.things = dict(task.get("things", {}))
        self.allowed = {server.tool_of(operation) for operation in task.get("allowed", [])}  # beside the goals
        self.takes = {server.tool_of(operation) for operation in task.get("takes", [])}  # is taken by looking
        self.goals = [dict(goal, tool=server.tool_of(goal["do"])) if "do" in goal else goal for goal in task["goals"]]
        self.seen, self.calls, self.failed = Seen(), [], 0
        self.made, self.value, self.looking = set(), {}, []
        self.told = []  # tools that errors have named, the latest first
        self.wanted, self.unknown, self.bad, self.gone = set(), set(), set(), set()
        self.useless = set()  # what could not be looked at
        self.guessed, self.whole, self.goal = set(), False, {}

    # What is done

    async def run(self):
        for goal in self.goals:
            self.goal, self.whole = goal, False
            if "learn" in goal:
                if not await self.look(set(goal["words"]), lambda: self.seen.matches(goal["learn"])):
                    raise GivesUp
            elif "each" in goal:
                await self.reach_each(goal)
            else:
                await self.reach(goal)

    async def reach_each(self, goal):
        thing = goal["each"]
        if await self.find(self.tools[goal["tool"]], "", {"type": "string"}, thing, 0) is MISSING:
            raise GivesUp
        for value in self.every(thing):
            self.value[thing] = value
            self.made.discard(goal["tool"])
            await self.reach(goal, pinned=thing)
        self.value.pop(thing, None)

    async def reach(self, goal, pinned=None):
        tool = self.tools[goal["tool"]]
        self.pinned, self.mark = pinned, None
        since = len(self.seen.results)
        await self.prepare(tool)
        while True:
            args = await self.arguments(tool, 0)
            if args is None:
                raise GivesUp
            result = await self.call(tool, args)
            if not result.failed:
                break
            self.mark = len(self.seen.results)
            if not await self.recover(tool, args, result):
                raise GivesUp
            if self.goal_seen():
                return
        if "until" in goal:
            await self.follow(goal, tool, args, result, since)

    def reached(self, goal, since):
        return "until" in goal and bool(self.seen.matches(self.filled(goal["until"]), since))

    async def prepare(self, tool):
        """What the description says comes first."""
        for sentence in sentences(tool.description):
            for name in named(sentence, self.tools) if sentence.startswith("First ") else []:
                if await self.arguments(tool, 0) is None:
                    return
                for _ in range(2):
                    result = await self.step(name)
                    if result is None or not result.failed:
                        break
                    if not await self.recover(self.tools[name], None, result):
                        break

    async def follow(self, goal, tool, args, result, since):
        """Sees to it that what was started comes about."""
        since = len(self.seen.results) - 1
        looks, other = 0, [name for name in sorted(self.allowed) if name != tool.name]
        told = [entry for entry in result.next]
        for sentence in sentences(tool.description):
            if sentence.startswith(("Poll ", "Then ")):
                told += [{"tool": name} for name in named(sentence, self.tools)]
        acts = [entry["tool"] for entry in told if entry["tool"] in other]
        while not self.reached(goal, since):
            if acts:
                name = acts.pop(0)
                if name in other:
                    other.remove(name)
                done = await self.act(name)
                if done and done.next:
                    told = done.next
                since = len(self.seen.results) - 1
                continue
            if looks and looks % LOOKS == 0 and other:
                acts.append(other.pop(0))
                looks = 0
                continue
            if looks:
                await asyncio.sleep(WAIT)
            if not await self.watch(told, tool):
                if not other:
                    raise GivesUp
                acts.append(other.pop(0))
            looks += 1

    async def watch(self, told, tool):
        """One look: at what was told, else by the first tool that fits."""
        for entry in told:
            other = self.tools.get(entry["tool"])
            if other and other.reads:
                args = entry.get("arguments") or await self.arguments(other, 1)
                if args is not None:
                    await self.call(other, args)
                    return True
        near = self.sharing(words(tool.name), lambda other: other.reads)
        for other in dict.fromkeys(other.name for other in near + self.sharing(self.about(), lambda other: other.reads)):
            args = None if other in self.useless else await self.arguments(self.tools[other], DEEPEST)
            if args is not None and self.says_something(self.tools[other], args):
                await self.call(self.tools[other], args)
                shown = records(self.seen.results[-1])
                if not any(all(key.split(".")[0] in record for key in self.goal["until"]) for record in shown):
                    self.useless.add(other)
                return True
        return False

    async def call(self, tool, args):
        if len(self.calls) >= CAP:
            raise GivesUp
        result = await self.server.call(tool.name, args)
        self.calls.append((tool.name, args, result))
        self.made.add((tool.name, json.dumps(args, sort_keys=True)))
        if result.failed:
            self.failed += 1
            self.told = named(result.text, self.tools) + self.told
            self.seen.results.append(result.text)
        else:
            self.seen.read(result.text)
        return result

    async def step(self, name):
        """Calls a tool unless that was done already, or what it takes is not known."""
        tool = self.tools[name]
        if not (tool.reads or name in self.allowed):
            return None
        args = await self.arguments(tool, 1)
        if args is None or not self.says_something(tool, args):
            return None
        if (name, json.dumps(args, sort_keys=True)) in self.made:
            return None
        return await self.call(tool, args)

    async def act(self, name):
        """A step for each of several things, where the user meant them all."""
        tool, last = self.tools[name], None
        if not (tool.reads or name in self.allowed):
            return None
        path = next((arg for arg in tool.properties if arg in ("id", "uuid", "uuid__path")), None)
        thing = self.thing_of(tool, path) if path else None
        if tool.reads or not thing or not self.things[thing].get("all"):
            return await self.step(name)
        if not self.every(thing):
            await self.find(tool, path, tool.properties[path], thing, 1)
        for value in self.every(thing):
            last = await self.call(tool, {path: value})
            if last.failed:
                return last
            self.gone.add(value)
        return last

    # What an error leads to

    async def recover(self, tool, args, result):
        """Whether there is reason to repeat what failed."""
        before = json.dumps(args, sort_keys=True)
        self.bad |= self.guessed
        self.guessed = set()
        self.whole = True
        for line in result.text.splitlines():
            if "unknown" in line:
                self.unknown |= set(re.findall(r"[`\"']([\w.\[\]]+)[`\"']", line.split("known here")[0]))
        if args is not None and await self.differs(tool, before):
            return True
        said = [name for name in named(result.text, self.tools) if name != tool.name]
        message = words(result.message)
        shared = {
            name: len(words(name) & message)
            for name, other in self.tools.items()
            if name != tool.name and name not in said and (other.reads or name in self.allowed | self.takes)
        }
        sharing = sorted((name for name in shared if shared[name] > 0), key=lambda name: (-shared[name], name))
        if await self.try_all(tool, args, before, said):
            return True
        optional = {arg for arg in tool.properties if words(arg) and words(arg) <= message} - self.wanted
        if args is not None and optional - set(args):
            self.wanted |= optional
            if await self.differs(tool, before):
                return True
            self.wanted -= optional
        return await self.try_all(tool, args, before, sharing)

    async def try_all(self, tool, args, before, names):
        for name in names:
            result = await self.act(name)
            if result is None or result.failed:
                continue
            if not self.tools[name].reads or self.goal_seen():
                return True
            if args is not None and await self.differs(tool, before):
                return True
        return False

    def goal_seen(self):
        """It is so already: seen since the goal's tool failed."""
        return self.mark is not None and self.reached(self.goal, self.mark)

    async def differs(self, tool, before):
        args = await self.arguments(tool, 0)
        return args is not None and json.dumps(args, sort_keys=True) != before

    # Arguments

    async def arguments(self, tool, depth):
        """All that is known of a tool's arguments and, looking where needed, all that it takes; else `None`."""
        args = {}
        needs = self.goal.get("needs", []) if tool.name == self.goal.get("tool") else []
        for arg, schema in tool.properties.items():
            needed = arg in tool.required or told_required(tool, arg) or arg in needs or (arg in self.wanted and tool.name == self.goal.get("tool"))
            value = self.known(tool, arg, schema, needed)
            if value is MISSING and needed and tool.name == self.goal.get("tool") and arg in self.goal.get("given", {}):
                for named_thing in re.findall(r"\$(\w+)", json.dumps(self.goal["given"][arg])):
                    await self.find(tool, named_thing, {"type": "string"}, named_thing, depth)
                value = self.known(tool, arg, schema, needed)
            if value is MISSING and needed:
                thing = self.thing_of(tool, arg)
                value = await self.find(tool, arg, schema, thing, depth) if thing else MISSING
                if value is MISSING and not thing:
                    value = await self.of_record(tool, arg, schema, depth)
                if value is MISSING:
                    return None
            if value is not MISSING:
                args[arg] = value
        return args

    async def of_record(self, tool, arg, schema, depth):
        """What a tool takes beside the change is in the record that is changed."""
        for thing, spec in self.things.items():
            if "record" in spec and words(thing) <= words(tool.name) and depth < DEEPEST:
                about = set(spec.get("words", [])) | words(thing)
                await self.look(about, lambda: self.seen.matches(spec["record"]), tool, arg, depth)  # noqa: B023
        return self.known(tool, arg, schema, True)

    def known(self, tool, arg, schema, needed):
        is_goal = tool.name == self.goal.get("tool")
        if (is_goal or tool.reads) and arg in self.goal.get("given", {}):
            value = self.filled(self.goal["given"][arg])
            return MISSING if "$" in json.dumps(value) else value
        if arg in self.task.get("given", {}) and arg not in PAGING:
            return self.task["given"][arg]
        thing = self.thing_of(tool, arg)
        if thing:
            if kind(schema) == "id" and by_name(tool, arg, schema) and "called" in self.things[thing]:
                return self.things[thing]["called"]
            value = self.recognised(thing, kind(schema), tool, schema)
            if value is not MISSING:
                return value
        for spec_name, spec in self.things.items():
            change = spec.get("change", {})
            if is_goal and arg in change:
                return change[arg]
            if "record" not in spec or not words(spec_name) <= words(tool.name):
                continue
            if not (tool.reads or needed or self.whole) or arg in PAGING:
                continue
            for record in self.seen.matches(self.filled(spec["record"])):
                if arg in record:
                    return record[arg]
        return MISSING

    def thing_of(self, tool, arg):
        """Which of the things that the user speaks of an argument means, by its words or else by the tool's."""
        if arg in self.goal.get("as", {}) and tool.name == self.goal.get("tool"):
            return self.goal["as"][arg]
        schema = tool.properties[arg]
        if kind(schema) is None:
            return None
        meant = words(arg) - {"name", "path"}
        if arg in ("id", "uuid", "uuid__path"):
            meant = words(tool.name)
            if tool.name == self.goal.get("tool") and not any(words(thing) <= meant for thing in self.things):
                meant = words(self.goal["do"].split("{")[0])  # the user's words for it
        fitting = [thing for thing in self.things if words(thing) <= meant]
        return max(fitting, key=lambda thing: len(words(thing)), default=None)

    def recognised(self, thing, how, tool=None, schema=None):
        spec = self.things[thing]
        if how == "record":
            return self.whole_record(spec, tool, schema) if "record" in spec else MISSING
        if thing == getattr(self, "pinned", None) and thing in self.value:
            return self.value[thing]
        where = spec.get("id")
        if not where:
            return MISSING
        if "from" in where:
            owner = {"uuid": self.value.get(where["of"]), where["from"]: "*"}
            owners = self.seen.matches(owner) if owner["uuid"] else []
            if not owners:
                return MISSING
            items = [item for item in owners[0][where["from"]] if fits(item, where["where"])]
            return [inside(item, where["take"]) for item in items]
        values = self.every(thing)
        if not values:
            return MISSING
        self.value[thing] = values[0]
        return values if how == "many" else values[0]

    def every(self, thing):
        where = self.things[thing]["id"]
        pattern = self.filled(where["where"])
        if "$" in json.dumps(pattern):
            return []
        return [value for value in self.seen.values(pattern, where["take"]) if value not in self.gone]

    def whole_record(self, spec, tool, schema):
        """The record as read with what is to change; or the change alone, if nobody said that it replaces all."""
        change = spec.get("change", {})
        replaces = re.search(r"\b(replaces?|complete|send all)\b", (tool.description or "") if tool else "", re.I)
        if change and not (self.whole or replaces):
            return changed({}, change)
        found = self.seen.matches(self.filled(spec["record"]))
        if not found:
            return MISSING
        record = changed(copy.deepcopy(found[0]), change)
        shown = (schema or {}).get("properties")
        braces = re.search(r"\{(.*)\}", (schema or {}).get("description", ""))
        if shown or braces:
            shown = shown or re.findall(r"\w+", braces[1])
            record = {key: value for key, value in record.items() if key in shown}
        for path in self.unknown:
            drop(record, re.sub(r"\[\d*\]", "", path).split(".")[1:])
        return record

    def filled(self, pattern):
        """A pattern or value with `$thing` replaced, as far as it is known."""
        if isinstance(pattern, dict):
            return {key: self.filled(value) for key, value in pattern.items()}
        if isinstance(pattern, list):
            return [self.filled(value) for value in pattern]
        if isinstance(pattern, str) and pattern.startswith("$"):
            value = self.recognised(pattern[1:], "id")
            return self.value.get(pattern[1:], pattern) if value is MISSING else value
        return pattern

    # Looking

    async def find(self, tool, arg, schema, thing, depth):
        spec, how = self.things[thing], kind(schema)
        if ("record" if how == "record" else "id") not in spec:
            return MISSING
        if depth >= DEEPEST or (thing, how) in self.looking:
            return MISSING
        self.looking.append((thing, how))
        try:
            about = set(spec.get("words", [])) | words(thing)
            until = lambda: self.recognised(thing, how, tool, schema) is not MISSING  # noqa: E731
            if await self.look(about, until, tool, arg, depth, far=False):
                return self.recognised(thing, how, tool, schema)
            if how == "id" and "called" in spec and thing not in self.bad:
                self.guessed.add(thing)
                return spec["called"]
            if await self.look(about, until, tool, arg, depth, far=True):
                return self.recognised(thing, how, tool, schema)
            return MISSING
        finally:
            self.looking.pop()

    async def look(self, about, until, tool=None, arg="", depth=0, far=True):
        """Calls one tool after the other until what is needed is seen."""
        if until():
            return True
        for name in self.places(about, tool, arg, far):
            other = self.tools[name]
            if not (other.reads or name in self.takes) or name == (tool.name if tool else None):
                continue
            args = await self.arguments(other, depth + 1)
            if until():
                return True
            if args is None or not self.says_something(other, args):
                continue
            if (name, json.dumps(args, sort_keys=True)) not in self.made:
                await self.call(other, args)
                if until():
                    return True
        return False

    def places(self, about, tool, arg, far):
        """Where to look: as told by the tool, by the instructions and by errors; else by names."""
        found = []
        if tool:
            told = [text for text in sentences(tool.description) if not ELSEWHERE.match(text)]
            told.sort(key=lambda text: (f"`{arg}`" not in text, -len(words(text) & about)))
            for text in told:
                found += named(text, self.tools)
        for text in sentences(self.server.instructions):
            if words(text) & about:
                found += named(text, self.tools)
        found += self.told
        found += [other.name for other in self.sharing(about)]
        if far:
            found += sorted(name for name, other in self.tools.items() if other.reads)
        return list(dict.fromkeys(found))

    def sharing(self, about, choose=lambda other: True):
        """The tools whose name shares a word, in the order of the alphabet."""
        common = self.server.common
        shared = [other for other in self.tools.values() if choose(other) and (words(other.name) - common) & about]
        return sorted(shared, key=lambda other: other.name)

    def about(self):
        things = (set(spec.get("words", [])) | words(thing) for thing, spec in self.things.items())
        return set().union(*things)

    @staticmethod
    def says_something(tool, args):
        """A tool that takes something is not called with nothing."""
        takes = [
            arg for arg, schema in tool.properties.items() if arg not in PAGING and schema.get("type") != "boolean"
        ]
        return not takes or bool(args)


def by_name(tool, arg, schema):
    """Whether a thing's name will do."""
    return re.search(r"(\bor |_or_)name\b", f"{arg} {schema.get('description', '')} {tool.description}", re.I)


def told_required(tool, arg):
    """Some descriptions say what the schema does not."""
    texts = (text for text in sentences(tool.description) if re.search(r"\brequires?d?\b", text, re.I))
    return any(re.search(rf"[`'\"]{arg}[`'\"]", text) for text in texts)


def kind(schema):
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    if "array" in types:
        return "many" if schema.get("items", {}).get("type") == "string" else None
    return "record" if "object" in types else "id" if "string" in types else None


def changed(record, change):
    for path, value in change.items():
        *way, last = path.split(".")
        inner = record
        for key in way:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return record


def drop(value, path):
    if isinstance(value, list):
        for item in value:
            drop(item, path)
    elif isinstance(value, dict) and path:
        if len(path) == 1:
            value.pop(path[0], None)
        else:
            drop(value.get(path[0]), path[1:])
