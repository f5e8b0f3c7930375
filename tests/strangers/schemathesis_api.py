"""Has schemathesis try the API as its own document describes it: URL, client id and secret.

Path by path, each with a token of its own, for one token's calls are limited. It may not judge whether a
call that the document's shapes allow is taken: that a name is free, that an address is no private one,
that a field goes with another, no shape can say.
"""

import json
import pathlib
import subprocess
import sys
import urllib.parse
import urllib.request

url, client_id, client_secret = sys.argv[1:]
form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
form = urllib.parse.urlencode(form).encode()


def ask(path, body=None):
    with urllib.request.urlopen(url + path, body) as answer:
        return json.load(answer)


tried = 0
for path in ask("/openapi.json")["paths"]:
    token = ask("/oauth2/token", form)["access_token"]
    run = subprocess.run(
        [
            pathlib.Path(sys.executable).with_name("schemathesis"), "run", f"{url}/openapi.json",
            "--header", f"Authorization: Bearer {token}", "--include-path", path,
            "--exclude-checks", "positive_data_acceptance", "--phases", "coverage,fuzzing",
            "--max-examples", "5", "--workers", "1", "--generation-deterministic", "--no-color",
        ],
        capture_output=True, text=True,
    )
    if run.returncode or "Rate limited" in run.stdout:
        sys.exit(f"{path}\n{run.stdout}{run.stderr}")
    tried += sum(int(line.split()[0]) for line in run.stdout.splitlines() if " generated, " in line)
print(tried)
