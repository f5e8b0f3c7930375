"""From signing in to sending an event again by keyboard alone: every stop is in sight and shows that it has the focus."""

import re

from playwright.sync_api import expect

from shop import SOURCE, Shop
from watched import DESKTOP, PHONE, watched

SHOP = SOURCE + """
[[destination]]
name = "shop"
channel = "webhook"
endpoint = "{server}"
"""
STOP = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const name = one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || one.tagName;
    const { x, y, width, height } = box;
    return { name, tag: one.tagName, box: { x, y, width, height }, line: style.outlineStyle, thick: parseFloat(style.outlineWidth) };
}"""
OUTLINE = "(line) => { document.activeElement.style.outline = line; }"


def keyboard(program, folder):
    with Shop(program, folder, SHOP) as shop, watched(shop.url) as watch:
        shop.operator("mai", "owner")
        shop.pay(1_250_000, "DH1024 chuyen tien")
        shop.server.wait_for(1)
        for sent, size in enumerate([DESKTOP, PHONE], 2):
            keys = Keys(watch.context(viewport=size).new_page())
            path(keys, shop, sent)
        return {"stops": keys.stops}


def path(keys, shop, sent):
    page = keys.page
    page.goto("/")
    keys.at("Tên đăng nhập")
    keys.type("mai")
    keys.to("Mật khẩu", within=1)
    keys.type("một mật khẩu dài")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hôm nay")
    keys.to("Tới nội dung chính", within=1)
    keys.to("Sự kiện")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sự kiện")
    keys.to("Tới nội dung chính", within=1)
    keys.press("Enter")
    keys.to("Tìm trong nội dung, tên, mã", within=1)
    keys.to(r"\d\d/\d\d \d\d:\d\d:\d\d")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tiền vào")
    keys.to("Gửi lại")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Sẽ gửi trong giây lát")
    shop.server.wait_for(sent)


class Keys:
    """Hands that have a keyboard and nothing else, and eyes."""

    def __init__(self, page):
        self.page, self.stops = page, 0

    def press(self, key):
        self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def at(self, name):
        stop = self.page.evaluate(STOP)
        assert re.search(name, stop["name"]), f"the focus is at {stop}, not at {name}"

    def to(self, name, within=40):
        """Tabs until the focus is there."""
        self.page.wait_for_load_state()
        seen = []
        for _ in range(within):
            self.press("Tab")
            stop = self.page.evaluate(STOP)
            self.see(stop)
            seen.append(stop["name"])
            if re.search(f"^{name}", stop["name"].strip()):
                return
        raise AssertionError(f"{name} is not within {within} stops: {seen}")

    def see(self, stop):
        self.stops += 1
        where = f"{stop['name']!r} at {self.page.url}"
        assert stop["tag"] not in ("BODY", "HTML"), f"the focus is nowhere: {where}"
        assert stop["line"] != "none" and stop["thick"] >= 2, f"no focus is shown: {where}: {stop}"
        box, size = stop["box"], self.page.viewport_size
        inside = box["x"] >= 0 and box["y"] >= 0
        inside = inside and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]
        assert inside and box["width"] > 8 and box["height"] > 8, f"out of sight: {where}: {box}"
        # What the style says must be in the picture, too: something may cut it off.
        around = {"x": max(box["x"] - 6, 0), "y": max(box["y"] - 6, 0)}
        around |= {"width": min(box["width"] + 12, size["width"]), "height": min(box["height"] + 12, size["height"])}
        with_focus = self.page.screenshot(clip=around)
        self.page.evaluate(OUTLINE, "none")
        assert with_focus != self.page.screenshot(clip=around), f"its focus cannot be seen: {where}"
        self.page.evaluate(OUTLINE, "")
