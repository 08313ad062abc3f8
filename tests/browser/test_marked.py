"""No file makes the browser ask for anything, or shows a picture, a link or a formula of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from pages.ui.marked import JOINER
from tests.browser.conftest import serving, settled, watch
from tests.browser.listener import Listener, listening
from tests.pages.hostile import texts

OUT_OF_A_VALUE = (
    "img, a, iframe, script, .katex, h1, h2, h3, ul, ol, hr, blockquote, pre, code, strong, em, del, .stMarkdownBadge"
)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_every_sentence_shows_what_fills_it_as_it_is(page: Page, listener: Listener) -> None:
    problems, hostile = watch(page), texts(listener.address)
    with serving("tests/browser/marked_app.py", LISTENER=listener.address) as address:
        page.goto(address)
        expect(page.get_by_text("The end", exact=True)).to_be_visible()
        settled(page)
        for number, text in enumerate(hostile):
            shown = page.locator(f".st-key-plain_{number} [data-testid=stMarkdownContainer]")
            assert (shown.text_content() or "").replace(JOINER, "").strip() == " ".join(text.split())
            expect(shown.locator(OUT_OF_A_VALUE)).to_have_count(0)
        main = page.get_by_test_id("stMain")
        expect(main.locator("img, a, iframe, script, .katex")).to_have_count(0)
        page.locator(".st-key-named").get_by_role("button").hover()
        expect(page.get_by_test_id("stTooltipContent")).to_be_visible()
        expect(page.get_by_test_id("stTooltipContent").locator("img, a, iframe, .katex")).to_have_count(0)
        assert not listener.heard and not problems
        page.goto(f"{address}?raw=1")
        expect(page.locator(".katex").first).to_be_visible()
        expect(page.locator("img").first).to_be_attached()
        page.wait_for_function("() => performance.getEntriesByType('resource').some(one => one.name.includes('.png'))")
        assert listener.heard


class Visit:
    """A page with an upload box, and how it is shown to have stayed quiet."""

    def __init__(self, page: Page, server: str, listener: Listener) -> None:
        self.page, self.server, self.listener = page, server, listener
        self.problems = watch(page)

    def open(self, room: str, **query: object) -> None:
        written = "&".join(f"{room}_{name}={quote(str(value))}" for name, value in query.items())
        self.page.goto(f"{self.server}/{room}?{written}")
        self.page.locator(".st-key-run_bar").wait_for()
        settled(self.page)

    def upload(self, name: str, content: str) -> None:
        file = {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
        self.page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]

    def says(self, *texts: str) -> None:
        """The texts stand somewhere, as they are."""
        for text in texts:
            expect(self.page.get_by_text(re.compile(_loosely(text))).first).to_be_visible()

    def is_quiet(self) -> None:
        settled(self.page)
        drawn = self.page.locator("img, a, iframe").evaluate_all("all => all.map(one => one.outerHTML)")
        assert not [one for one in drawn if self.listener.address in one]
        assert not self.listener.heard and not self.problems


def _loosely(text: str) -> str:
    return f"{JOINER}?".join(map(re.escape, text))


@pytest.fixture
def hostile(page: Page, server: str, listener: Listener) -> Visit:
    return Visit(page, server, listener)


def csv(columns: Mapping[str, Sequence[object]]) -> str:
    return pd.DataFrame(columns).to_csv(index=False)


def test_a_hostile_table_is_compared_quietly(hostile: Visit) -> None:
    image, html, latex, icon = (
        f"![x]({hostile.listener.address}/a.png)", f"<img src={hostile.listener.address}/b>", "$x^2$", ":material/home:",
    )  # fmt: skip
    draw = np.random.default_rng(0)
    labels, numbers = draw.integers(0, 2, (2, 240)), draw.normal(size=(2, 240)).round(3)
    names = dict(zip((image, html, latex, icon), (*labels, *numbers), strict=True))
    hostile.open("multitask", open_own_data="true", file=image, table_runs=2, table_epochs=1)
    hostile.says(f"This link was made with the file “{image}”")
    hostile.upload("one.csv", csv({image: labels[0], html: ["a"] * 240}))
    hostile.says(f"only “{image}” can be one in this table")
    hostile.upload("twice.csv", f"{image},{image}\n" + "1,2\n" * 240)
    hostile.says(f"Two columns are named {image}")
    hostile.upload("**![x](y)**.csv", csv(names | {f"![y]({hostile.listener.address}/c.png)": [1] * 240}))
    hostile.says(f"lists: ![y]({hostile.listener.address}/c.png)", f"{image} / {html} ")
    hostile.page.get_by_role("button", name="Compare the structures").click()
    hostile.says("Intervals of 95% from", image, html)
    hostile.is_quiet()


def test_a_hostile_log_is_trained_quietly(hostile: Visit) -> None:
    image = f"![x]({hostile.listener.address}/a.png)"
    draw = np.random.default_rng(0)
    log = {
        "user_id": [f"<img src={hostile.listener.address}/{n}>" for n in draw.integers(1, 31, 600)],
        "item_id": [f"![{n}]({hostile.listener.address}/{n}.png)" for n in draw.integers(0, 40, 600)],
        "timestamp": 1_714_521_600 + 1_000 * np.arange(600),
    }
    hostile.open("recommender", open_own="true", own_steps=50)
    hostile.upload("wrong.csv", csv({image: range(240), "x": range(240)}))
    hostile.says(f"found the columns {image}, x")
    hostile.upload("log.csv", csv(log))
    hostile.page.get_by_role("button", name="Train on this log").click()
    expect(hostile.page.locator(".st-key-run_bar")).to_contain_text("Finished")
    hostile.says(f"<img src={hostile.listener.address}/")
    hostile.page.goto(hostile.page.url + "&recommender_video=3&recommender_open_item2vec=true")
    hostile.is_quiet()


def test_hostile_pairs_are_trained_quietly(hostile: Visit) -> None:
    image = f"![x]({hostile.listener.address}/a.png)"
    rows = [
        {"query": f"![cat{n}]({hostile.listener.address}/q{n}.png) sleeps", "document": f"<img src={hostile.listener.address}/d{n}> cat{n}"}
        for n in range(60)
    ]  # fmt: skip
    hostile.open("matching", open_own_pairs="true", pairs_steps=50, q=f"{image} ![](?)")
    hostile.upload("wrong.csv", csv({"query": range(240), image: range(240), "$x$": range(240)}))
    hostile.says(f"found the columns query, {image}, $x$")
    hostile.upload("pairs.jsonl", "\n".join(map(json.dumps, rows)))
    hostile.page.get_by_role("button", name="Train on these pairs").click()
    expect(hostile.page.locator(".st-key-run_bar")).to_contain_text("Finished")
    hostile.is_quiet()
    hostile.open("matching", q="![](?) !", part="d1_input", open_hashing="true", hash_text=image)
    hostile.says("holds no letter to read")
    hostile.is_quiet()


def test_a_hostile_text_is_trained_quietly(hostile: Visit) -> None:
    image = f"![x]({hostile.listener.address}/a.png)"
    hostile.open(
        "recurrent", open_own_text="true", text_steps=50, text_length=16, open_own_sentence="true", own_sentence=image
    )
    hostile.says(f"Not in the vocabulary: {image[:20]}")
    hostile.upload("short.txt", image)
    hostile.says("characters")
    hostile.upload("text.txt", f"{image} <img src={hostile.listener.address}/b> $x^2$\n" * 60)
    hostile.page.get_by_role("button", name="Train on this text").click()
    expect(hostile.page.locator(".st-key-run_bar")).to_contain_text("Finished: step 50 of 50")
    hostile.is_quiet()
