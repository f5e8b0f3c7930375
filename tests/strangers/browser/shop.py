"""A shop that uses tingting: the real program in a folder of its own, the shop's own server, and the bank's calls."""

import http.server
import json
import os
import pathlib
import subprocess
import threading
import urllib.error
import urllib.request

PATIENCE = 30
PASSWORD = "một mật khẩu dài"
KEY = "khoa-cua-sepay"

CONFIG = """
[server]
listen = "{listen}"
data = {data}
[egress]
allow = ["127.0.0.1/32"]
"""
SOURCE = """
[[source]]
provider = "sepay"
name = "shop"
auth = "api_key"
secrets = ["khoa-cua-sepay"]
"""


class Server(http.server.ThreadingHTTPServer):
    """The shop's own server: keeps what it was sent; some of its addresses may be broken."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.broken, self.received, self.came = [], [], threading.Condition()
        self.url = f"http://127.0.0.1:{self.server_port}/tien-ve"

    def wait_for(self, count):
        """The call of this number."""
        self.wait_until(lambda: len(self.received) >= count)
        return self.received[count - 1]

    def wait_until(self, there):
        with self.came:
            came = self.came.wait_for(there, PATIENCE)
            assert came, f"what came to the shop's server is not what should: {len(self.received)} calls"


class Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        with server.came:
            server.received.append({"path": self.path, "headers": self.headers, "body": json.loads(body)})
            server.came.notify_all()
        self.send_response(503 if self.path.endswith(tuple(server.broken)) else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Shop:
    """The program and the shop's server, from `with` to its end."""

    def __init__(self, program, folder, more=SOURCE, env=None):
        self.program, self.folder = pathlib.Path(program), pathlib.Path(folder)
        self.config = self.folder / "tingting.toml"
        self.more, self.env, self.payments = more, dict(os.environ) | (env or {}), 0
        self.server = self.serve = None

    def __enter__(self):
        self.server = Server()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            self.start("127.0.0.1:0")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.server.shutdown()
            self.server.server_close()

    def start(self, listen):
        told = CONFIG.format(listen=listen, data=json.dumps(str(self.folder / "data")))
        self.config.write_text(told + self.more.replace("{server}", self.server.url))
        command, nothing, pipe = [self.program, "serve", "--config", self.config], subprocess.DEVNULL, subprocess.PIPE
        self.serve = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=pipe, text=True, env=self.env)
        said = []
        for line in self.serve.stderr:
            said.append(line)
            log = json.loads(line) if line.startswith("{") else {}
            if log.get("message") == "listening":
                # Its log must be read on, or a full pipe would stop it.
                threading.Thread(target=self.serve.stderr.read, daemon=True).start()
                self.address = log["address"]
                self.url = f"http://{self.address}"
                return
        raise AssertionError("it does not start:\n" + "".join(said))

    def stop(self):
        self.serve.terminate()
        try:
            self.serve.wait(PATIENCE)
        finally:
            self.serve.kill()
            self.serve.wait()

    def start_again(self):
        """The program stops and starts, at the same address; starting, it looks after what waits."""
        self.stop()
        self.start(self.address)

    def tingting(self, *arguments, said="", config=True):
        """Runs another command of the program."""
        where = ["--config", self.config] if config else []
        run = subprocess.run(
            [self.program, *arguments, *where], input=said, text=True, capture_output=True, env=self.env, timeout=PATIENCE
        )
        assert run.returncode == 0, f"{arguments}: {run.stdout}{run.stderr}"
        return run.stdout

    def operator(self, name, role):
        self.tingting("operators", "create", name, "--role", role, said=f"{PASSWORD}\n")

    def pay(self, amount, memo, key=KEY, source="shop", **more):
        """SePay calls: money came in, or what `more` says. With another key it is refused."""
        self.payments += 1
        number = more.pop("id", 92700 + self.payments)
        body = {
            "id": number,
            "gateway": "Vietcombank",
            "transactionDate": "2026-11-22 09:15:00",
            "accountNumber": "0071000654321",
            "code": None,
            "content": memo,
            "transferType": "in",
            "transferAmount": amount,
            "accumulated": 18_067_000,
            "referenceCode": f"FT26326{number}",
            "description": memo,
        } | more
        headers = {"Content-Type": "application/json", "Authorization": f"Apikey {key}"}
        request = urllib.request.Request(f"{self.url}/hooks/sepay/{source}", json.dumps(body).encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            assert (error.code, key != KEY) == (401, True), error.read()
        else:
            assert key == KEY, "a call that nobody proved was taken"
        return number
