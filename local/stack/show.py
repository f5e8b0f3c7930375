"""Something to look at: sources and destinations from a file, and what arrives at the destinations of
this machine, printed."""

import http.server
import json
import subprocess
import threading

import surroundings
from server import taken


# The functions that no provider calls: the queue's, the operators', and the schedules'.
NOT_CALLED = {"dispatch", "manage", "reconcile", "sweep"}


class Sink:
    """Takes whatever is sent to it, answers as Slack, Telegram and Lark all understand, and prints."""

    def __init__(self, port):
        try:
            self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Printing)
        except OSError as error:
            raise surroundings.Failed(taken(port, "--show", error)) from error
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Printing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            shown = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
        except ValueError:
            shown = body.decode(errors="replace")
        print(f"\n── {self.path} ──\n{shown}", flush=True)
        slack = self.path.startswith("/slack")
        answer = b"ok" if slack else b'{"ok":true,"result":{"message_id":1},"code":0}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def apply(stack, file, program):
    """`tingting apply`, as on AWS. The URLs that it prints are AWS's; ours are in `words`."""
    command = [program] if program else ["cargo", "run", "-q", "-p", "tingting", "--features", "aws", "--"]
    command += ["apply", "--stack", stack["stack"], "--config", file]
    if surroundings.start(command, stdout=subprocess.DEVNULL).wait():
        raise surroundings.Failed(f"{' '.join(command)} failed")


def words(stack, file):
    hooks = sorted(stack["functions"].keys() - NOT_CALLED)
    urls = "\n".join(f"  {stack['url']}/hooks/{name}/shop" for name in hooks)
    return f"""
Ready. AWS is at {stack['endpoint']}, the API at {stack['url']}/api/v1; the hooks are at

{urls}

Call one as its provider would; the notification is printed here:

  cargo run -q -- simulate casso --config {file} --amount 1250000 --content "DH1024 chuyen tien"

The functions follow their code; the sweep runs every minute. To change sources and destinations, edit {file} and

  AWS_ENDPOINT_URL={stack['endpoint']} AWS_REGION={stack['region']} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\
    cargo run -q -p tingting --features aws -- apply --config {file}

Ctrl-C ends everything.
"""
