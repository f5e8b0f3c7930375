"""AWS's protocols on a free port of 127.0.0.1 (ministack), permissions enforced, and the HTTP API of
the stack at its root: `/hooks/…` goes to the API as its own host name would."""

import logging
import os
import socket

import surroundings


def taken(port, option, error):
    return f"127.0.0.1:{port} cannot be used ({error.strerror}): end what listens there, perhaps another `make watch`, or give another {option}"


class Server:
    def __init__(self, port):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise surroundings.Failed(taken(port, "--port", error)) from error
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.api_id = None
        os.environ.update(
            GATEWAY_PORT=str(self.port),
            MINISTACK_HOST="127.0.0.1",
            MINISTACK_REGION=surroundings.REGION,
            # What the functions that it starts are told; without it they would call the real AWS.
            AWS_ENDPOINT_URL=self.endpoint,
            SERVICES="apigatewayv2,cloudformation,cloudwatch,dynamodb,iam,kms,lambda,logs,monitoring,s3,scheduler,sns,sqs,ssm,sts",
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
                if scope["path"].startswith("/hooks/") and self.api_id:
                    host = f"{self.api_id}.execute-api.127.0.0.1:{self.port}"
                    others = [(k, v) for k, v in scope["headers"] if k.lower() != b"host"]
                    scope["headers"] = [*others, (b"host", host.encode())]
            await app(scope, receive, send)

        # It counts what it does, for nobody.
        logging.getLogger("samtranslator").setLevel(logging.ERROR)

        config = Config()
        config.bind = [f"fd://{self.listener.fileno()}"]
        config.loglevel = "WARNING"
        config.graceful_timeout = 1
        await serve(front, config, shutdown_trigger=stopped)
        # The functions' processes, which it would leave to themselves.
        lambda_runtime.reset()
