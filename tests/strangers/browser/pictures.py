"""Retakes the pictures of the documents: a made-up shop's day, on a clock in the hand, so that every retake shows the same."""

import contextlib
import datetime
import mmap
import pathlib
import random
import sqlite3
import subprocess
import threading
import time

from playwright.sync_api import expect

from journey import until
from shop import KEY, PATIENCE, Shop
from watched import sign_in, watched

CLOCK = pathlib.Path(__file__).parents[2] / "shims" / "clock.c"
SHOP = "".join(f'[[source]]\nprovider = "sepay"\nname = "{name}"\nauth = "api_key"\nsecrets = ["{KEY}"]\n' for name in ["quan-1", "thu-duc"]) + """
[[destination]]
name = "website"
title = "Website bán hàng"
channel = "webhook"
endpoint = "{server}/website"
[[destination]]
name = "ke-toan"
title = "Phần mềm kế toán"
channel = "webhook"
endpoint = "{server}/ke-toan"
[[destination]]
name = "kho"
title = "Kho Thủ Đức"
channel = "webhook"
endpoint = "{server}/kho"
sources = ["sepay/thu-duc"]
[[destination]]
name = "quan-ly"
title = "Nhóm quản lý"
channel = "telegram"
endpoint = "-1002233445566"
bot_token = "7012345678:AAF-made-up-and-good-for-nothing-at-all"
min_amount = 100000000
"""
# Who pays how much for what, first to last; the last ones are what the log shows first.
PAYERS = ["NGUYEN THI HOA", "TRAN VAN MINH", "LE HOANG ANH", "PHAM THU TRANG", "VO QUOC BAO", "DANG MY LINH", "BUI GIA HUY"]
GOODS = ["ao khoac", "giay the thao", "banh sinh nhat", "hoa khai truong", "sach giao khoa", "tra sua", "dat coc tiec"]
HOURS = [0, 0, 0, 0, 0, 0, 0, 1, 3, 4, 6, 5, 3, 4, 5, 6, 4, 2, 3, 5, 6, 4, 2, 1]
# From which sale on one destination is broken, and after which another one is paused.
BROKEN, PAUSED = 52, 57
NOW = datetime.datetime(2026, 11, 20, 15, 42, 7, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))
OPEN = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"
PICTURES = {"overview": (1280, 800), "event": (820, 1240), "events": (390, 844)}


class Clock:
    """The program's clock: it goes on by itself, and is set from here."""

    def __init__(self, folder):
        self.file, self.library = pathlib.Path(folder, "clock"), pathlib.Path(folder, "clock.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.library, CLOCK, "-ldl"], check=True)
        self.file.write_bytes(bytes(8))
        self.env = {"LD_PRELOAD": str(self.library), "CLOCK_FILE": str(self.file)}
        self.over = threading.Event()

    def __enter__(self):
        with open(self.file, "r+b") as file:
            self.shown = mmap.mmap(file.fileno(), 8)
        self.set(NOW - datetime.timedelta(days=1))
        self.going = threading.Thread(target=self.go, daemon=True)
        self.going.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.going.join()

    def set(self, moment):
        self.ahead = int(moment.timestamp() * 1e9) - time.monotonic_ns()
        self.show()

    def show(self):
        self.shown[:] = (time.monotonic_ns() + self.ahead).to_bytes(8, "little")

    def go(self):
        while not self.over.wait(0.001):
            self.show()


def take(program, folder, into):
    with Clock(folder) as clock, Shop(program, folder, SHOP, clock.env) as shop, watched(shop.url) as watch:
        shop.operator("mai", "owner")
        trade(shop, clock, watch)
        for name, (width, height) in PICTURES.items():
            settle(shop)
            clock.set(NOW)
            page = watch.context(viewport={"width": width, "height": height}).new_page()
            sign_in(page, "mai")
            show(page, name)
            page.screenshot(path=into / f"console-{name}.png")
            page.context.close()
        return {"pictures": len(PICTURES)}


def trade(shop, clock, watch):
    """A day and a night: what was sold in each of the last 24 hours."""
    chance, sold = random.Random(20), 0
    began = NOW.replace(minute=0, second=0) - datetime.timedelta(hours=23)
    for hour in range(24):
        there = began + datetime.timedelta(hours=hour)
        for minute in sorted(chance.sample(range(1, 41), HOURS[there.hour])):
            moment = there.replace(minute=minute, second=chance.randrange(60))
            settle(shop)
            clock.set(moment)
            sold += 1
            shop.server.broken = ["/kho"] if sold >= BROKEN else []
            sell(shop, chance, sold, moment)
            if sold == PAUSED:
                pause(watch)


def sell(shop, chance, sold, moment):
    source = chance.choice(["quan-1", "quan-1", "thu-duc"])
    account = {"quan-1": "0071000654321", "thu-duc": "19036612345678"}[source]
    bank = {"quan-1": "Vietcombank", "thu-duc": "Techcombank"}[source]
    out = sold % 9 == 0
    amount = chance.choice([45, 89, 120, 250, 320, 480, 650, 990, 1250, 1890, 2400, 5600]) * 1000
    memo = f"DH{1000 + sold} {chance.choice(PAYERS)} {chance.choice(GOODS)}"
    memo = "TT tien hang dot 11 cty Phuc Long" if out else memo
    # The website, the books unless they are paused, the other store for what is its own.
    told = {"website"} | ({"ke-toan"} if sold <= PAUSED else set()) | ({"kho"} if source == "thu-duc" else set())
    date = moment.strftime("%Y-%m-%d %H:%M:%S")
    code = None if out else f"DH{1000 + sold}"
    more = {"transactionDate": date, "accountNumber": account, "gateway": bank, "code": code}
    number = shop.pay(amount, memo, source=source, transferType="out" if out else "in", accumulated=64_300_000 + 85_000 * sold, **more)
    calls, key = shop.server.received, f"sepay/{source}/{number}"
    shop.server.wait_until(lambda: told <= {call["path"].split("/")[-1] for call in calls if call["body"]["data"]["key"] == key})


def settle(shop):
    """Until what was sent is written down: the clock is set on only then, or it took an hour."""
    until = time.monotonic() + PATIENCE
    with contextlib.closing(sqlite3.connect(f"file:{shop.folder}/data/tingting.db?mode=ro", uri=True)) as database:
        while time.monotonic() < until:
            if database.execute(OPEN).fetchone() == (0,):
                return
            time.sleep(0.005)
    raise AssertionError("attempts are not written down")


def pause(watch):
    page = watch.context().new_page()
    sign_in(page, "mai")
    page.get_by_role("link", name="Phần mềm kế toán").first.click()
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.context.close()


def show(page, name):
    if name == "overview":
        expect(page.locator(".matters li").first).to_be_visible()
        return
    page.goto("/events")
    if name == "event":
        page.get_by_role("row").filter(has_text="sepay/thu-duc").filter(has_text="Đã gửi 2").first.get_by_role("link").click()
        until(page, page.locator("article .dot.bad"))
