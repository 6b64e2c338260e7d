#!/usr/bin/env python3
"""Looks at the gateway's pages as people do, with a real browser: Chromium, headless, by Selenium.

usage: dashboard.py URL [--token T] [--auditor T] [--customer T] [--links FILE] [--axe FILE] [--write] [--only WORDS]

URL is the gateway's, of which at least one order runs and is being answered. --token is an operator's, where the gateway wants
one; --auditor and --customer are tokens of those roles, whose pages are looked at too. --links is the file with the key of links to
answer by; customers of order `running` whose numbers can be divided by six have not answered it. --axe is axe.min.js (it lies in the
packages axe-core and axe-playwright-python; the latter is found by itself). --write ends and starts orders: for a trial only.

needs: chromium, chromium-driver (Debian), selenium (PyPI). Waits for what is to be seen instead of sleeping; prints a line a
test and 'N passed, N failed' at the end.
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import sys
import time
import traceback

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PATIENCE = 30
VIEWS = ["", "view=all", "view=customers", "view=deadletters", "view=health", "view=audit"]


class Browser:
    """A browser of one size, language and person."""

    def __init__(self, url, token=None, width=1440, height=1000, language="en-US", dark=False):
        options = Options()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", f"--lang={language}"]:
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        )
        if dark:
            features = [{"name": "prefers-color-scheme", "value": "dark"}]
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.url = url.rstrip("/")
        if token:
            # The page's origin, without its scripts: the token is there before they ask for one.
            self.driver.get(self.url + "/web/icon.svg")
            self.driver.execute_script("sessionStorage.setItem('negawatt.token', arguments[0])", token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, query="", wait=True):
        self.driver.get(f"{self.url}/?{query}" if query else self.url + "/")
        if wait:
            self.until(lambda: self.find("main h1") and not self.loading(), f"the page ?{query} is there")

    def loading(self):
        return any(text in self.text("main") for text in ["Loading …", "불러오는 중 …"])

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def first(self, selector):
        self.until(lambda: self.find(selector), f"{selector} is there")
        return self.find(selector)[0]

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def until(self, condition, what, patience=PATIENCE):
        """Waits until the condition holds; elements may be replaced while they are looked at."""
        end = time.monotonic() + patience
        while True:
            try:
                value = condition()
            except Exception as error:  # noqa: BLE001
                value, what = False, f"{what} ({type(error).__name__})"
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {patience} s: {what}\n--- page\n{self.text('body')[:800]}")
            time.sleep(0.1)

    def complaints(self):
        """What the browser says against the page; that a request was refused is said by the page itself."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]
        ]


tests = []


def test(function):
    tests.append(function)
    return function


def counts(browser):
    """The counts of the order at the top, as text."""
    return browser.run(
        "return [...document.querySelectorAll('.order:first-of-type [data-count] .figure')].map((one) => one.textContent).join(' ')"
    )


@test
def an_order_moves_without_a_button(a):
    with Browser(a.url, a.token) as b:
        b.open()
        b.until(lambda: b.text("[data-live=live]"), "the page says that it is live")
        before = b.until(lambda: counts(b), "a running order has counts")
        b.until(lambda: counts(b) != before, "the counts move")
        assert b.text(".order .clock"), "a countdown stands at the order"
        assert b.text(".as-of"), "it says of when it is"
        assert not b.complaints(), b.complaints()


@test
def a_pause_is_seen_and_holds(a):
    with Browser(a.url, a.token) as b:
        b.open()
        b.until(lambda: counts(b), "a running order has counts")
        b.first("[data-act=pause]").click()
        b.until(lambda: b.find("[data-live=paused]"), "the page says that it is paused")
        held = counts(b)
        b.until(lambda: any(c in "123456789" for c in b.text(".live").split("·")[1]), "changes are waiting")
        assert counts(b) == held, "a paused page does not move"
        b.first("[data-act=pause]").click()
        b.until(lambda: counts(b) != held, "after the pause it moves")


def streams(b, snapshot):
    """Has pages get this snapshot, and nothing behind it, in place of the live stream."""
    text = json.dumps(f"event: snapshot\ndata: {json.dumps(snapshot)}\n\n")
    stream = f"""const real = window.fetch;
        const body = () => new ReadableStream({{ start(it) {{ it.enqueue(new TextEncoder().encode({text})); }} }});
        window.fetch = (url, ...rest) => (String(url).endsWith("/live") ? Promise.resolve(new Response(body())) : real(url, ...rest));"""
    b.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": stream})


@test
def figures_of_a_view_that_is_behind_are_not_called_live(a):
    health = {
        "view": {"asOf": "2026-01-01T00:00:00Z", "ageSeconds": 33, "behind": 0, "caughtUp": True, "fault": "Kafka is away"},
        "breaker": {"state": "open"},
        "contexts": [],
    }
    with Browser(a.url, a.token) as b:
        # A gateway whose stream is alive, and says that nothing has come from Kafka.
        streams(b, {"asOf": "2026-01-01T00:00:00Z", "drs": [], "health": health})
        b.open()
        b.until(lambda: "out of date" in b.text("[data-live=stale]"), "the page does not say that it is live")
        assert "09:00:00" in b.text(".as-of"), f"it says of when its figures are: {b.text('.as-of')}"
        warning = b.text(".warning")
        assert "as of 2026-01-01 09:00:00" in warning and "Commands are refused" in warning, warning


