"""Words of names, and the sentences of descriptions that name tools."""

import re

# Say nothing of what a tool is about.
EMPTY = frozenset(
    "a all an and any are as at be been by can cannot could do does for from has have id in is it its no not of on one or"
    " single so such than that the their there these this to use used using uuid was were what when which with yet".split()
)


def words(text):
    """The words of a name or a sentence, in lower case and without a plural's s."""
    text = re.sub(r"UUIDs?|IDs?(?![a-z])", " ", text)
    split = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
    lower = (word.lower() for word in split)
    return {one(word) for word in lower} - EMPTY


def one(word):
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us"))
    return word[:-1] if plural else word


def sentences(text):
    return re.split(r"(?<=[.;!?])\s+", text or "")


def named(text, names):
    """The tools that a text names, in its order."""
    found = re.findall(r"[A-Za-z0-9_]+", text or "")
    return list(dict.fromkeys(word for word in found if word in names))


def links(tools):
    """The sentences of descriptions that name another tool: which comes first, what to poll, what undoes it."""
    names = {tool.name for tool in tools}
    return [
        (tool.name, sentence)
        for tool in tools
        for sentence in sentences(tool.description)
        if set(named(sentence, names)) - {tool.name}
    ]
