"""What strangers write, through the real hook, is text on every page: nothing of it runs, asks a host or turns a line."""

import re

from playwright.sync_api import expect

from shop import Shop
from watched import sign_in, watched

FAR = "https://evil.example"
MARKS = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    f"</code></pre><script src={FAR}/x.js></script><link rel=stylesheet href={FAR}/x.css>",
    f"<a href=javascript:alert(1)>x</a><iframe src={FAR}></iframe><svg onload=alert(1)>",
    "' onfocus=alert(1) autofocus x='",
    "{{ 7 * 7 }} &lt;b&gt; <!-- <base href=//evil.example> %3Cscript%3E",
]
TURNED = "\u202e000.000.9\u202c \u2066x\u2069 \u200bẩn\ufeff\u200f"
UNTURNED = "000.000.9 x ẩn"
# What turns a line, or cannot be seen.
UNSEEN = re.compile("[\u0000-\u0008\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Whatever a stranger's words could have become.
THEIRS = """() => [...document.querySelectorAll("img, iframe, script, link, base, object, embed, [style], svg, a")].filter(
    (one) => (one.href || one.src || "").match?.(/evil|javascript:/) || one.matches("img, iframe, base, object, embed")
).map((one) => one.outerHTML).concat([...document.querySelectorAll("*")].flatMap((one) =>
    [...one.attributes].filter(({ name }) => name.startsWith("on")).map(() => one.outerHTML)))"""
BREAK = """() => {
    const script = document.createElement("script");
    script.textContent = "window.broken = true";
    document.body.append(script);
    const image = new Image();
    image.src = "https://evil.example/x.png";
    document.body.append(image);
}"""


def hostile(program, folder):
    with Shop(program, folder) as shop, watched(shop.url) as watch:
        shop.operator("mai", "owner")
        context = watch.context()
        context.on("dialog", lambda dialog: watch.faults.append(f"a stranger speaks: {dialog.message}"))
        page = context.new_page()
        not_blind(watch)
        sign_in(page, "mai")
        page.goto("/events")
        write(shop)
        # They come by themselves, the way a script puts them there.
        expect(page.locator("tbody tr")).to_have_count(len(MARKS) + 1)
        judge(page, MARKS + [UNTURNED])
        for n in range(len(MARKS) + 1):
            page.goto("/events")
            row = page.locator("tbody tr").nth(n)
            memo = row.locator(".memo").inner_text()
            row.get_by_role("link").click()
            expect(page.locator("pre").last).to_be_visible()
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            judge(page, [memo])
        elsewhere(page, shop, watch)
        return {"memos": len(MARKS) + 1}


def not_blind(watch):
    """The watch sees a script that does not belong there, and another host."""
    page = watch.context().new_page()
    page.goto("/")
    page.evaluate(BREAK)
    page.evaluate("() => fetch('https://evil.example/').catch(() => {})")
    assert page.evaluate("window.broken") is None, "a script that came later runs"
    for word in ["securitypolicyviolation script-src", "securitypolicyviolation img-src", "securitypolicyviolation connect-src"]:
        assert any(word in fault for fault in watch.faults), f"{word} is not seen: {watch.faults}"
    page.goto("about:blank")
    page.evaluate("() => fetch('https://evil.example/').catch(() => {})")
    assert any("asks another host" in fault for fault in watch.faults), watch.faults
    page.context.close()
    watch.faults.clear()


def write(shop):
    for memo in [*MARKS, TURNED]:
        everywhere = dict.fromkeys(["gateway", "accountNumber", "subAccount", "code", "referenceCode"], memo)
        shop.pay(1_000, memo, **everywhere)
    for memo in MARKS:
        shop.pay(1_000, memo, key="x")


def judge(page, shown):
    text = page.locator("main").inner_text()
    for memo in shown:
        assert memo in text, f"{memo!r} is not shown as it was written: {text}"
    found = page.evaluate(THEIRS)
    assert not found, f"{page.url}: {found}"
    unseen = UNSEEN.search(page.content())
    assert not unseen, f"{page.url} has {unseen[0]!r}"


def elsewhere(page, shop, watch):
    """Pages that show what was asked of them, and links that lead away."""
    for path in ["/", "/sources", "/changes"]:
        page.goto(path)
        judge(page, [])
    page.goto("/events")
    page.get_by_label("Tìm trong nội dung").fill(MARKS[1])
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Tìm trong nội dung")).to_have_value(MARKS[1])
    judge(page, [MARKS[1]])
    page.goto("/destinations/new?channel=webhook")
    page.get_by_label("Tên", exact=True).fill(MARKS[0])
    page.get_by_label("URL của webhook").fill(shop.server.url)
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKS[0])
    judge(page, [MARKS[0]])
    for path in ["/", "/destinations", "/events"]:
        page.goto(path)
        judge(page, [])
    for back in ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]:
        page.goto(f"/language/vi?back={back}")
        assert watch.own(page.url), page.url