@test
def more_orders_run_than_are_shown_and_it_says_how_many(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { apply, emptyModel } = await load("model.js");
            const order = (id) => ({ id, name: id, status: "running", startsAt: "2026-11-28T00:00:00Z" });
            let model = apply(emptyModel(), { type: "snapshot", data: { drs: [order("a"), order("b")], running: 63 }, at: 0 });
            model = apply(model, { type: "order", data: order("c"), at: 1 });
            model = apply(model, { type: "unwatched", data: { id: "a" }, at: 2 });
            model = apply(model, { type: "running", data: { running: 64 }, at: 3 });
            return [[...model.orders.keys()].join(), model.running];
            """,
        )
        assert result == ["b,c", 64], result
    snapshot = {"drs": [{"id": "a", "name": "a", "status": "running", "startsAt": "2026-11-28T00:00:00Z"}], "running": 63}
    with Browser(a.url, a.token) as b:
        streams(b, snapshot)
        b.open()
        b.until(lambda: "1 of 63" in b.text("[data-part]"), "it says how many are shown")
        assert "(63)" in b.text("#running"), b.text("#running")


@test
def reasons_of_contexts_are_marked_as_english_and_their_kinds_are_not(a):
    with Browser(a.url, a.token, language="ko-KR") as b:
        b.open("view=deadletters")
        b.until(lambda: b.find("td .chip"), "there are dead letters")
        assert b.run("return document.querySelector('td .chip + [lang=en]')?.textContent"), "a reason is English"
        result = module(
            b,
            """
            const { command, outcome } = await load("actions.js");
            const real = window.fetch;
            const refusal = { detail: "customer u1 is registered already", kind: "conflict" };
            window.fetch = () => Promise.resolve(Response.json(refusal, { status: 409 }));
            await command("test", "test", "POST", "users", {});
            window.fetch = real;
            const said = outcome("test");
            return [said.querySelector(".chip").textContent, said.querySelector("p [lang=en]").textContent];
            """,
        )
        assert result == ["충돌", "customer u1 is registered already"], result


@test
def an_order_is_measured_when_all_are_checked_who_accepted(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { phaseOf, toCheck } = await load("order-block.js");
            // Of 188 who accepted some have been checked, and those who did not reduce count as denied since.
            const phase = (accepted, checked, real) => [phaseOf({ status: "end", counts: { accepted, checked, real } }), toCheck({ accepted, checked, real })];
            const cancelled = phaseOf({ status: "cancelled", endsAt: "2999-01-01T00:00:00Z", counts: { accepted: 5 } });
            return [phase(188, 0, 0), phase(178, 100, 90), phase(170, 188, 170), phase(0, 0, 0), cancelled].flat();
            """,
        )
        assert result == ["measuring", 188, "measuring", 188, "settled", 188, "settled", 0, "cancelled"], result


# An order of two resources: of the first one's last quarter hour half of the readings are missing.
BY_RESOURCE = [
    {
        "resource": "seoul-1", "accepted": 0, "checked": 0, "counted": 0, "baselineWh": 0, "usedWh": 0, "reducedWh": 0, "positiveWh": 0,
        "points": 0, "startsAt": "2026-11-30T01:05:00Z", "quarterCustomers": [4, 4, 2], "quarterBaselineMilliWh": [4e6, 6e6, 3e6],
        "quarterUsedMilliWh": [3e6, 4e6, 2.1e6], "quantity": 6000, "quarterTargetMilliWh": [3e6, 4.5e6, 1.5e6],
        "compliancePercent": 106.67, "isForecast": True,
    },
    {
        "resource": "jeju-1", "accepted": 0, "checked": 0, "counted": 0, "baselineWh": 0, "usedWh": 0, "reducedWh": 0, "positiveWh": 0,
        "points": 0, "startsAt": "2026-11-30T01:05:00Z", "quarterCustomers": [2, 2], "quarterBaselineMilliWh": [1e6, 1e6],
        "quarterUsedMilliWh": [9e5, 9e5], "quantity": 1000, "quarterTargetMilliWh": [833334, 750000],
        "compliancePercent": 48.0, "isForecast": True,
    },
]  # fmt: skip


def with_resources(b, order="running"):
    """Has pages read this order with what its resources come to."""
    more = json.dumps({"byResource": BY_RESOURCE, "compliancePercent": 96.38, "isForecast": True, "quantity": 7000, "resources": ["jeju-1", "seoul-1"]})
    source = f"""const given = window.fetch;
        window.fetch = async (url, ...rest) => {{
          const answer = await given(url, ...rest);
          if (!new URL(url, document.baseURI).pathname.endsWith("/drs/{order}") || rest[0]?.method === "PUT") return answer;
          return Response.json({{ ...await answer.json(), ...{more} }}, {{ status: answer.status, headers: answer.headers }});
        }};"""
    b.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})


