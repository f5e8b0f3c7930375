"""A client of SePay's API Webhooks, written from SePay's own document alone, and a shop's day with it.

Its arguments are the API's address, then id and secret of a client with every scope, then those of one that may
only read. It prints what it saw, or fails with what was not as the document says.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request


class ApiError(Exception):
    def __init__(self, status, code, body):
        super().__init__(f"{status} {code}: {body}")
        self.status, self.code, self.body = status, code, body


class Webhooks:
    def __init__(self, base, token):
        self.base, self.token = base, token

    def call(self, method, path, query=None, body=None):
        url = self.base + path + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = {"Authorization": f"Bearer {self.token}"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = json.load(error)
            raise ApiError(error.code, said["error"], said) from None

    def list(self, **filters):
        return self.call("GET", "/api/v1/webhooks", filters)

    def get(self, number):
        return self.call("GET", f"/api/v1/webhooks/{number}")["data"]

    def create(self, **fields):
        return self.call("POST", "/api/v1/webhooks", body=fields)["data"]["id"]

    def update(self, number, **fields):
        return self.call("PATCH", f"/api/v1/webhooks/{number}", body=fields)

    def delete(self, number):
        return self.call("DELETE", f"/api/v1/webhooks/{number}")


def token(base, client_id, client_secret, **more):
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, **more}
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(urllib.request.Request(base + "/oauth2/token", data)) as answer:
        said = json.load(answer)
    assert said["token_type"].lower() == "bearer" and said["expires_in"] > 0, said
    return said["access_token"]


def refused(status, code, call, *arguments, **named):
    try:
        said = call(*arguments, **named)
    except ApiError as error:
        assert (error.status, error.code) == (status, code), error
        return error.body
    raise AssertionError(f"expected {status} {code}, was answered {said}")


COMMON = {
    "bank_account_id": 19,
    "event_type": "In_only",
    "is_verify_payment": 1,
    "skip_if_no_code": 1,
    "active": 1,
    "retry_conditions": ["non_2xx_status_code"],
    "only_va": 1,
    "bank_sub_account_ids": [25, 26],
}
KINDS = {
    "No_Authen": {"request_content_type": "Json"},
    "Api_Key": {"request_content_type": "multipart_form-data", "api_key": "the shop's own key"},
    "OAuth2.0": {
        "oauth2_access_token_url": "https://example.com/token",
        "oauth2_client_id": "shop",
        "oauth2_client_secret": "the shop's own secret",
    },
}


def day(base, everything, reader):
    hooks = Webhooks(base, token(base, *everything))
    made = {}
    for kind, more in KINDS.items():
        url = f"https://example.com/{kind}"
        made[kind] = hooks.create(name=f"Kho {kind}", authen_type=kind, webhook_url=url, **COMMON, **more)
    for kind, number in made.items():
        shown = hooks.get(number)
        assert shown["id"] == number and shown["name"] == f"Kho {kind}", shown
        assert shown["authen_type"] == kind and shown["bank_account_id"] == 19, shown
        for flag in ("is_verify_payment", "skip_if_no_code", "active", "only_va"):
            assert shown[flag] is True, (flag, shown)
        assert shown["retry_conditions"] == {"non_2xx_status_code": 1}, shown
        assert shown["bank_sub_account_ids"] == [25, 26], shown
        assert "the shop's own" not in json.dumps(shown), "a secret came back"

    listed = hooks.list(webhook_url="example.com/", active=1, page=1, limit=2)
    pages = listed["meta"]["pagination"]
    assert listed["status"] == "success" and len(listed["data"]) == 2, listed
    assert pages == {"total": 3, "per_page": 2, "current_page": 1, "last_page": 2}, pages
    found = hooks.list(api_key="the shop's own key")["data"]
    assert [one["id"] for one in found] == [made["Api_Key"]], found

    hooks.update(made["Api_Key"], active=0, event_type="All", retry_conditions=[])
    shown = hooks.get(made["Api_Key"])
    assert (shown["active"], shown["event_type"]) == (False, "All"), shown
    assert shown["retry_conditions"] == {"non_2xx_status_code": 0} and shown["name"] == "Kho Api_Key", shown
    assert hooks.list(active=0)["meta"]["pagination"]["total"] == 1

    wrong = refused(400, "validation_error", hooks.create, name="", authen_type="Api_Key", event_type="Both")
    named = {"name", "event_type", "webhook_url", "bank_account_id", "is_verify_payment", "api_key"}
    assert named <= set(wrong["errors"]), wrong
    refused(404, "not_found", hooks.get, 1)
    refused(401, "unauthorized", Webhooks(base, "nobody's").list)
    narrow = Webhooks(base, token(base, *reader, scope="webhook:read"))
    assert narrow.list()["meta"]["pagination"]["total"] >= 3
    refused(403, "forbidden", narrow.create, **COMMON)
    refused(403, "forbidden", narrow.update, made["Api_Key"], active=1)
    refused(403, "forbidden", narrow.delete, made["Api_Key"])

    for number in made.values():
        hooks.delete(number)
        refused(404, "not_found", hooks.get, number)
    print("as the document says")


if __name__ == "__main__":
    address, *pairs = sys.argv[1:]
    day(address, pairs[:2], pairs[2:])
