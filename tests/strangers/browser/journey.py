"""A shop's first day, by mouse: sign in, source, destination, test call, a payment, resend, pause, resume."""

import time

from playwright.sync_api import expect

from shop import PATIENCE, Shop
from watched import PHONE, sign_in, watched

MOST = 100 * 1024


def journey(program, folder):
    with Shop(program, folder, more="") as shop, watched(shop.url) as watch:
        first = nobody_yet(watch)
        shop.operator("mai", "owner")
        page = watch.context(viewport=PHONE).new_page()
        day(page, shop)
        page.get_by_role("button", name="Đăng xuất").click()
        expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        return {"first_page_bytes": first}


def without_script(program, folder):
    """The same with a browser that runs no script."""
    with Shop(program, folder, more="") as shop, watched(shop.url) as watch:
        shop.operator("mai", "owner")
        page = watch.context(java_script_enabled=False).new_page()
        day(page, shop, script=False)
        return {}


def nobody_yet(watch):
    """The first page that anybody sees says what to do, and is light; how many bytes it took."""
    page = watch.context().new_page()
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(request))
    page.goto("/", wait_until="networkidle")
    expect(page.get_by_text("tingting operators create")).to_be_visible()
    sizes = [request.sizes() for request in sizes]
    assert len(sizes) >= 3, "page, style and script"
    taken = sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)
    assert 3_000 < taken < MOST, f"{taken} bytes for the first page"
    page.context.close()
    return taken


def day(page, shop, script=True):
    sign_in(page, "mai")
    expect(page.get_by_role("heading", name="Chào mừng đến với tingting")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Welcome to tingting")).to_be_visible()
    page.get_by_role("link", name="Tiếng Việt").click()
    source(page, shop)
    destination(page, shop)
    if script:
        page.goto("/events")
        expect(page.get_by_text("Tự cập nhật")).to_be_visible()
    pay(shop, 1_250_000, "DH1024 chuyen tien")
    shop.server.wait_for(3)
    if not script:
        page.goto("/events")
    # With a script it comes by itself.
    row = page.get_by_role("row").filter(has_text="DH1024 chuyen tien")
    expect(row).to_contain_text("+1.250.000 ₫")
    expect(page.get_by_text("Chưa có sự kiện nào.")).to_be_hidden()
    resend(page, shop, row)
    page.goto("/")
    expect(page.get_by_role("heading", name="Tiền vào").locator("..")).to_contain_text("+1.250.000 ₫")
    standing(page, shop)


def source(page, shop):
    """Makes one, and keeps what the page shows this once, as somebody does who pastes it at SePay."""
    page.get_by_role("link", name="Nguồn").first.click()
    page.get_by_role("link", name="Thêm nguồn").click()
    page.get_by_role("link", name="SePay").click()
    page.get_by_label("Tên", exact=True).fill("shop")
    page.get_by_label("Kiểu chứng thực").select_option("API Key")
    page.get_by_role("button", name="Tạo nguồn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nguồn sepay/shop đã sẵn sàng")
    shop.secret = page.locator("#the-secret").inner_text()
    assert len(shop.secret) >= 20, f"a short secret: {shop.secret}"
    expect(page.locator(".paste").get_by_text(shop.secret)).to_be_visible()
    shop.hook = page.locator(".paste code").filter(has_text="/hooks/").inner_text()
    assert shop.hook == f"{shop.url}/hooks/sepay/shop", shop.hook
    page.get_by_role("link", name="Tới trang của nguồn này").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("sepay/shop")
    expect(page.locator(".head .badge")).to_have_text("Chưa có lời gọi")
    assert shop.secret not in page.content(), "a secret came back"


def pay(shop, amount, memo):
    said = ["simulate", "sepay", "--to", shop.hook, "--secret", shop.secret, "--auth", "api_key"]
    shop.tingting(*said, "--amount", str(amount), "--content", memo)


def destination(page, shop):
    """Makes one, tried before it is saved and after."""
    page.get_by_role("link", name="Nơi nhận").first.click()
    page.get_by_role("link", name="Thêm nơi nhận").click()
    page.get_by_role("link", name="Webhook").click()
    page.get_by_label("Tên", exact=True).fill("Máy chủ cửa hàng")
    page.get_by_label("URL của webhook").fill(shop.server.url)
    page.get_by_label("Cách chứng thực").select_option("API key (Authorization: Apikey …)")
    page.get_by_label("API key", exact=True).fill("khoa-cua-cua-hang")
    page.get_by_role("button", name="Gọi thử").click()
    expect(page.get_by_role("status")).to_contain_text("Gọi thử thành công")
    assert shop.server.wait_for(1)["headers"]["Authorization"] == "Apikey khoa-cua-cua-hang"
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Máy chủ cửa hàng")
    expect(page.get_by_role("status")).to_be_visible()
    assert "khoa-cua-cua-hang" not in page.content(), "a secret came back"
    page.get_by_role("button", name="Gọi thử").click()
    expect(page.get_by_role("status")).to_contain_text("Gọi thử thành công")
    shop.server.wait_for(2)


def resend(page, shop, row):
    """Opens the event that came, and has it sent again."""
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tiền vào")
    expect(page.locator("pre").last).to_contain_text("DH1024 chuyen tien")
    delivery = page.locator("article.delivery")
    until(page, delivery.get_by_text("Đã gửi", exact=True))
    page.get_by_role("button", name="Gửi lại").click()
    expect(page.get_by_role("status")).to_contain_text("Sẽ gửi trong giây lát")
    again, before = shop.server.wait_for(4), shop.server.wait_for(3)
    assert again["headers"]["webhook-id"] == before["headers"]["webhook-id"]
    assert again["body"] == before["body"]
    until(page, delivery.get_by_text("Lần 2"))
    expect(delivery.get_by_text("Đã gửi", exact=True)).to_be_visible()


def standing(page, shop):
    """Pauses the destination: what comes is held. Resumes it: what was held goes out."""
    page.get_by_role("link", name="Máy chủ cửa hàng").click()
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã tạm dừng")
    pay(shop, 80_000, "DH1025 tra sua")
    held = page.get_by_role("definition").filter(has=page.get_by_role("link", name="1", exact=True))
    until(page, held)
    assert len(shop.server.received) == 4, "a paused destination was called"
    page.get_by_role("link", name="Tiếp tục").click()
    expect(page.get_by_text("1 thông báo đang giữ sẽ được gửi")).to_be_visible()
    page.get_by_role("button", name="Tiếp tục gửi").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator(".head .badge")).to_have_text("Hoạt động")
    pay(shop, 95_000, "DH1026 tra dao")
    shop.server.wait_for(5)
    # What was held goes out with the next round: within a minute, or at a start. Whoever signed in stays so.
    shop.start_again()
    shop.server.wait_for(6)
    assert sorted(memo(call) for call in shop.server.received[4:]) == ["DH1025 tra sua", "DH1026 tra dao"]
    until(page, page.get_by_role("definition").get_by_text("0", exact=True))


def memo(call):
    return call["body"]["data"]["content"]


def until(page, there):
    """Opens a page anew until it shows something, as whoever waits for it does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if there.first.is_visible():
            return
        page.reload()
    raise AssertionError(f"{page.url} does not show {there}:\n{page.locator('main').inner_text()}")
