"""Drives the console in a real Chromium: one part of what a person does there, or the pictures for the documents.

    python tests/strangers/browser PART --program target/debug/tingting
    python tests/strangers/browser --pictures docs --program target/debug/tingting

Prints what it measured as JSON, or fails with what was not as it should be.
"""

import argparse
import json
import pathlib
import tempfile

import accessible
import hostile
import journey
import keyboard
import pictures

PARTS = {
    "axe-vi": lambda program, folder: accessible.accessible(program, folder, "vi"),
    "axe-en": lambda program, folder: accessible.accessible(program, folder, "en"),
    "hostile": hostile.hostile,
    "journey": journey.journey,
    "keyboard": keyboard.keyboard,
    "without-script": journey.without_script,
}


def main():
    parser = argparse.ArgumentParser(prog="browser", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("part", nargs="?", choices=[*PARTS])
    what.add_argument("--pictures", type=pathlib.Path, help="the folder to take pictures into")
    parser.add_argument("--program", type=pathlib.Path, required=True, help="the program under test")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tingting-browser-") as folder:
        program = asked.program.resolve()
        done = pictures.take(program, folder, asked.pictures) if asked.pictures else PARTS[asked.part](program, folder)
        print(json.dumps(done))


main()
