"""What comes from a user's file is shown as it is: no sentence, error or label makes Markdown of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np
import pytest

from engine.errors import UserError
from pages.ui import language
from pages.ui.language import LANGUAGES, bare, explain, listed, t
from pages.ui.marked import JOINER, Marked, plain, unmarked
from tests.pages.catalogue import ROOT
from tests.pages.hostile import PLACEHOLDER, active, named, texts

HOSTILE = texts("http://127.0.0.1:9")
RENDERED = set(
    "badge button caption checkbox download_button error expander feedback file_uploader header info link_button markdown"
    " metric multiselect number_input page_link pills popover progress radio section segmented_control select_slider"
    " selectbox slider spinner status subheader success table text_area text_input title toast toggle warning write"
    " one_of one_of_many some_of whole_number".split()
)
"""Calls whose first argument Streamlit renders as Markdown."""


@pytest.fixture(params=LANGUAGES)
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(language, "language", lambda: request.param)
    return str(request.param)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_made_plain_and_reads_as_it_was(text: str) -> None:
    assert active(text) or text.startswith("    ")
    assert not active(plain(text))
    assert unmarked(plain(text)) == " ".join(text.split()) or text[0].isspace()
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "text", ["watch_time", "-0.5", "+1.20%", "1,250", "1.5", "2.", "a - b", "汽车", "3–4", "−1", "", "x.y"]
)
def test_a_text_without_marks_is_hardly_touched(text: str) -> None:
    assert plain(text).replace("\\", "") == text and unmarked(plain(text)) == text


def test_every_sentence_keeps_its_values_plain(chosen: str) -> None:
    """Also each template of a UserError: they are of the same catalogue."""
    count = 0
    for number, (sentence, names) in enumerate(named()):
        values = {name: HOSTILE[(number + n) % len(HOSTILE)] for n, name in enumerate(names)}
        template = language.catalogue(chosen).get(sentence, sentence)
        expected = PLACEHOLDER.sub(lambda found, of=values: str(plain(of[found[1]])), template)
        for filled in (t(sentence, **values), explain(UserError(sentence, **values))):
            assert filled == expected and isinstance(filled, Marked)
        assert bare(sentence, **values) == PLACEHOLDER.sub(lambda found, of=values: of[found[1]], template)
        count += 1
    assert count > 200


def test_what_is_marked_is_not_escaped_twice(chosen: str) -> None:
    inner = t("There is no column {column} in the table.", column="a_b*")
    assert "a\\_b\\*" in inner and "\\\\" not in t(
        "{question} The stored study is older than the question: run `make claims`.", question=inner
    )
    assert listed([Marked("**a**"), "*b*"]) in ("**a**, \\*b\\*", "**a**、\\*b\\*")
    assert listed(["*a*", "*b*"]) in ("*a*, *b*", "*a*、*b*")
    assert "a_b*" in bare("There is no column {column} in the table.", column=plain("a_b*"))


def test_whatever_is_added_joined_or_filled_in_is_made_plain() -> None:
    ours = Marked("**a** ")
    assert ours + "*b*" == "**a** \\*b\\*" and "*b*" + ours == "\\*b\\***a** "
    assert Marked(" · ").join(["*a*", ours]) == "\\*a\\* · **a** "
    assert (
        Marked("{x:.1f} {y} {z} {0}").format([1, "*"], x=np.float32(1.25), y=-3, z=None) == "1.2 -3 None \\[1, '\\*'\\]"
    )
    for made in (ours + "b", "b" + ours, ours.join("bc"), ours.format(), plain("b")):
        assert isinstance(made, Marked)
    assert unmarked(plain(f"a{JOINER}b")) == "ab"


def test_a_badge_reads_as_its_words_whatever_is_in_it() -> None:
    assert unmarked(Marked(":green-badge[:material/check: {x}] **b**").format(x="a] [c*")) == "a] [c* b"


def test_no_text_is_put_together_past_the_one_place() -> None:
    """An f-string that Streamlit renders as Markdown may hold anything: `t` or `Marked.format` fills sentences."""
    paths = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}:{line}" for path in paths for line in _put_together(ast.parse(path.read_text()))
    ]
    assert not found


def _put_together(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [word.value for word in node.keywords if word.arg in ("help", "label", "body", "text")]
            if name in RENDERED and any(map(_is_put_together, node.args[:1] + texts)):
                yield node.lineno


def _is_put_together(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_put_together(node.left) or _is_put_together(node.right)
    if isinstance(node, ast.IfExp):
        return _is_put_together(node.body) or _is_put_together(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format"):
        return isinstance(node.func.value, ast.Constant | ast.JoinedStr)
    return isinstance(node, ast.JoinedStr)