@test
def an_order_shows_its_load_its_target_and_its_resources(a):
    with Browser(a.url, a.token) as b:
        with_resources(b)
        b.open("view=order&id=running")
        b.until(lambda: b.find(".chart .target"), "the load has a target")
        assert len(b.find(".chart .used")) == 4, "a bar for each quarter hour, and the key"
        b.run("document.querySelector('.chart details').open = true")
        rows = b.run("return [...document.querySelectorAll('.chart tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim())")
        # Of the last one a resource has no reading: the target is that of the others.
        assert rows == [
            "10:00 5,000 Wh 3,833 Wh 3,900 Wh 1,100 Wh", "10:15 7,000 Wh 5,250 Wh 4,900 Wh 2,100 Wh", "10:30 3,000 Wh 1,500 Wh 2,100 Wh 900 Wh",
        ], rows
        section = b.text("[aria-labelledby=by-resource]")
        assert "seoul-1" in section and "≈ 106.7%" in section and "≈ 48.0%" in section and "3,900 Wh" in section and "forecast" in section, section
        assert "≈ 96.4% of what is ordered is reduced" in b.text(".compliance"), b.text(".compliance")
        assert not b.complaints(), b.complaints()
    with Browser(a.url, a.token, width=390, height=800, language="ko-KR") as b:
        with_resources(b)
        b.open("view=order&id=running")
        b.until(lambda: "자원별 실적" in b.text("main"), "the table of resources has a Korean title")
        assert "감축 지시량 대비 ≈ 96.4% 이행" in b.text(".compliance"), b.text(".compliance")
        assert b.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "an order is too wide"


@test
def lists_show_compliance_forecasts_and_won(a):
    """Of the first order the gateway says a forecast, and of the second what it came to."""
    given = """const given = window.fetch;
        window.fetch = async (url, ...rest) => {
          const answer = await given(url, ...rest);
          if (!new URL(url, document.baseURI).pathname.endsWith("/drs")) return answer;
          const list = await answer.json();
          const orders = list._embedded?.drs ?? [];
          if (orders[0]) Object.assign(orders[0], { compliancePercent: 96.38, isForecast: true });
          if (orders[1]) Object.assign(orders[1], { compliancePercent: 104.5, isForecast: false, ownWon: 2140800, kpxWon: 2140000 });
          return Response.json(list, { status: answer.status, headers: answer.headers });
        };"""
    for language, title, note, width in [("en-US", "Estimate, won", "is a forecast", 1440), ("ko-KR", "정산 예상액(원)", "예상치입니다", 1440), ("ko-KR", "", "예상치입니다", 390)]:
        with Browser(a.url, a.token, width=width, height=900, language=language) as b:
            b.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": given})
            b.open("view=all")
            # Where there is no room for the column nothing is said of it.
            b.until(lambda: b.find("main tbody tr") and (note in b.text("main")) == bool(title), "it says what a forecast is")
            rows = b.run("return [...document.querySelectorAll('main tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim())")
            if title:
                assert title in b.text("main thead"), b.text("main thead")
                assert "≈ 96.4%" in rows[0] and "–" in rows[0], rows
                assert len(rows) < 2 or ("104.5%" in rows[1] and "2,140,800" in rows[1] and "≈" not in rows[1]), rows
            assert b.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "the list is too wide"
            assert not b.complaints(), b.complaints()


