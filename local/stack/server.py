"""AWS's protocols on a free port of 127.0.0.1 (ministack), permissions enforced, and beside it the HTTP
API of the stack on a port of its own: everything there goes to the API."""

import logging
import os
import socket

import surroundings


def taken(port, option, error):
    return f"127.0.0.1:{port} cannot be used ({error.strerror}): end what listens there, perhaps another `make watch`, or give another {option}"


def listen(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise surroundings.Failed(taken(port, "--port", error)) from error
    listener.listen(1024)
    return listener


class Server:
    def __init__(self, port):
        self.aws, self.front = listen(0), listen(port)
        self.port = self.aws.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.front_port = self.front.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.front_port}"
        self.api_id = None
        os.environ.update(
            GATEWAY_PORT=str(self.port),
            MINISTACK_HOST="127.0.0.1",
            MINISTACK_REGION=surroundings.REGION,
            # What the functions that it starts are told; without it they would call the real AWS.
            AWS_ENDPOINT_URL=self.endpoint,
            SERVICES="apigatewayv2,cloudformation,cloudwatch,dynamodb,iam,kms,lambda,logs,monitoring,s3,scheduler,secretsmanager,sns,sqs,ssm,sts",
            # The roles' policies decide, as on AWS.
            AUTH="true",
            # It would listen on a well-known port.
            IOT_MTLS_ENABLED="0",
            LOG_LEVEL="WARNING",
        )

    async def serve(self, stopped):
        from hypercorn.asyncio import serve
        from hypercorn.config import Config
        from ministack.app import app
        from ministack.core import iam_actions, lambda_runtime

        named = iam_actions.extract_iam_action

        def permission(*request):
            # On AWS, who may send one message may send ten.
            return {"sqs:SendMessageBatch": "sqs:SendMessage"}.get(action := named(*request), action)

        iam_actions.extract_iam_action = permission

        # Until deploy.py has said the event source's limit as a number.
        logging.getLogger("lambda").addFilter(lambda said: "'>=' not supported" not in said.getMessage())

        async def front(scope, receive, send):
            if scope["type"] == "http":
                # A loopback stands for a wire that nobody taps: policies that ask for TLS are content.
                scope = dict(scope, scheme="https")
                if scope["server"][1] == self.front_port:
                    # By its path: at the API's own host name the server keeps some paths to itself.
                    at = f"/_aws/execute-api/{self.api_id}/$default"
                    scope["path"] = at + scope["path"]
                    scope["raw_path"] = at.encode() + scope["raw_path"]
            await app(scope, receive, send)

        # It counts what it does, for nobody.
        logging.getLogger("samtranslator").setLevel(logging.ERROR)

        config = Config()
        config.bind = [f"fd://{listener.fileno()}" for listener in (self.aws, self.front)]
        config.loglevel = "WARNING"
        config.graceful_timeout = 1
        await serve(front, config, shutdown_trigger=stopped)
        # The functions' processes, which it would leave to themselves.
        lambda_runtime.reset()
