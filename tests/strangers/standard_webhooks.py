"""Standard Webhooks' own library verifies our requests, as a receiver would, now.

stdin: [{"headers": {name: value}, "body": text, "secrets": [whsec_…]}]
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
        return True
    except WebhookVerificationError:
        return False


def problems(request):
    body, headers = request["body"], request["headers"]
    for n, secret in enumerate(request["secrets"]):
        if not verifies(secret, body, headers):
            yield f"secret {n} does not verify"
        if verifies(secret, body + " ", headers):
            yield f"secret {n} verifies a changed body"
        if verifies(secret, body, headers | {"webhook-id": "msg_other"}):
            yield f"secret {n} verifies another id"
    if verifies(OTHER, body, headers):
        yield "a stranger's secret verifies"
    if body:
        payload = json.loads(body)
        if list(payload) != ["type", "timestamp", "data"]:
            yield f"the payload has {list(payload)}"


def main():
    requests = json.load(sys.stdin)
    found = [f"{i}: {p}" for i, r in enumerate(requests) for p in problems(r)]
    print("\n".join(found) or f"{len(requests)} requests verified")
    sys.exit(1 if found or not requests else 0)


main()