@test
def checks_take_the_place_of_the_load_and_what_is_ordered_stays(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { quartersOf, compliance } = await load("by-resource.js");
            const at = "2026-11-30T01:00:00.000Z";
            const one = { resource: "a", startsAt: at, quarterCustomers: [2], quarterBaselineMilliWh: [100], quarterUsedMilliWh: [50], quarterTargetMilliWh: [70] };
            const other = { ...one, resource: "b", quarterTargetMilliWh: undefined };
            const target = (order) => quartersOf(order).map(({ targetMilliWh }) => (Number.isFinite(targetMilliWh) ? targetMilliWh : null));
            const quarters = [{ at, baselineMilliWh: 110, usedMilliWh: 40 }, { at: "2026-11-30T01:15:00.000Z", baselineMilliWh: null, usedMilliWh: null }];
            return [
              target({}), target({ byResource: [one] }), target({ byResource: [one, other] }), target({ byResource: [one], quarters }),
              compliance({}) ?? null, compliance({ compliancePercent: 97.25, isForecast: false }),
            ];
            """,
        )
        assert result == [[], [70], [None], [80, None], None, "97.3%"], result


@test
def tabs_share_one_stream(a):
    with Browser(a.url, a.token) as b:
        if not b.run("return isSecureContext"):
            return "skipped: no secure context, so a stream a tab"
        b.open()
        b.until(lambda: counts(b), "a running order has counts")
        token = b.run("return sessionStorage.getItem('negawatt.token')")
        streams = "return performance.getEntriesByType('resource').filter((one) => new URL(one.name).pathname.endsWith('/live')).length"
        b.driver.switch_to.new_window("tab")
        if token:
            b.driver.get(b.url + "/web/icon.svg")
            b.run("sessionStorage.setItem('negawatt.token', arguments[0])", token)
        b.open()
        b.until(lambda: b.text("[data-live=live]"), "the second tab is live")
        before = b.until(lambda: counts(b), "it has counts")
        b.until(lambda: counts(b) != before, "they move")
        assert b.run(streams) == 0, "the second tab has no stream of its own"
        first, second = b.driver.window_handles
        b.driver.switch_to.window(first)
        b.driver.close()
        b.driver.switch_to.window(second)
        before = counts(b)
        b.until(lambda: counts(b) != before, "it goes on when the first tab is closed")


@test
def korean_and_english(a):
    with Browser(a.url, a.token, language="ko-KR") as b:
        b.open()
        assert b.run("return document.documentElement.lang") == "ko"
        assert "감축 요청" in b.text("h1"), b.text("h1")
        b.first("#top button[lang=en]").click()
        b.until(lambda: b.run("return document.documentElement.lang") == "en", "the page is English now")
        assert "Orders" in b.text("h1"), b.text("h1")
        b.open("view=health")
        assert "Health" in b.text("h1"), "the choice lasts"
    with Browser(a.url, a.token, language="en-US") as b:
        b.open()
        assert b.run("return document.documentElement.lang") == "en"


@test
def the_keyboard_is_enough(a):
    with Browser(a.url, a.token) as b:
        b.open()
        b.driver.refresh()
        b.until(lambda: b.find("main h1") and not b.loading(), "the page is there")
        b.run("document.activeElement.blur()")
        b.press(Keys.TAB)
        focused = "return document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
        ring = "return getComputedStyle(document.activeElement).outlineStyle"
        # After a view has opened the focus is on its heading; the skip link is the first thing of the page.
        b.run("document.getElementById('skip').focus()")
        assert b.run("return document.getElementById('skip').getBoundingClientRect().left") >= 0, "the skip link is seen"
        for _ in range(12):
            b.press(Keys.TAB)
            assert b.run(ring) != "none", f"no focus is seen at {b.run(focused)}"
        b.press("2")
        b.until(lambda: "view=customers" in b.driver.current_url, "2 opens the customers")
        b.until(lambda: b.run("return document.activeElement.tagName") == "H1", "the focus is on the heading")
        b.press("/")
        b.until(lambda: b.run("return document.activeElement.type") == "search", "/ leads to the search")
        b.press("1")
        assert "view=customers" in b.driver.current_url, "in a field a digit is a digit"
        b.press(Keys.BACK_SPACE, Keys.TAB)
        b.press("?")
        b.until(lambda: b.find("dialog[open]"), "? lists the keys")
        b.press(Keys.ESCAPE)
        b.until(lambda: not b.find("dialog[open]"), "Escape closes it")
        b.press("1")
        b.until(lambda: "view=customers" not in b.driver.current_url, "1 opens the orders")


@test
def the_url_is_the_state(a):
    with Browser(a.url, a.token) as b:
        b.open()
        b.first(".order h3 a").click()
        b.until(lambda: "view=order" in b.driver.current_url, "an order has a URL")
        name = b.until(lambda: b.text("main h1"), "and a heading")
        b.driver.refresh()
        b.until(lambda: b.text("main h1") == name, "the same after a reload")
        b.driver.back()
        b.until(lambda: "view=order" not in b.driver.current_url and b.find("#call"), "back leads back")
        b.open("view=customers&sort=capacity,desc")
        b.until(lambda: b.find("th[aria-sort=descending]"), "the order of rows is in the URL")
        pager = b.find(".pager a")
        if pager:
            first_row = b.text("tbody tr")
            pager[0].click()
            b.until(lambda: "page=1" in b.driver.current_url and b.text("tbody tr") != first_row, "so is the page")


@test
def a_narrow_screen_does_not_scroll_sideways(a):
    with Browser(a.url, a.token, width=375, height=800) as b:
        for query in VIEWS:
            b.open(query)
            wide = b.run("return document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"?{query} is {wide} px too wide"
        b.open()
        b.first(".order h3 a").click()
        b.until(lambda: b.find("#list"), "the order is there")
        assert b.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "an order is too wide"


def module(b, script):
    """What `script` returns, which has the page's own modules by `load(NAME)`."""
    return b.driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "const load = (name) => import(new URL('web/' + name, document.baseURI));"
        f"(async () => {{ {script} }})().then(done, (error) => done(String(error)));"
    )


@test
def events_are_read_however_they_are_cut(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            r"""
            const { eventParser } = await load("stream.js");
            const text = ": hello\r\nid: 7\r\nevent: order\r\ndata: {\"a\":\rdata: 1}\n\nretry: 50\ndata:x\n\nid: 8\n\ndata: cut off";
            const wrong = [];
            for (let size = 1; size <= text.length; size += 1) {
              const events = []; let comments = 0;
              const parse = eventParser((event) => events.push(event), () => { comments += 1; });
              for (let at = 0; at < text.length; at += size) parse(text.slice(at, at + size));
              const said = JSON.stringify([events, comments]);
              const wanted = JSON.stringify([[{ type: "order", data: "{\"a\":\n1}", id: "7" }, { type: "message", data: "x", retry: 50 }], 1]);
              if (said !== wanted) wrong.push(size + ": " + said);
            }
            return wrong;
            """,
        )
        assert result == [], result


