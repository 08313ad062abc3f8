"""Own data, from the box to the code: chosen, looked at, a role changed, trained, stopped midway, taken away, run.

Each box is used once, and the screen's language is changed on the way, so that both have said every step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from sklearn.metrics import roc_auc_score

from pages.ui.language import LANGUAGES, catalogue
from tests.browser.conftest import serving, settled, watch
from tests.test_taken_code import numbers, run


@pytest.fixture(scope="module")
def one_worker() -> Iterator[str]:
    with serving(GATESCOPE_WORKERS="1") as address:
        yield address


@pytest.fixture
def visit(page: Page) -> Iterator[Page]:
    """At the end the console must be clean and no error shown."""
    problems = watch(page)
    yield page
    assert not problems, problems
    expect(page.get_by_test_id("stException")).to_have_count(0)


def said(sentence: str, language: str, **values: object) -> str:
    """A sentence of the page in a language, without the marks of Markdown."""
    told = sentence if language == "en" else catalogue("zh")[sentence]
    return told.format(**values).replace("**", "")


def opened(page: Page, address: str, room: str, query: str, language: str, *files: Path) -> None:
    page.goto(f"{address}/{room}?lang={language}&{query}")
    page.locator(".st-key-run_bar").wait_for()
    settled(page)
    page.locator("input[type=file]").first.set_input_files(list(files))


def speak(page: Page, language: str) -> None:
    """Change the screen's language; the visit goes on."""
    page.locator(".st-key-lang").get_by_role("radio", name=LANGUAGES[language]).click()
    settled(page)


def shows(page: Page, sentence: str, language: str, **values: object) -> None:
    expect(page.get_by_text(said(sentence, language, **values)).first).to_be_visible()


def chosen(page: Page, key: str, option: str) -> None:
    """Open a list, whose key holds this, and choose from it; scrolling closes it, so that comes first."""
    one = page.locator(f"[class*=st-key-][class*={key}] input")
    one.evaluate("at => at.scrollIntoView({ block: 'center' })")
    settled(page)
    one.click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def state(page: Page, word: str, language: str) -> None:
    expect(page.locator(".st-key-run_bar")).to_contain_text(said(word, language))


def pressed(page: Page, key: str) -> None:
    page.locator(f".st-key-{key}").get_by_role("button").click()


def stopped(page: Page, language: str, seen: Callable[[], bool]) -> None:
    """Pause the run as soon as it goes, step until there is an answer, and stop it: so Stop always meets a run."""
    expect(page.locator(".st-key-turn button")).to_be_enabled()
    pressed(page, "turn")
    state(page, "Paused", language)
    settled(page)
    while not seen():  # a frame may be of the step before: the words need not change
        state(page, "Paused", language)
        pressed(page, "step")
        settled(page)
    state(page, "Paused", language)
    pressed(page, "stop")
    state(page, "Stopped", language)
    settled(page)


def on_stage(page: Page, language: str) -> bool:
    """Whether the run has come on stage, which it does with its first frame."""
    return page.locator(".st-key-on_stage").get_by_text(said("Live", language), exact=True).count() > 0


def kept(page: Page, key: str, folder: Path) -> Path:
    with page.expect_download() as download:
        pressed(page, f"download_{key}")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def differently(page: Page, language: str, **roles: str) -> None:
    """Open what can be decided about a file, and decide."""
    page.get_by_role("button", name=said("Read it differently", language)).click()
    for what, option in roles.items():
        chosen(page, f"_{what}", option)
    page.keyboard.press("Escape")
    settled(page)


def table(path: Path) -> Path:
    """Two labels that two features tell, who it was and a word, with a decimal comma."""
    source = np.random.default_rng(0)
    x, y = source.normal(size=(2, 3_000)).round(3)
    made = pd.DataFrame({
        "who": source.integers(0, 60, 3_000), "click": (x + 0.5 * source.normal(size=3_000) > 0).astype(int),
        "like": (x + y + source.normal(size=3_000) > 0).astype(int), "x": x, "y": y,
        "device": source.choice(["phone", "desk", "电视"], 3_000),
    })  # fmt: skip
    made.to_csv(path, index=False, sep=";", decimal=",")
    return path


