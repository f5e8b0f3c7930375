"""Serves DynamoDB and SQS on a free port of 127.0.0.1: `serve.py moto` or `serve.py ministack`.

Prints the port once it listens; whoever connects from then on is answered, at the latest when the
server has finished loading. Ends when its standard input ends, so that it cannot outlive the test
that started it, however that ends.
"""

import os
import socket
import sys
import threading


def end_with_the_test():
    def wait():
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def listen():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    return listener, listener.getsockname()[1]


def moto(listener, port):
    os.environ["MOTO_PORT"] = str(port)
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    # Kept alive, as AWS does.
    MotoRequestHandler.protocol_version = "HTTP/1.1"
    # Its parent writes head and body apart; without this each answer waits for an ACK.
    MotoRequestHandler.disable_nagle_algorithm = True
    MotoRequestHandler.log_request = lambda *_: None
    app = DomainDispatcherApplication(create_backend_app)
    one_at_a_time = threading.Lock()

    # AWS decides a conditional write, and who receives a message, once; moto's threads look and then
    # act, and now and then two of them act on the same sight.
    def serialized(environ, start_response):
        with one_at_a_time:
            return app(environ, start_response)

    make_server(
        "127.0.0.1",
        port,
        serialized,
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listener.fileno(),
    ).serve_forever()


def ministack(listener, port):
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ["MINISTACK_HOST"] = "127.0.0.1"
    os.environ["SERVICES"] = "dynamodb,sqs"
    # It would listen on a well-known port.
    os.environ["IOT_MTLS_ENABLED"] = "0"
    os.environ["LOG_LEVEL"] = "WARNING"
    import asyncio

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    end_with_the_test()
    listener, port = listen()
    print(port, flush=True)
    {"moto": moto, "ministack": ministack}[sys.argv[1]](listener, port)