@test
def what_was_left_out_is_counted_and_said(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { apply, emptyModel } = await load("model.js");
            let model = apply(emptyModel(), { type: "snapshot", data: { asOf: "2026-11-28T00:00:00Z", drs: [] }, at: 0 });
            const sample = (events, omitted) => { model = apply(model, { type: "sample", data: { events, omitted }, at: 1 }); };
            sample([{ type: "A", key: "1", at: "2026-11-28T00:00:01Z" }], 3);
            sample([], 4);
            sample([{ type: "B", key: "2", at: "2026-11-28T00:00:02Z" }], 0);
            model = apply(model, { type: "snapshot", data: { asOf: "2026-11-28T00:01:00Z", drs: [] }, at: 2 });
            return [model.omitted, ...model.feed.map((one) => one.kind + (one.count ?? one.type ?? ""))];
            """,
        )
        assert result == [7, "gap", "eventB", "omitted7", "eventA"], result


@test
def every_text_is_there_in_both_languages(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            r"""
            const { t, setLanguage, language } = await load("texts.js");
            const before = language();
            const names = new Set();
            const files = [...document.querySelectorAll("link[rel=modulepreload]")].map((one) => one.href);
            for (const file of [...files, ...["web/app.js", "web/answer-page.js"].map((name) => new URL(name, document.baseURI))]) {
              const source = await (await fetch(file)).text();
              for (const [, name] of source.matchAll(/[^\w.]tn?\("([\w.-]+)"/g)) names.add(name);
            }
            // A text that is not there is its name; English ones may be that.
            setLanguage("ko");
            const missing = [...names].filter((name) => t(name) === name);
            setLanguage("en");
            missing.push(...[...names].filter((name) => t(name) === name && /[A-Z.]/.test(name)));
            setLanguage(before);
            return [names.size > 150, missing];
            """,
        )
        assert result == [True, []], result


@test
def a_spreadsheet_takes_no_name_for_a_formula(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { field } = await load("csv.js");
            return [field("=1+1"), field("@x"), field('a "b", c'), field(-5), field(null), field("김하나")];
            """,
        )
        assert result == ["'=1+1", "'@x", '"a ""b"", c"', "-5", "", "김하나"], result


def axe_source(a):
    if a.axe:
        return pathlib.Path(a.axe).read_text(encoding="utf-8")
    try:
        import axe_playwright_python
    except ImportError:
        return None
    found = list(pathlib.Path(axe_playwright_python.__file__).parent.glob("axe*.js"))
    return found[0].read_text(encoding="utf-8") if found else None


def violations(b, source):
    b.run(f"if (!window.axe) {{ {source} }}")
    result = b.driver.execute_async_script(
        """const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ["violations"] }).then((one) => done(one.violations), (error) => done([{ id: String(error), nodes: [] }]));"""
    )
    return [f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}" for one in result for node in one["nodes"]] + [
        one["id"] for one in result if not one["nodes"]
    ]


@test
def axe_finds_nothing(a):
    source = axe_source(a)
    if not source:
        return "skipped: no axe.min.js"
    found = []
    for dark in [False, True]:
        with Browser(a.url, a.token, dark=dark) as b:
            for query in VIEWS + ["wall=1"]:
                b.open(query)
                found += [f"?{query} dark={dark} {one}" for one in violations(b, source)]
            b.open()
            b.first(".order h3 a").click()
            b.until(lambda: b.find("#list") and not b.loading(), "the order is there")
            found += [f"order dark={dark} {one}" for one in violations(b, source)]
            for link in b.find("tbody th a")[:1]:
                link.click()
                b.until(lambda: b.find("#ledger") and not b.loading(), "the customer is there")
                found += [f"customer dark={dark} {one}" for one in violations(b, source)]
            b.press("?")
            b.until(lambda: b.find("dialog[open]"), "the keys are listed")
            found += [f"help dark={dark} {one}" for one in violations(b, source)]
    if a.customer:
        with Browser(a.url, a.customer, width=375) as b:
            b.open()
            found += [f"customers' page {one}" for one in violations(b, source)]
    if a.token:
        with Browser(a.url) as b:
            b.open(wait=False)
            b.first("dialog[open]")
            found += [f"token {one}" for one in violations(b, source)]
    assert not found, "\n".join(found)


def shows_no_buttons(b, where):
    for act in ["start", "end", "cancelOrder", "replay", "register", "change"]:
        assert not b.find(f"[data-act={act}]"), f"{where} offers {act}"
    assert not b.find("main td button, main td input"), f"{where} has buttons in rows"


def asked(b, requests):
    """The states of requests that the page's own code sends, with its token."""
    return module(
        b,
        f"""const {{ request }} = await load("api.js");
        const all = [];
        for (const [method, path] of {json.dumps(requests)}) {{
          const body = method === "GET" ? undefined : "{{}}";
          all.push((await request(path, {{ method, body, headers: {{ "Content-Type": "application/json" }} }})).status);
        }}
        return all;""",
    )


