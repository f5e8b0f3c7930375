"""What this process and everything it starts is told: who we are, where AWS is, where to write."""

import os
import pathlib
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REGION = "ap-southeast-1"
STACK = "tingting"

_children = set()


class Failed(Exception):
    """Something that we started did not do what it should; says what it said."""


class Stopped(Exception):
    """We were told to stop before we were ready."""


def enter(folder):
    """Forgets what the operator's environment says about the real AWS, and writes into `folder`."""
    # What cargo tells a test about itself would make it build everything anew for us.
    told = ("AWS_", "CARGO_PKG_", "CARGO_MANIFEST_")
    for name in [name for name in os.environ if name.startswith(told)]:
        del os.environ[name]
    os.environ.update(
        TMPDIR=folder,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        SAM_CLI_TELEMETRY="0",
        SAM_CLI_POLL_DELAY="0.5",
    )
    # It was looked up before, to make the folder.
    tempfile.tempdir = folder


def start(command, **more):
    """Starts a program that ends with us."""
    child = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **more)
    _children.add(child)
    return child


def end(child):
    """Ends a program and all that it started."""
    _children.discard(child)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
            child.wait(timeout=5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def end_children():
    """Ends all of them."""
    for child in list(_children):
        end(child)