TABLE = "multitask_open_own_data=true&multitask_table_runs=4&multitask_table_epochs=6&multitask_table_structures=shared_bottom,mmoe"  # fmt: skip


def test_a_table(visit: Page, one_worker: str, tmp_path: Path) -> None:
    page, so_far = visit, "So far, {done} of {all} seeds:"
    opened(page, one_worker, "multitask", TABLE, "zh", table(tmp_path / "mine.csv"))
    shows(page, "{rows} rows × {columns} columns", "zh", rows="3,000", columns=6)  # before anything trains
    chosen(page, "multitask_group", "who")
    page.locator(".st-key-multitask_split button", has_text="who").click()  # by group, which is offered now
    settled(page)
    speak(page, "en")
    shows(page, "{rows} rows × {columns} columns", "en", rows="3,000", columns=6)
    pressed(page, "multitask_compare")
    answer = page.get_by_text(said(so_far, "en", done=2, all=4))
    stopped(page, "en", lambda: answer.count() > 0)
    expect(answer.first).to_be_visible()
    speak(page, "zh")
    state(page, "Stopped", "zh")
    shows(page, so_far, "zh", done=2, all=4)
    predictions = pd.read_csv(kept(page, "table_predictions", tmp_path))
    script = kept(page, "table_code", tmp_path)
    text, structure = script.read_text(encoding="utf-8"), re.search(r"_(shared_bottom|mmoe)", script.stem)
    assert "split: str = 'group'" in text and "group: str = 'who'" in text and structure
    printed = numbers(run(tmp_path, text, "mine.csv"))  # of all seeds; the first is among those of the answer
    (column,) = (one for one in predictions if one.startswith("click: ") and (one.endswith("MMoE") == (structure[1] == "mmoe")) and "基线" not in one and "树" not in one)  # fmt: skip
    found = 1.0 - roc_auc_score(predictions["click"], predictions[column])
    assert printed[f"{structure[1]}.error"][0] == pytest.approx(found, abs=2e-4) and found < 0.3


def pairs(path: Path) -> Path:
    """Sixty queries with two answers each, one of which is right, in a column that is not the longest."""
    topics = ("bread", "rivers", "planets", "chess", "violins", "glaciers", "harbours", "orchids", "castles", "comets")
    rows = [
        f"who knows about {topic} {n}\tall of {topics[(k + wrong * 3) % 10]}, part {n + wrong}\tseen at stall {n} of hall {k}, row {wrong}, in the evening\t{1 - wrong}"
        for k, topic in enumerate(topics) for n in range(6) for wrong in (0, 1)
    ]  # fmt: skip
    path.write_text("question\ttitle\ttext\tlabel\n" + "\n".join(rows) + "\n")
    return path


def test_pairs(visit: Page, one_worker: str, tmp_path: Path) -> None:
    page = visit
    query = "matching_open_own_pairs=true&matching_pairs_steps=20&matching_pairs_runs=6"
    opened(page, one_worker, "matching", query, "en", pairs(tmp_path / "mine.tsv"))
    shows(page, "{rows} rows × {columns} columns", "en", rows="120", columns=4)
    speak(page, "zh")
    shows(page, "{rows} rows × {columns} columns", "zh", rows="120", columns=4)
    differently(page, "zh", role_document="title")
    pressed(page, "matching_train_own")
    answer = page.get_by_text(said("Which of a query's own candidates is right?", "zh"))
    stopped(page, "zh", lambda: page.locator(".st-key-download_pairs_predictions").count() > 0)
    expect(answer.first).to_be_visible()
    speak(page, "en")
    state(page, "Stopped", "en")
    predictions = pd.read_csv(kept(page, "pairs_predictions", tmp_path))
    assert predictions["document"].str.startswith("all of ").all()
    script = kept(page, "code", tmp_path)
    printed = numbers(run(tmp_path, script.read_text(encoding="utf-8"), "mine.tsv"))
    (model,) = (name for name in ("dssm", "clsm", "lstm") if f"-{name}-" in script.name.replace("_", "-"))
    assert f"{model}.own" in printed
    assert printed["bm25.own"][0] == pytest.approx(average_precision(predictions, "BM25"), abs=2e-4)