@test
def who_only_reads_sees_no_buttons(a):
    with Browser(a.url, a.token) as b:
        b.open()
        b.until(lambda: b.find("[data-act=start]"), "an operator may start an order")
    if not a.auditor:
        return "skipped the auditor: no --auditor"
    with Browser(a.url, a.auditor) as b:
        b.open()
        b.until(lambda: counts(b), "the auditor sees the orders")
        for query in VIEWS:
            b.open(query)
            shows_no_buttons(b, query)
        b.first("#top nav a").click()
        b.first(".order h3 a").click()
        b.until(lambda: b.find("#list") and not b.loading(), "the auditor sees an order")
        shows_no_buttons(b, "an order")
        b.first("tbody th a").click()
        b.until(lambda: b.find("#ledger") and not b.loading(), "and a customer")
        shows_no_buttons(b, "a customer")
        b.press("n")
        assert not b.find("dialog"), "no key starts an order"
        refused = asked(b, [("POST", "users"), ("PATCH", "users/u000001"), ("PUT", "drs/running/end"), ("DELETE", "drs/running"), ("PUT", "responses/running.u000001/accept")])
        assert refused == [403, 403, 403, 403, 403], f"whoever asks without the page is refused as well: {refused}"
    return None


@test
def without_a_token_it_asks_for_one(a):
    if not a.token:
        return "skipped: no --token"
    with Browser(a.url) as b:
        b.open(wait=False)
        b.first("dialog input").send_keys("not.a.token", Keys.ENTER)
        b.until(lambda: "refused" in b.text("dialog"), "a bad token is said to be one")
        b.first("dialog input").send_keys(a.token, Keys.ENTER)
        b.until(lambda: not b.find("dialog[open]") and counts(b), "with a good one the orders are there")
        assert b.run("return Object.values(localStorage).every((one) => !one.includes(arguments[0]))", a.token), "it is not kept"
    return None


@test
def customers_see_their_own_page(a):
    if not a.customer:
        return "skipped: no --customer"
    with Browser(a.url, a.customer, width=375, height=800) as b:
        b.open()
        assert not b.find("#top nav"), "no operators' views"
        b.until(lambda: b.find("#asked"), "what is asked stands there")
        b.until(lambda: b.find("#reduced ~ .scroll tbody td"), "what was reduced stands there")
        b.until(lambda: b.find("#points ~ .scroll tbody td"), "and how the points came about")
        assert b.text(".figures .large") not in ["", "0", "–"], "and how many there are"
        assert b.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "it is too wide"
        if a.write:
            # The order that runs, whose answers change all the time: the last touch is what is confirmed.
            for act in ["deny", "accept"]:
                b.first(f".request button.answer[data-act={act}]").click()
                b.until(lambda: b.find(".outcome.done"), f"one touch answers: {act}")
                b.until(lambda: b.find(f".request [data-act={act}][aria-pressed=true]"), f"and the answer stands there: {act}")
                b.first(".outcome button").click()
        for query in ["view=customers", "view=audit", "view=customer&id=u000002"]:
            b.open(query)
            assert b.find("#asked") and not b.find("#top nav"), f"?{query} is the customer's own page"
    return None


@test
def another_customers_things_are_not_there(a):
    if not a.customer:
        return "skipped: no --customer"
    with Browser(a.url, a.customer) as b:
        b.open()
        own = module(b, "const { get } = await load('api.js'); return (await get('me')).userId;")
        other = "u000002" if own != "u000002" else "u000003"
        paths = ["users/{}", "users/{}/ledger", "responses/running.{}", "kepcos/ended.{}"]
        assert asked(b, [("GET", path.format(own)) for path in paths]) == [200] * 4, "what is its own is there"
        assert asked(b, [("GET", path.format(other)) for path in paths]) == [404] * 4, "of others it is told that there is nothing"
        assert asked(b, [("PUT", f"responses/running.{other}/accept")]) == [404], "nobody answers for others"
        refused = asked(b, [("GET", "users"), ("GET", "audit"), ("GET", "deadletters"), ("POST", "users"), ("PUT", "drs/running/end")])
        assert refused == [403] * 5, f"what operators do is refused: {refused}"
        lists = module(
            b,
            f"""const {{ get }} = await load("api.js");
            const rows = async (path, name) => (await get(path))._embedded[name].map((row) => row.userId);
            return [...await rows("responses?userId={other}", "responses"), ...await rows("responses?drId=ended&size=1000", "responses"),
              ...await rows("kepcos?userId={other}", "kepcos"), ...await rows("kepcos?size=1000", "kepcos")];""",
        )
        assert set(lists) == {own}, f"lists hold its own alone: {set(lists)}"
    return None


