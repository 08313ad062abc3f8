"""A user's own queries and documents: every format, labels and clicks, and in which words the rest is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.matching import PairsConfig
from engine.matching.data.hashing import tokens
from engine.matching.own_pairs import files
from engine.matching.own_pairs.files import Pair, read_pairs
from engine.matching.own_pairs.pairs import found_in, language_of, log_of_pairs, pairs_config, train_pairs

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ROWS = [(f"query {n}, with a comma", f"The “document” {n % 12}, quoted") for n in range(30)]
PAIRS = tuple(Pair(query, document) for query, document in ROWS)


def table(rows: list[tuple[Any, ...]], head: tuple[str, ...] | None = None, delimiter: str = ",") -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([*([head] if head else []), *rows])
    return buffer.getvalue().encode()


def jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def squad(rows: list[tuple[str, str]]) -> dict[str, Any]:
    paragraphs = [{"context": d, "qas": [{"question": q, "id": "x", "answers": []}]} for q, d in rows]
    return {"version": "1", "data": [{"title": "a", "paragraphs": paragraphs[:9]}, {"paragraphs": paragraphs[9:]}]}


FORMATS = {
    "csv": table(ROWS),
    "csv with a head": table(ROWS, ("Query", "Document")),
    "csv with other columns": table([(n, d, 0.5, q) for n, (q, d) in enumerate(ROWS)], ("id", "passage", "x", "question")),
    "csv with Chinese names": table(ROWS, ("查询", "标题")),
    "csv with a mark": "\ufeff".encode() + table(ROWS, ("query", "document")),
    "tsv": table(ROWS, delimiter="\t"),
    "tsv with a head": table(ROWS, ("q", "doc"), "\t"),
    "jsonl": jsonl([{"Search": q, "Text": d} for q, d in ROWS]),
    "json list": json.dumps([{"query": q, "document": d} for q, d in ROWS]).encode(),
    "squad": json.dumps(squad(ROWS)).encode(),
    "squad articles": json.dumps(squad(ROWS)["data"]).encode(),
    "boolq": jsonl([{"question": q, "title": "Some title", "answer": True, "passage": d} for q, d in ROWS]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_pairs(name: str) -> None:
    assert read_pairs(FORMATS[name]) == PAIRS


def test_blank_lines_and_blank_cells_are_passed_over() -> None:
    data = table([*ROWS, ("", "document"), ("query", "  ")], ("query", "document")).replace(b"\r\n", b"\n\n")
    assert read_pairs(data) == PAIRS


@pytest.mark.parametrize("data", [
    table([(*row, n % 5) for n, row in enumerate(ROWS)]),
    table([(n % 5, *row) for n, row in enumerate(ROWS)], ("label", "query", "document")),
    table([(*row, n % 5) for n, row in enumerate(ROWS)], ("query", "title", "clicks"), "\t"),
    jsonl([{"query": q, "document": d, "relevance": str(n % 5)} for n, (q, d) in enumerate(ROWS)]),
])  # fmt: skip
def test_labels_are_read(data: bytes) -> None:
    assert [pair.label for pair in read_pairs(data)] == [n % 5 for n in range(30)]


def asked(labels: list[float | None]) -> tuple[Pair, ...]:
    """Twenty queries, each with a document for every label."""
    return tuple(Pair(f"q{n}", f"d{n} {k}", label) for n in range(20) for k, label in enumerate(labels))


@pytest.mark.parametrize(("labels", "grades", "clicked", "shown"), [
    ([None], {0: 1}, 0, ()),
    ([0, 1], {1: 1}, 1, (0,)),
    ([2, 0, 4, 1], {0: 2, 2: 4, 3: 1}, 2, (1,)),
    ([0, 1, 3, 7, 2_000], {1: 1, 2: 2, 3: 3, 4: 4}, 4, (0,)),  # clicks, by round(log2(1 + n)) up to 4
])  # fmt: skip
def test_labels_are_grades_and_many_clicks_their_logarithm(
    labels: list[float | None], grades: dict[int, int], clicked: int, shown: tuple[int, ...]
) -> None:
    first = log_of_pairs(asked(labels)).train[0]
    assert (dict(first.grades), first.clicked, first.shown, first.skill) == (grades, clicked, shown, "")


def test_the_same_pair_twice_keeps_its_best_label() -> None:
    log = log_of_pairs((*asked([0, 1]), Pair("q0", "d0 0", 3.0)))
    assert dict(log.train[0].grades) == {0: 3, 1: 1} and len(log.documents) == 40


def test_queries_without_a_relevant_document_are_left_out() -> None:
    log = log_of_pairs((*asked([1, 0]), *(Pair(f"none {n}", "d0 0", 0.0) for n in range(30))))
    assert len(log.train) + len(log.test) == 20 and all(query.grades for query in (*log.train, *log.test))
    with pytest.raises(UserError, match="Too few queries have a relevant document: 0"):
        log_of_pairs(asked([0]))


def test_every_fifth_query_is_held_out() -> None:
    log = log_of_pairs(asked([1, 0]))
    assert [query.text for query in log.test] == ["q4", "q9", "q14", "q19"] and len(log.train) == 16
    assert not {query.text for query in log.train} & {query.text for query in log.test}
    assert log.pool[:4] == tuple(query.clicked for query in log.test) and set(log.pool) == set(range(40))


def test_what_is_ranked_is_capped_and_holds_every_answer() -> None:
    log = log_of_pairs(Pair(f"q{n}", f"d{n}") for n in range(6_000))
    assert (len(log.train), len(log.test), len(log.pool), len(log.documents)) == (4_800, 500, 1_000, 6_000)
    assert {query.clicked for query in log.test} <= set(log.pool)


@pytest.mark.parametrize(("texts", "language"), [
    (("river bank", "a document"), "en"), (("牛奶", "蜂蜜"), "zh"), (("iPhone 手机 价格表大全", "手机"), "zh"),
    (("what does 牛奶 mean in English", "milk, as in a glass of milk"), "en"), (("123", "456"), "en"),
])  # fmt: skip
def test_the_language_is_that_of_the_letters(texts: tuple[str, str], language: str) -> None:
    pairs = [Pair(*texts)] * 20
    assert language_of(pairs) == language == pairs_config(pairs, "").language
    assert language_of(iter(pairs)) == language


def rows(change: dict[str, Any]) -> bytes:
    return jsonl([{"query": f"q{n}", "document": "d", **change} for n in range(30)])


@pytest.mark.parametrize(("data", "words"), [
    (b"", "The file is empty"),
    (table(ROWS[:19]), "19 were found"),
    (b"caf\x81\xff,document\n" * 30, "line 1 cannot be read"),
    (table([(q, n) for n, (q, _) in enumerate(ROWS)], ("query", "price")), "needs a query and a document; found the columns query, price"),
    (b"one column\n" * 30, "needs a query and a document; found the columns column_1"),
    (jsonl([{"a": 1}]), "needs a query and a document; found the columns a"),
    (rows({"label": "many"}), "must be a number from 0 up, not many"),
    (rows({"label": None}), "must be a number from 0 up, not None"),
    (rows({"label": -1}), "must be a number from 0 up, not -1"),
    (rows({"clicks": float("nan")}), "must be a number from 0 up, not nan"),
    (rows({"clicks": float("inf")}), "must be a number from 0 up, not inf"),
    pytest.param(rows({"clicks": 10**400}), "must be a number"),
    (jsonl([{"query": "q", "document": "d"}] * 30) + b"\n{nonsense", "Line 31 is no JSON"),
    (b"[" * 100_000, "Line 1 is no JSON"),
    (b'{"a":' * 100_000, "Line 1 is no JSON"),
    (b'{"data": [{"paragraphs": [{"context": "a"}]}]}', "A paragraph needs a context and its questions"),
    (b'{"data": [{"paragraphs": 7}]}', "A paragraph needs a context and its questions"),
    (b'{"data": "text"}', "found text"),
    pytest.param(b'{"data": 7}', "found 7"),
    pytest.param(b'{"data": null}', "found None"),
    (b"[1, 2, null]", "found 1"),
    (b'"' + b"x" * 200_000 + b'",d\n', "found the columns column_1, column_2"),
])  # fmt: skip
def test_what_cannot_be_used_is_named(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_pairs(data)


@pytest.mark.parametrize("name", ["csv", "tsv with a head", "jsonl"])
def test_the_first_pairs_are_used_and_that_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 25)
    found = files.read_file_of_pairs(FORMATS[name])
    assert found.pairs == PAIRS[:25] and "The first 25 pairs are used, of 30." in map(str, found.opened.doubts)


@pytest.mark.parametrize(("labels", "grades"), [
    ([1, 2, 3, 4, 5], {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}), ([0, 1, 2], {1: 1, 2: 2}), ([0, 10, 1], {1: 3, 2: 1}),
])  # fmt: skip
def test_stars_are_kept_apart(labels: list[float | None], grades: dict[int, int]) -> None:
    assert dict(log_of_pairs(asked(labels)).train[0].grades) == grades


def test_a_latin_word_that_is_taken_apart_is_named() -> None:
    found = found_in(
        table([(f"iPhone{n}手机壳", f"适用iPhone{n}的手机保护壳") for n in range(10, 40)], ("query", "document"), "\t")
    )
    whole = len(tokens("iPhone10", "zh")) == 1
    assert whole or any("iPhone10 is 8 tokens" in str(one) for one in found.opened.doubts)


def test_null_is_no_text() -> None:
    with pytest.raises(UserError):
        read_pairs(rows({"query": None}))


VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(["query", "document", "label", "question", "context", "paragraphs", "qas", "title", "x"])
NESTED = st.recursive(
    VALUES, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=4), max_leaves=12
)


def pairs_or_a_sentence(data: bytes) -> None:
    try:
        log_of_pairs(read_pairs(data))
    except UserError as error:
        assert str(error)


@settings(deadline=None, max_examples=80)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_pairs_or_a_sentence(data: bytes) -> None:
    for start in (b"", b"{", b"[", b"\xef\xbb\xbf", table(ROWS), table(ROWS, ("query", "document"), "\t")):
        pairs_or_a_sentence(start + data)


@settings(deadline=None, max_examples=150)
@given(value=NESTED, count=st.integers(1, 25))
def test_any_json_is_pairs_or_a_sentence(value: Any, count: int) -> None:
    written = json.dumps(value).encode()
    pairs_or_a_sentence(b"[" + b",".join([written] * count) + b"]")
    pairs_or_a_sentence(b"\n".join([written] * count))
    pairs_or_a_sentence(b'{"data": [' + written + b"]}")


SMALL = PairsConfig(
    steps=6, frames=3, batch_size=8, dimensions=512, hidden=10, filters=12, semantic=8, embedding=6, units=7
)


@pytest.mark.parametrize("pairs", [asked([1, 0]), tuple(Pair(f"牛奶{n}", f"蜂蜜{n}", 1) for n in range(20))])
def test_a_table_is_trained_on(pairs: tuple[Pair, ...]) -> None:
    data = jsonl([{"query": pair.query, "document": pair.document, "label": pair.label} for pair in pairs])
    config = pairs_config(read_pairs(data), hashlib.sha256(data).hexdigest(), SMALL)
    frames = list(train_pairs(config, data))
    assert [frame.step for frame in frames] == [0, 2, 6]
    for model in config.models:
        metrics = {n.partition(".")[2]: v for n, v in frames[-1].metrics.items() if n.startswith(f"{model}.")}
        assert set(metrics) == {"ndcg", "mrr", "recall", "space", "train_loss"}
        assert all(np.isfinite(value).all() for value in metrics.values())
    again = list(train_pairs(config, data))
    assert frames[-1].metrics["lstm.train_loss"] == again[-1].metrics["lstm.train_loss"]


def test_another_file_is_refused() -> None:
    data = table(ROWS)
    config = replace(SMALL, table=hashlib.sha256(data).hexdigest())
    with pytest.raises(UserError, match="not the one"):
        next(train_pairs(config, data + b"\n"))


@pytest.mark.parametrize(("path", "language", "pairs", "queries", "documents"), [
    ("xquad/xquad.en.json", "en", 1_190, 1_187, 240),
    ("xquad/xquad.zh.json", "zh", 1_190, 1_181, 240),
    ("cmrc2018/cmrc2018_dev.json", "zh", 3_219, 3_218, 848),
    ("boolq/dev.jsonl", "en", 3_270, 3_270, 2_938),
])  # fmt: skip
def test_real_files(path: str, language: str, pairs: int, queries: int, documents: int) -> None:
    """Some questions are asked of two passages: one query then, with both relevant."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not here")
    found = read_pairs((DATA / path).read_bytes())
    log = log_of_pairs(found)
    assert (len(found), len(log.documents), log.language) == (pairs, documents, language)
    assert len({pair.query for pair in found}) == queries
    assert len(log.test) == min(queries // 5, 500) and len(log.train) == queries - queries // 5
    assert len(log.pool) == min(documents, 1_000)
    graded = sum(len(query.grades) for query in (*log.train, *log.test))
    assert graded == len({(pair.query, pair.document) for pair in found}) or queries // 5 > 500
