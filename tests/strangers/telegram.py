"""Telegram's own parser (TDLib) reads our messages. Offline: no login, no network.

stdin: [{"text": html, "values": [what strangers wrote, as it should be read]}]
"""

import json
import sys

import tdjson

LIMIT = 4096
ENTITIES = 90
# Nothing inside of the last two is linked.
OURS = {"textEntityTypeBold", "textEntityTypeCode", "textEntityTypePre"}


def execute(query):
    return json.loads(tdjson.td_execute(json.dumps(query).encode()))


def parse(html):
    mode = {"@type": "textParseModeHTML"}
    return execute({"@type": "parseTextEntities", "text": html, "parse_mode": mode})


def linked(text):
    """What Telegram would turn into links by itself, as (kind, offset, length)."""
    found = execute({"@type": "getTextEntities", "text": text})["entities"]
    return [(e["type"]["@type"], e["offset"], e["length"]) for e in found]


def units(text):
    return len(text.encode("utf-16-le")) // 2


def part(text, offset, length):
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def problems(message):
    read = parse(message["text"])
    if read["@type"] == "error":
        yield f"refused: {read['message']}"
        return
    text = read["text"]
    marks = [(e["type"]["@type"], e["offset"], e["length"]) for e in read["entities"]]
    if units(text) > LIMIT or len(marks) > ENTITIES:
        yield f"{units(text)} units, {len(marks)} entities"
    kinds = {kind for kind, _, _ in marks}
    if kinds - OURS:
        yield f"marks that are not ours: {kinds}"
    code = [(offset, offset + length) for kind, offset, length in marks if kind != "textEntityTypeBold"]
    shown = [part(text, start, end - start) for start, end in code]
    for value in message["values"]:
        if not any(value in one for one in shown):
            yield f"not shown as it was written: {value!r} in {shown!r}"
    for kind, offset, length in linked(text):
        if not any(start <= offset and offset + length <= end for start, end in code):
            yield f"{kind} outside of code: {part(text, offset, length)!r}"


def main():
    execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
    # The parser must be able to see what this check is about.
    assert parse("1 < 2")["@type"] == "error"
    assert linked("to @everyone_here")[0][0] == "textEntityTypeMention"
    messages = json.load(sys.stdin)
    found = [f"{i}: {p}" for i, m in enumerate(messages) for p in problems(m)]
    print("\n".join(found) or f"{len(messages)} messages read")
    sys.exit(1 if found or not messages else 0)


main()
