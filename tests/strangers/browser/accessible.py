"""Every page before axe, in both languages, light and dark, on a desk and on a phone, by all its rules but AAA's."""

import pathlib

import axe_playwright_python

from rooms import FULL, everywhere, nowhere_yet
from shop import Shop
from watched import DESKTOP, PHONE, watched

AXE = pathlib.Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
# Those of AAA go further than any law asks: contrast of 7, no two links of one name.
RUN = """async () => {
    const rules = axe.getRules().filter(({ tags }) => !tags.some((tag) => /aaa$|deprecated|obsolete/.test(tag)));
    const values = rules.map(({ ruleId }) => ruleId);
    const { violations, passes } = await axe.run({ runOnly: { type: "rule", values }, resultTypes: ["violations"] });
    const told = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`);
    return { found: violations.flatMap(told), asked: values.length, met: passes.map(({ id }) => id) };
}"""
# Two looks for each language, so that every page is seen by all its rules in light and dark at both sizes.
LOOKS = {"vi": [("light", DESKTOP), ("dark", PHONE)], "en": [("dark", DESKTOP), ("light", PHONE)]}


def accessible(program, folder, language):
    judge = Judge(language)
    try:
        for name, rooms, more in [("empty", nowhere_yet, ""), ("full", everywhere, FULL)]:
            inside = pathlib.Path(folder, name)
            inside.mkdir()
            with Shop(program, inside, more) as shop, watched(shop.url) as watch:
                for room, page in rooms(shop, watch, language):
                    judge.page(room, page)
    except Exception as error:
        # A page that cannot be used was perhaps found wanting before.
        raise AssertionError("\n".join(judge.found)) from error
    assert not judge.found, "\n".join(judge.found)
    return {"pages": judge.pages, "looks": judge.looks, "rules": judge.rules, "rules_met": len(judge.met)}


class Judge:
    def __init__(self, language):
        self.language = language
        self.found, self.met, self.pages, self.looks, self.rules = [], set(), 0, 0, 0

    def page(self, name, page):
        self.able(page)
        self.pages += 1
        for scheme, size in LOOKS[self.language]:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                self.found.append(f"{self.language} {name}, {scheme}, {size['width']}: {wide} px too wide")
            said = page.evaluate(RUN)
            self.looks += 1
            self.rules = said["asked"]
            self.met |= set(said["met"])
            self.found += [f"{self.language} {name}, {scheme}, {size['width']}: {one}" for one in said["found"]]

    def able(self, page):
        """Waits for the style, and puts axe on a page; once, has it find what is wrong on purpose."""
        page.wait_for_load_state()
        page.evaluate(AXE)
        if self.pages == 0:
            page.evaluate("document.body.append(document.createElement('input'))")
            assert any(one.startswith("label: ") for one in page.evaluate(RUN)["found"]), "axe finds nothing at all"
            page.evaluate("document.body.lastChild.remove()")