@test
def a_customer_is_registered_changed_and_taken_off(a):
    if not a.write:
        return "skipped: no --write"
    id, name = f"trial{int(time.time())}", "김<b>하나</b>"
    with Browser(a.url, a.token, language="ko-KR") as b:

        def type_in(field, text):
            element = b.first(f"dialog input[name={field}]")
            element.clear()
            element.send_keys(text)

        def submit():
            b.first("dialog button[type=submit]").click()

        b.open("view=customers")
        b.first("[data-act=register]").click()
        type_in("name", name)
        type_in("id", "u000001")
        type_in("capacity", "1.2345")
        submit()
        assert "감축 용량" in b.text("dialog .complaint"), "a capacity that is none is not sent"
        type_in("capacity", "12.5")
        submit()
        b.until(lambda: "already registered" in b.text("dialog .complaint"), "why it is refused stands in the form")
        type_in("id", id)
        submit()
        b.until(lambda: name in b.text(".outcome.done"), "the result stands in place, as text")
        assert not b.find("dialog"), "the form is gone"
        b.first(".outcome.done a").click()
        b.until(lambda: "12.50 kW" in b.text("main .facts"), "the customer is there")
        b.first("[data-act=change]").click()
        assert b.first("dialog input[name=capacity]").get_attribute("value") == "12.5", "the form has what stands there"
        # Someone else changes it meanwhile.
        changed = module(
            b, f"const {{ send }} = await load('api.js'); return (await send('PATCH', 'users/{id}', {{ capacity: 7000 }})).status;"
        )
        assert changed in [200, 204], changed
        type_in("name", "박서준")
        submit()
        b.until(lambda: "ETag" in b.text("dialog .complaint"), "what somebody else has done is not overwritten")
        b.press(Keys.ESCAPE)
        b.until(lambda: not b.find("dialog") and "7.00 kW" in b.text("main .facts"), "the page has it")
        b.first("[data-act=change]").click()
        type_in("name", "박서준")
        submit()
        b.until(lambda: b.text("h1") == "박서준" and b.find(".outcome.done"), "the change stands in place")
        b.first("[data-act=leave]").click()
        act = b.first("dialog button[type=submit]")
        assert not act.is_enabled(), "the name has to be typed first"
        type_in("word", "박서준")
        act.click()
        b.until(lambda: "탈퇴" in b.text("main .facts"), "the page says since when the customer has left")
        assert not b.find("[data-act=change]") and not b.find("[data-act=leave]"), "who has left is not changed"
    return None


@test
def all_marked_dead_letters_are_replayed(a):
    if not a.write:
        return "skipped: no --write"
    with Browser(a.url, a.token) as b:
        b.open("view=deadletters&context=user&kind=conflict")
        b.first("thead input[type=checkbox]").click()
        b.first("[data-act=mark-all]").click()
        # The button stands there until the marking has begun, and again should it fail.
        b.until(
            lambda: not b.find("[data-act=mark-all]") and not b.find("[data-task]") and b.find("[data-act=unmark]"),
            "the whole list is marked")
        count = int("".join(filter(str.isdigit, b.text("[data-act=replay]"))))
        assert count >= 60, b.text("[data-act=replay]")
        b.first("[data-act=replay]").click()
        b.first("dialog input[name=word]").send_keys(str(count), Keys.ENTER)
        b.until(lambda: f"{count} of {count}" in b.text("[data-task=done]"), "all of them are sent again")
        b.open("view=deadletters&context=user&kind=conflict")
        b.until(lambda: str(2 * count) in b.text(".pager"), "and are refused again: twice as many letters")
    return None


@test
def a_replay_waits_when_told_to_and_stops_at_errors(a):
    with Browser(a.url, a.token) as b:
        b.open()
        result = module(
            b,
            """
            const { replayAll } = await load("replay.js");
            const ids = Array.from({ length: 40 }, (_, index) => String(index));
            const never = new AbortController().signal;
            let most = 0, now = 0, toldAt, early = 0;
            const seen = new Set(), keys = new Map();
            const refusal = (status, retryAfter) => Object.assign(new Error(`status ${status}`), { status, retryAfter });
            const post = async (id, key) => {
              now += 1; most = Math.max(most, now);
              if (toldAt && performance.now() - toldAt < 950) early += 1;
              await new Promise((resolve) => { setTimeout(resolve, 5); });
              now -= 1;
              if (keys.has(id) && keys.get(id) !== key) early = "another key";
              keys.set(id, key);
              if (id === "20" && !toldAt) { toldAt = performance.now(); throw refusal(429, 1); }
              if (seen.has(id)) early = "twice";
              seen.add(id);
            };
            const all = await replayAll(ids, () => {}, never, post);
            const settled = [];
            const stopped = await replayAll(ids, (id) => settled.push(id), never, async (id) => { if (id === "9") throw refusal(404); });
            return [all ?? "all", seen.size, most, early, stopped.id, stopped.error.message, settled.length < 15];
            """,
        )
        # Those that were on their way when one was told to wait count as early.
        assert result[3] in range(0, 4), result
        assert result[:3] + result[4:] == ["all", 40, 4, "9", "status 404", True], result


def start_order(b, name):
    """Starts an order by the page, and returns where it stands."""
    b.open()
    b.first("[data-act=start]").click()
    b.first("dialog input[name=name]").send_keys(name)
    b.first("dialog input[name=type]").send_keys("test")
    b.run("document.querySelector('dialog input[name=endsAt]').value = ''")
    b.first("dialog button[type=submit]").click()
    b.first("dialog input[name=word]").send_keys(name[:-1])
    assert not b.first("dialog button[type=submit]").is_enabled(), "an incomplete word starts nothing"
    b.first("dialog input[name=word]").send_keys(name[-1], Keys.ENTER)
    b.until(lambda: b.find(".outcome.done"), "the outcome stands in place")
    card = f"//article[.//h3[normalize-space()='{name}']]"
    b.until(lambda: b.driver.find_elements(By.XPATH, card), "the order appears by itself")
    return card


