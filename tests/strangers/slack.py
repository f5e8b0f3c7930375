"""Slack's own SDK reads our blocks; what it does not check is checked here.

stdin: [message]
"""

import json
import sys

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

KEYS = {"text", "blocks", "mrkdwn", "parse", "unfurl_links", "unfurl_media"}
BLOCK_KEYS = {"header": {"type", "text"}, "section": {"type", "text", "fields"}}
TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


def units(text):
    return len(text.encode("utf-16-le")) // 2


def sdk_problem(block):
    try:
        parsed = Block.parse(block)
        if parsed is None:
            return f"unknown block {block}"
        parsed.validate_json()
    except SlackObjectFormationError as error:
        return str(error)
    return None


def text_problems(text, limit):
    kind = text.get("type")
    if kind not in TEXT_KEYS or set(text) - TEXT_KEYS[kind]:
        yield f"a text object of {set(text)}"
    if not 1 <= units(text["text"]) <= limit:
        yield f"{units(text['text'])} units where {limit} are allowed"
    if kind == "plain_text" and text.get("emoji") is not False:
        yield "emoji are not off"
    if kind == "mrkdwn" and text.get("verbatim") is not True:
        yield "mrkdwn is not verbatim"


def problems(message):
    if set(message) != KEYS:
        yield f"keys {set(message)}"
    if not 1 <= len(message["blocks"]) <= 50:
        yield f"{len(message['blocks'])} blocks"
    if not 1 <= units(message["text"]) <= 40000 or "<" in message["text"]:
        yield "the fallback is too long, empty or not escaped"
    for block in message["blocks"]:
        problem = sdk_problem(block)
        if problem:
            yield problem
        if set(block) - BLOCK_KEYS.get(block["type"], set()):
            yield f"a {block['type']} of {set(block)}"
        if block["type"] == "header" and block["text"]["type"] != "plain_text":
            yield "a header that is not plain"
        if "text" in block:
            yield from text_problems(block["text"], 150 if block["type"] == "header" else 3000)
        for field in block.get("fields", []):
            yield from text_problems(field, 2000)


def main():
    # The SDK must be able to see what it is asked about.
    too_long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    assert sdk_problem(too_long) and sdk_problem({"type": "nothing"})
    messages = json.load(sys.stdin)
    found = [f"{i}: {p}" for i, m in enumerate(messages) for p in problems(m)]
    print("\n".join(found) or f"{len(messages)} messages read")
    sys.exit(1 if found or not messages else 0)


main()
