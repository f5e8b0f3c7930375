"""`cargo lambda watch` instead of what was deployed: the real template, queue and permissions' paths
around functions that are built anew when their code changes."""

import os
import socket
import sys
import time

import surroundings
from deploy import client


def start(server, stack):
    # As `cargo run` of each would, so that the first invocation does not wait for all of it.
    bins = [word for name in stack["functions"] for word in ("--bin", name)]
    if surroundings.start(["cargo", "build", *bins], stdout=sys.stderr).wait():
        raise surroundings.Failed("the functions cannot be built")
    port = free_port()
    functions = client(server, "lambda")
    told = {}
    for name, deployed in stack["functions"].items():
        variables = functions.get_function_configuration(FunctionName=deployed)["Environment"]["Variables"]
        told.update(variables)
        # The server sends the function's invocations there.
        proxy = f"http://127.0.0.1:{port}/2015-03-31/functions/{name}/invocations"
        functions.update_function_configuration(
            FunctionName=deployed,
            Environment={"Variables": {**variables, "MINISTACK_LAMBDA_PROXY_URL": proxy}},
            # An invocation may wait for a build.
            Timeout=600,
        )
    environment = dict(os.environ, **told)
    environment["PATH"] = f"{surroundings.ROOT / '.venv-sam/bin'}:{os.environ['PATH']}"
    # Several at once, as on AWS: the queue's function would otherwise hold up its own next batch.
    command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    watching = surroundings.start(
        [*command, "--concurrency", "4"],
        env=environment,
        # Ours is for what was asked of us.
        stdout=sys.stderr,
    )
    while not listens(port):
        if watching.poll() is not None:
            raise surroundings.Failed("cargo lambda watch ended")
        time.sleep(0.05)
    stack["invoke"] = f"http://127.0.0.1:{port}"


def listens(port):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