def do_with_order(b, card, name, act):
    """Presses a button of an order, and confirms that by its id: several may have one name."""
    button = f"{card}//button[@data-act='{act}']"
    b.until(lambda: b.driver.find_elements(By.XPATH, button), f"there is a button: {act}")
    b.driver.find_element(By.XPATH, button).click()
    b.first("dialog input[name=word]").send_keys(name)
    assert not b.first("dialog button[type=submit]").is_enabled(), "a name is not enough"
    b.first("dialog input[name=word]").clear()
    b.first("dialog input[name=word]").send_keys(b.first("dialog label code").text, Keys.ENTER)
    b.until(lambda: not b.driver.find_elements(By.XPATH, card), "it is not running any more")
    b.until(lambda: name in b.text("main"), "it is among those that have ended")


@test
def an_order_is_started_and_ended_by_typed_confirmation(a):
    if not a.write:
        return "skipped: no --write"
    name = f"trial {int(time.time())}"
    with Browser(a.url, a.token) as b:
        do_with_order(b, start_order(b, name), name, "end")
    return None


@test
def an_order_is_withdrawn_by_typed_confirmation_and_is_shown_so(a):
    if not a.write:
        return "skipped: no --write"
    name = f"slip {int(time.time())}"
    with Browser(a.url, a.token) as b:
        do_with_order(b, start_order(b, name), name, "cancelOrder")
        row = f"//tr[.//a[normalize-space()='{name}']]//*[contains(@class, 'chip') and contains(@class, 'cancelled')]"
        b.until(lambda: b.driver.find_elements(By.XPATH, row), "its phase is that it is cancelled")
    return None


def link(a, user, language="ko", order="running", ends=3600):
    """As notify makes it."""
    key = pathlib.Path(a.links).read_bytes().split(b"\n")[0].strip()
    now = int(time.time() * 1000)
    text = lambda content: base64.urlsafe_b64encode(content).decode().rstrip("=")  # noqa: E731
    said = text(f"{now + ends * 1000}/{language}/order/{order}/{user}/{now}/sms".encode())
    return f"{said}.{text(hmac.new(key, f'negawatt-answer-1.{said}'.encode(), hashlib.sha256).digest())}"


def follow(b, token):
    b.driver.get(f"{b.url}/answer#{token}")
    b.until(lambda: b.find("main h1"), "the page behind the link is there")


@test
def a_link_answers_once_and_in_the_customers_language(a):
    if not a.links or not a.write:
        return "skipped: no --links, or no --write"
    source = axe_source(a)
    found = []
    for user, language, dark, word, title, other in [
        ("u000006", "ko", False, "accept", "참여합니다", "You take part"),
        ("u000012", "en", True, "deny", "You do not take part", "이번에는 불참합니다"),
    ]:
        # Whatever the browser speaks.
        with Browser(a.url, width=375, height=800, dark=dark, language="en-US" if language == "ko" else "ko-KR") as b:
            follow(b, link(a, user, language))
            b.until(lambda: len(b.find("button.answer")) == 2, "both answers can be given")
            assert b.run("return document.documentElement.lang") == language
            assert b.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "it is too wide"
            found += violations(b, source) if source else []
            b.first(f"button[data-answer={word}]").click()
            b.until(lambda: b.text("main h1") == title, "the answer is taken")
            assert not b.find("button") and b.find(".outcome"), b.text("main")
            found += violations(b, source) if source else []
            # Once more, and by another link of the same customer: what was answered, and nothing to press.
            b.driver.refresh()
            b.until(lambda: b.text("main h1") == title, "it stands")
            follow(b, link(a, user, "en" if language == "ko" else "ko"))
            b.until(lambda: b.text("main h1") == other, "and is said in the other language")
            assert not b.find("button")
            # The token is in no address that is asked for, and the browser's language stays as it was.
            names = b.run("return performance.getEntriesByType('resource').map((one) => one.name)")
            token = b.run("return location.hash.slice(1)")
            assert token and names and not [name for name in names if token in name], names
            assert b.run("return localStorage.getItem('negawatt.language')") is None
            assert b.complaints() == [], b.complaints()
    assert not found, "\n".join(found)
    return None


@test
def a_link_that_is_none_says_so(a):
    if not a.links:
        return "skipped: no --links"
    with Browser(a.url) as b:
        for token in ["", "nothing", link(a, "u000018", ends=-1), link(a, "u000018")[:-1]]:
            follow(b, token)
            b.until(lambda: b.text("main h1") == "This link is no longer valid", f"{token[:20]} is none")
            assert not b.find("button")
            b.driver.get("about:blank")
    return None


@test
def a_link_to_what_is_over_shows_what_it_was(a):
    if not a.links:
        return "skipped: no --links"
    with Browser(a.url) as b:
        follow(b, link(a, "u000001", "en", order="ended"))
        b.until(lambda: b.text("main h1") == "This request is over", "it is over")
        assert not b.find("button")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    for name in ["--token", "--auditor", "--customer", "--links", "--axe", "--only"]:
        parser.add_argument(name)
    parser.add_argument("--write", action="store_true")
    a = parser.parse_args()
    passed = failed = 0
    for function in tests:
        name = function.__name__.replace("_", " ")
        if a.only and a.only not in name:
            continue
        try:
            note = function(a)
            passed += 1
            print(f"ok      {name}{f' ({note})' if note else ''}", flush=True)
        except Exception:  # noqa: BLE001
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
