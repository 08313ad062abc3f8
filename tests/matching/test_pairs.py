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
from engine.matching.own_pairs import files
from engine.matching.own_pairs.files import Pair, read_pairs
from engine.matching.own_pairs.pairs import found_in, log_in, pairs_config, train_pairs
from engine.matching.own_pairs.parts import grade_of, language_of, parts_of

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


@pytest.mark.parametrize(("labels", "grades"), [
    ([None], {1}), ([0, 1], {0, 1}), ([2, 0, 4, 1], {0, 1, 2, 4}), ([1, 2, 3, 4, 5], {1, 2, 3, 4, 5}),
    ([0, 1, 3, 7, 2_000], {0, 1, 2, 3, 4}), ([0, 10, 1], {0, 3, 1}),  # clicks, by round(log2(1 + n)) up to 4
])  # fmt: skip
def test_labels_are_grades_and_many_clicks_their_logarithm(labels: list[float | None], grades: set[int]) -> None:
    parts = parts_of(asked(labels))
    for part in (parts.train, parts.validation, parts.test):
        assert set(part.grade.tolist()) == grades and len(part) == part.asked() * len(labels)
    assert [grade_of(label, max(one or 0.0 for one in labels)) for label in labels] == [
        parts.train.grade[parts.train.document == parts.documents.index(f"d{n} {k}")][0]
        for n in [int(parts.queries[parts.train.query[0]][1:])]
        for k in range(len(labels))
    ]


def test_the_same_pair_twice_keeps_its_best_label() -> None:
    parts = parts_of((*asked([0, 1]), Pair("q0", "d0 0", 3.0)))
    of_first = [part.grade[part.query == 0] for part in (parts.train, parts.validation, parts.test)]
    assert np.concatenate(of_first).tolist() == [3, 1] and len(parts.documents) == 40


def test_wrong_pairs_of_queries_without_a_right_document_stay() -> None:
    parts = parts_of((*asked([1, 0]), *(Pair(f"none {n}", "d0 0", 0.0) for n in range(30))))
    sides = (parts.train, parts.validation, parts.test)
    assert sum(map(len, sides)) == 70 and sum(int((part.grade > 0).sum()) for part in sides) == 20
    assert all(query.grades for query in (*parts.log().train, *parts.log().test))
    with pytest.raises(UserError, match="Too few queries have a relevant document: 0"):
        parts_of(asked([0]))


def test_queries_are_divided_whatever_the_order_of_the_lines() -> None:
    pairs = asked([1, 0])
    one, other = parts_of(pairs), parts_of(pairs[::-1])
    sides = [
        {name: {found.queries[n] for n in part.query} for name, part in zip("abc", (found.train, found.validation, found.test), strict=True)}
        for found in (one, other)
    ]  # fmt: skip
    assert sides[0] == sides[1] and [len(side) for side in sides[0].values()] == [13, 3, 4]
    assert set.union(*sides[0].values()) == {f"q{n}" for n in range(20)}
    assert one.log().documents == one.documents and len(one.log().test) == 3


def test_queries_of_one_number_stay_together() -> None:
    """Two wordings of a question are not learnt from and tested on."""
    pairs = [Pair(f"{word} {n}", f"d{n}", 1.0, f"id {n}") for n in range(40) for word in ("what is", "tell me")]
    parts = parts_of(pairs)
    sides = [{parts.queries[n].split()[-1] for n in part.query} for part in (parts.train, parts.validation, parts.test)]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert sum(map(len, sides)) == 40


def test_a_second_file_is_the_test_and_its_queries_are_not_learnt_from() -> None:
    pairs, second = asked([1, 0]), tuple(Pair(f"q{n}", f"e{n} {k}", float(k)) for n in range(4) for k in range(3))
    parts = parts_of(pairs, second)
    assert parts.second and len(parts.test) == 12
    learnt = {parts.queries[n] for part in (parts.train, parts.validation) for n in part.query}
    assert learnt == {f"q{n}" for n in range(4, 20)}


@pytest.mark.parametrize(("pairs", "question", "possible"), [
    (asked([1, 0, 0]), "own", ("own", "pairs", "search")),
    (asked([1]), "search", ("search",)),
    (asked([None]), "search", ("search",)),
    (asked([1, 2, 3]), "own", ("own", "search")),
    (tuple(Pair(f"q{n}", f"d{n}", n % 2) for n in range(60)), "pairs", ("pairs", "search")),
])  # fmt: skip
def test_labels_and_lists_tell_what_a_file_asks(
    pairs: tuple[Pair, ...], question: str, possible: tuple[str, ...]
) -> None:
    parts = parts_of(pairs)
    assert (parts.question, parts.possible()) == (question, possible)


