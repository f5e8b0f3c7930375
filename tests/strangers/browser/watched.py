"""A Chromium that is watched: whatever it asks of another host, and whatever its console complains of, is a fault."""

import contextlib
import os
import re
import shutil
import sys
import urllib.parse

from playwright.sync_api import expect, sync_playwright

from shop import PASSWORD, PATIENCE

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Longer than the log's own round of five seconds.
expect.set_options(timeout=PATIENCE * 1000)
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOCALES = {"vi": "vi-VN", "en": "en-US"}
# Says in the console what the policy forbade: Chromium's own words need not be in the page's.
LISTENER = """addEventListener("securitypolicyviolation", (e) =>
    console.error(`securitypolicyviolation ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));"""


def chromium():
    """Debian's Chromium, or the one that `CHROMIUM` names. Without one the test fails: it has seen nothing."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named or "chromium")
    if not found:
        sys.exit(
            f"{named or 'chromium'} is not there, and the console is driven through it: "
            "`apt-get install chromium`, or name a Chromium in CHROMIUM"
        )
    return found


@contextlib.contextmanager
def watched(url):
    """A browser for the console at `url`; at the end its faults are the failure."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        watch = Watch(browser, url)
        yield watch
        watch.judge()
        browser.close()


class Watch:
    def __init__(self, browser, url):
        self.browser, self.url, self.faults, self.pages = browser, url, [], 0
        self.host = urllib.parse.urlsplit(url).netloc
        # Refusals that a test asks for; Chromium's console names each.
        self.refusals = 0

    def context(self, language="vi", **more):
        """A browser that was never here: nobody's cookies, a language, a size."""
        options = {"viewport": DESKTOP, "reduced_motion": "reduce", "base_url": self.url} | more
        context = self.browser.new_context(locale=LOCALES[language], **options)
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(LISTENER)
        # Nothing goes there, whatever asks; redirects are not routed, but told of in `asked`.
        context.route(re.compile(f"^(?!{re.escape(self.url)}/|data:)"), lambda route: route.abort())
        context.on("request", self.asked)
        context.on("console", self.complained)
        context.on("weberror", lambda error: self.faults.append(f"a script fails: {error.error}"))
        return context

    def own(self, url):
        split = urllib.parse.urlsplit(url)
        return split.scheme == "data" or (split.scheme, split.netloc) == ("http", self.host)

    def asked(self, request):
        if not self.own(request.url):
            self.faults.append(f"asks another host: {request.url}")

    def complained(self, message):
        refused = re.search(r"responded with a status of 4\d\d", message.text)
        if refused and self.refusals > 0:
            self.refusals -= 1
        elif message.type in ("error", "warning"):
            self.faults.append(f"the console says: {message.text}")

    def judge(self):
        assert not self.faults, "\n".join(self.faults)
        assert self.refusals == 0, f"{self.refusals} refusals did not come"


def sign_in(page, name, password=PASSWORD):
    """Signs in as a person does, by the names that the page gives its fields."""
    page.goto("/")
    page.get_by_label(re.compile("^(Tên đăng nhập|User name)$")).fill(name)
    page.get_by_label(re.compile("^(Mật khẩu|Password)$")).fill(password)
    page.get_by_role("button", name=re.compile("^(Đăng nhập|Sign in)$")).click()
    expect(page.locator(".sections")).to_be_visible()
