"""Every page of the console, one after the other, in the states that people meet them in."""

import re

from playwright.sync_api import expect

from journey import until
from shop import SOURCE
from watched import sign_in

FULL = SOURCE + """
[[destination]]
name = "shop"
channel = "webhook"
endpoint = "{server}"
[[destination]]
name = "broken"
channel = "webhook"
endpoint = "http://127.0.0.1:9/"
[[destination]]
name = "paused"
channel = "preview"
language = "vi"
"""
CHANNELS = ["slack", "telegram", "lark", "webhook"]
PROVIDERS = ["sepay", "thueapi", "abaha", "appotapay", "casso"]
# The API's document has many of one sort.
OPEN = "document.querySelectorAll('details:nth-of-type(-n + 6)').forEach((one) => { one.open = true; })"
# By the order of the buttons, not by their words: these pages are seen in both languages.
PAUSE, SAVE, TEST = "form[action$='/pause'] button", "button[name=do][value=save]", "button[name=do][value=test]"


def nowhere_yet(shop, watch, language):
    """A console that nobody has used."""
    page = watch.context(language).new_page()
    page.goto("/")
    yield "signing in before anybody is there", page
    shop.operator("mai", "owner")
    sign_in(page, "mai")
    yield "overview, empty", page
    for path in ["/events", "/destinations", "/sources"]:
        page.goto(path)
        yield f"{path}, empty", page
    page.context.close()


def everywhere(shop, watch, language):
    """A console in use, by somebody who may do everything, and by somebody who may look."""
    shop.operator("mai", "owner")
    shop.operator("lan", "viewer")
    context = watch.context(language)
    page = context.new_page()
    yield from signing_in(page, watch)
    sign_in(page, "mai")
    happen(shop, page)
    yield from log(page)
    yield from sources(page, watch)
    yield from destinations(page, shop, watch)
    for path in ["/changes", "/api", "/people"]:
        page.goto(path)
        page.evaluate(OPEN)
        yield path, page
    page.locator("#name").fill("mai")
    page.locator("#password").fill("mot mat khau khac")
    watch.refusals += 1
    page.locator("form[action='/people'] button").click()
    expect(page.locator("#fault")).to_be_visible()
    yield "/people, a name that is taken", page
    page.goto("/password")
    yield "one's own password", page
    for field in ["old", "new", "again"]:
        page.locator(f"#{field}").fill("mot mat khau khac")
    watch.refusals += 1
    page.locator("form[action='/password'] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "one's own password, not known", page
    page.goto("/")
    yield "overview", page
    watch.refusals += 1
    page.goto("/nothing-here")
    yield "an address that is nobody's", page
    context.close()
    yield from looking(watch, language)


def signing_in(page, watch):
    page.goto("/")
    yield "signing in", page
    page.locator("#name").fill("mai")
    page.locator("#password").fill("something else")
    watch.refusals += 1
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "signing in wrongly", page
    page.context.clear_cookies()
    page.locator("#password").fill("something else")
    watch.refusals += 1
    page.get_by_role("button").click()
    expect(page.locator(".status")).to_have_text("403")
    yield "a form of a page that is over", page


def happen(shop, page):
    """What a log is made of: payments, one held, a test, a repeat that differs; what is refused, what is parked."""
    page.goto("/destinations")
    page.get_by_role("link", name="paused").click()
    page.locator(PAUSE).click()
    shop.pay(1_250_000, "DH1024 chuyen tien", accountNumber="0071000654321")
    shop.pay(99_000, "Phi dich vu", transferType="out")
    shop.pay(10_000, "Goi thu", id=0)
    shop.pay(640_000, "DH1025 tra gop", id=77)
    shop.pay(940_000, "DH1025 tra gop", id=77)
    shop.pay("250.000", "khong doc duoc")
    shop.pay(1, "gia mao", key="khong dung")
    shop.server.wait_for(4)


def log(page):
    for path in ["/events", "/events?text=khong+co+gi", "/events?state=held", "/events?account=0071000654321"]:
        page.goto(path)
        yield path, page
    page.goto("/events?min_amount=nhieu")
    expect(page.locator("#min_amount-fault")).to_be_visible()
    yield "a filter that is none", page
    for memo in ["DH1024", "DH1025"]:
        page.goto("/events")
        page.get_by_role("row").filter(has_text=memo).get_by_role("link").click()
        until(page, page.locator("article .dot.bad"))
        page.evaluate(OPEN)
        yield f"the event {memo}", page


def sources(page, watch):
    for path in ["/sources", "/sources/sepay/shop", "/sources/new", *(f"/sources/new?provider={p}" for p in PROVIDERS)]:
        page.goto(path)
        page.evaluate(OPEN)
        yield path, page
    page.locator("#name").fill("Cửa hàng")
    page.evaluate(OPEN)
    page.locator("#silence").fill("1m")
    watch.refusals += 1
    page.locator("form.proofs button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a source that is none", page
    page.evaluate(OPEN)
    page.locator("#name").fill("kho")
    page.locator("#silence").fill("off")
    page.locator("form.proofs button").click()
    expect(page.locator("#the-secret")).to_be_visible()
    yield "a source, made, with its secret", page
    page.goto("/sources/casso/kho")
    yield "a source that nobody called yet", page
    page.locator("form[action$='/rotate'] button").click()
    expect(page.locator("#the-secret")).to_be_visible()
    page.goto("/sources/casso/kho")
    yield "a source with two secrets", page
    for what in ["edit", "remove"]:
        page.goto(f"/sources/casso/kho/{what}")
        yield f"a source, {what}", page


def destinations(page, shop, watch):
    for path in ["/destinations", "/destinations/new", *(f"/destinations/new?channel={c}" for c in CHANNELS)]:
        page.goto(path)
        yield path, page
    page.locator("#name").fill("x")
    page.locator("#webhook_url").fill("https://10.0.0.1/")
    page.locator("#authen_type").select_option("Api_Key")
    watch.refusals += 1
    page.locator(SAVE).click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a destination that is none", page
    page.locator("#webhook_url").fill(shop.server.url)
    page.locator("#authen_type").select_option("No_Authen")
    page.locator(TEST).click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "a destination, tried", page
    page.locator(SAVE).click()
    expect(page).to_have_url(re.compile("done=created"))
    yield "a destination, made", page
    made = page.url
    page.locator("a[href$='/edit']").click()
    yield "a destination, to be changed", page
    page.goto(made)
    page.locator("form[action$='/rotate'] button").click()
    expect(page.locator("#the-secret")).to_be_visible()
    yield "a destination's signing secret", page
    page.goto(made)
    page.locator("a[href$='/delete']").click()
    yield "a destination that is to be deleted", page
    for name in ["broken", "paused"]:
        page.goto("/destinations")
        page.get_by_role("link", name=name).click()
        page.locator("form[action$='/test'] button").click()
        expect(page.get_by_role("status")).to_be_visible()
        yield f"the destination {name}", page
    page.locator("a[href$='/resume']").click()
    yield "a destination that is to be resumed", page


def looking(watch, language):
    page = watch.context(language).new_page()
    sign_in(page, "lan")
    yield "overview of somebody who only looks", page
    page.get_by_role("link", name="broken").first.click()
    yield "a destination for somebody who only looks", page
    watch.refusals += 1
    page.goto("/people")
    yield "what one may not see", page