def average_precision(predictions: pd.DataFrame, method: str) -> float:
    """MAP of two candidates a query, one of which is right: ties count as the mean of both orders."""
    means = []
    for _, two in predictions.groupby("query"):
        right, wrong = (two.loc[two["label"] == grade, method].item() for grade in (1, 0))
        means.append(1.0 if right > wrong else 0.5 if right < wrong else 0.75)
    return float(np.mean(means))


def log(path: Path) -> Path:
    """Sixty people who watch what is next to what they watched, under names that nobody knows."""
    rows = [f"p{user};v{(user * 7 + step * (1 + user % 2)) % 90};{1_714_521_600 + step * 3_600 + user}" for step in range(20) for user in range(60)]  # fmt: skip
    path.write_text("wer;was;wann\n" + "\n".join(rows) + "\n")
    return path


def test_a_log(visit: Page, one_worker: str, tmp_path: Path) -> None:
    page = visit
    opened(page, one_worker, "recommender", "recommender_open_own=true&recommender_own_steps=400&recommender_rung=recall", "zh", log(tmp_path / "mine.csv"))  # fmt: skip
    differently(page, "zh", role_user="wer", role_item="was", role_time="wann")
    rows = "{first} to {last}. Rows: {rows}, of them watches: {watches}. Users: {users}. Items: {items}."
    values = {
        "first": "2024-05-01",
        "last": "2024-05-01",
        "rows": "1,200",
        "watches": "1,200",
        "users": 60,
        "items": 90,
    }
    shows(page, rows, "zh", **values)
    speak(page, "en")
    shows(page, rows, "en", **values)
    pressed(page, "recommender_train_own")
    stopped(page, "en", lambda: on_stage(page, "en"))
    speak(page, "zh")
    state(page, "Stopped", "zh")
    printed = numbers(run(tmp_path, kept(page, "code", tmp_path).read_text(encoding="utf-8"), "mine.csv"))
    assert {"recall.hits", "recall.at", "popular.at", "knn.at", "ease.at", "als.at"} <= printed.keys()
    assert printed["recall.at"][-1] > printed["popular.at"][0]  # what is next to what was watched is learnt


NOT_YET = "Of windows of {length} characters of the tenth before the last, which says when to stop. The last tenth is the test: it is read once, at the end."  # fmt: skip


def test_a_text(visit: Page, one_worker: str, tmp_path: Path) -> None:
    page, path = visit, tmp_path / "mine.txt"
    words = ("长短期记忆网络读一个字，", "记一个字；", "门控循环单元也记，", "循环网络却忘得快。")
    path.write_bytes("".join(words[(n * n + n // 3) % 4] for n in range(900)).encode("gb18030"))
    opened(page, one_worker, "recurrent", "recurrent_open_own_text=true&recurrent_text_steps=300&recurrent_text_length=16", "en", path)  # fmt: skip
    expect(page.get_by_text("GB18030").first).to_be_visible()
    speak(page, "zh")
    differently(page, "zh", encoding="GB18030")
    pressed(page, "recurrent_train_own")
    stopped(page, "zh", lambda: on_stage(page, "zh"))
    shows(page, NOT_YET, "zh", length=16)
    speak(page, "en")
    state(page, "Stopped", "en")
    shows(page, NOT_YET, "en", length=16)
    printed = numbers(run(tmp_path, kept(page, "code", tmp_path).read_text(encoding="utf-8"), "mine.txt"))
    assert {"lstm.test_loss", "lstm.stopped", "counting.3", "counting.4", "counting.5"} <= printed.keys()
    assert printed["lstm.test_loss"][0] < np.log(25)  # of 25 characters, each as likely as the others
