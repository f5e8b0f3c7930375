"""`cargo lambda watch` instead of what was deployed: the real template, queue and permissions' paths
around functions that are built anew when their code changes."""

import os
import socket

import surroundings
from deploy import client


def start(server, stack):
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
        )
    environment = dict(os.environ, **told)
    environment["PATH"] = f"{surroundings.ROOT / '.venv-sam/bin'}:{os.environ['PATH']}"
    # Several at once, as on AWS: the queue's function would otherwise hold up its own next batch.
    surroundings.start(
        ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port), "--concurrency", "4"],
        env=environment,
    )
    stack["invoke"] = f"http://127.0.0.1:{port}"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