def test_what_is_ranked_is_capped_and_holds_every_answer() -> None:
    log = parts_of([Pair(f"q{n}", f"d{n}") for n in range(6_000)]).log()
    assert (len(log.train), len(log.test), len(log.pool), len(log.documents)) == (3_900, 500, 1_000, 6_000)
    assert {query.clicked for query in log.test} <= set(log.pool)


@pytest.mark.parametrize(("texts", "language"), [
    (("river bank", "a document"), "en"), (("牛奶", "蜂蜜"), "zh"), (("iPhone 手机 价格表大全", "手机"), "zh"),
    (("what does 牛奶 mean in English", "milk, as in a glass of milk"), "en"), (("123", "456"), "en"),
])  # fmt: skip
def test_the_language_is_that_of_the_letters(texts: tuple[str, str], language: str) -> None:
    pairs = [Pair(*texts)] * 20
    assert language_of(pairs) == language == pairs_config(pairs, "").language


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
        parts_of(read_pairs(data))
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
    steps=6, frames=3, batch_size=8, dimensions=512, hidden=10, filters=12, semantic=8, embedding=6, units=7, runs=2, resamples=50
)  # fmt: skip


@pytest.mark.parametrize("pairs", [asked([1, 0]), tuple(Pair(f"牛奶{n}", f"蜂蜜{n}", 1) for n in range(20))])
def test_a_table_is_trained_on(pairs: tuple[Pair, ...]) -> None:
    data = jsonl([{"query": pair.query, "document": pair.document, "label": pair.label} for pair in pairs])
    config = pairs_config(read_pairs(data), hashlib.sha256(data).hexdigest(), SMALL)
    frames = list(train_pairs(config, data))
    assert [frame.step for frame in frames] == [0, 2, 6, 7, 14]
    question = parts_of(pairs).question
    for model in config.models:
        last = {n.partition(".")[2]: v for n, v in frames[-1].metrics.items() if n.startswith(f"{model}.")}
        assert {"ndcg", "mrr", "recall", "space", "train_loss", "validation", "rate", question} <= set(last)
        assert last[f"{question}.seeds"].shape == (2,) and f"predicted.{model}" in frames[-1].parameters
        for values in last.values():
            assert values.size and (np.isfinite(values).all() or values.shape == ())
        mean, low, high = last[question].T
        assert np.all((low >= 0) & (low <= mean) & (mean <= high) & (high <= 1))
    again = list(train_pairs(config, data))
    assert all(np.array_equal(frames[-1].metrics[n], again[-1].metrics[n], equal_nan=True) for n in again[-1].metrics)


def test_another_file_is_refused() -> None:
    data = table(ROWS)
    config = replace(SMALL, table=hashlib.sha256(data).hexdigest())
    with pytest.raises(UserError, match="not the one"):
        next(train_pairs(config, data + b"\n"))


def test_two_files_travel_as_one() -> None:
    first, second = FORMATS["csv"], FORMATS["tsv with a head"]
    assert files.apart(files.together(first, second)) == (first, second) and files.apart(first) == (first, b"")
    found = found_in(files.together(table([(f"asked for {n}", f"text of {n}") for n in range(30)]), second))
    assert found.second and (found.test, found.train + found.validation) == (30, 30)


@pytest.mark.parametrize(("path", "language", "pairs", "queries", "documents", "question"), [
    ("xquad/xquad.en.json", "en", 1_190, 1_187, 240, "search"),
    ("xquad/xquad.zh.json", "zh", 1_190, 1_181, 240, "search"),
    ("cmrc2018/cmrc2018_dev.json", "zh", 3_219, 3_218, 848, "search"),
    ("boolq/dev.jsonl", "en", 3_270, 3_270, 2_938, "search"),
    ("paws-x-zh/dev_2k.tsv", "zh", 2_000, 1_899, 1_895, "pairs"),
])  # fmt: skip
def test_real_files(path: str, language: str, pairs: int, queries: int, documents: int, question: str) -> None:
    """Some questions are asked of two passages: one query then, with both relevant."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not here")
    found = read_pairs((DATA / path).read_bytes())
    parts = parts_of(found)
    sides = (parts.train, parts.validation, parts.test)
    assert (len(found), len(parts.documents), parts.language, parts.question) == (pairs, documents, language, question)
    assert len({pair.query for pair in found}) == queries == sum(part.asked() for part in sides)
    log = parts.log()
    assert log.documents == log_in((DATA / path).read_bytes()).documents
    assert {query.clicked for query in log.test} <= set(log.pool)
