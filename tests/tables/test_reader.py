"""From bytes to typed columns: every dialect reads back the same, and each kind of file that went wrong is right."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.tables.report import report
from engine.tables.roles.words import positive_of
from engine.tables.told import Told
from engine.tables.written.file import read_file

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\x85")
CELL = st.one_of(
    st.text(LETTERS, max_size=12),
    st.sampled_from(
        ["", "NA", "007", "1e3", "a,b", "a;b", "x\ty", 'say "hi"', "two\nlines", "a|b", "ü", "牛奶", "-5", "0,5"]
    ),
)
SEPARATORS = (",", ";", "|", "\t")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=12), separator=st.sampled_from(SEPARATORS),
    encoding=st.sampled_from(ENCODINGS), end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    packed=st.sampled_from(["", "gz", "zip"]),
)  # fmt: skip
def test_a_table_reads_back_the_same_in_every_dialect(
    rows: list[list[str]], separator: str, encoding: str, end: str, quoting: int, packed: str
) -> None:
    """The rows carry their number, so that the table has a form that can be told from its content."""
    whole = [[f"n{n}", *row, str(n)] for n, row in enumerate(rows)]
    read = read_file(pack(written(whole, separator, encoding, end, quoting), packed))
    assert read.names == ("name", "first", "second", "third", "number") and read.separator == separator
    assert [list(row.values()) for row in read.cells.to_pylist()] == whole


def written(rows: Sequence[Sequence[str]], separator: str, encoding: str, end: str, quoting: int) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([["name", "first", "second", "third", "number"], *rows])
    return buffer.getvalue().encode(encoding)


def pack(data: bytes, how: str) -> bytes:
    if how == "gz":
        return gzip.compress(data, mtime=0)
    if how == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("folder/table.csv", data)
            archive.writestr("README.txt", "about")
        return buffer.getvalue()
    return data


def rows(count: int, make: Callable[[int], str]) -> str:
    return "".join(make(n) + "\n" for n in range(count))


CLICKS = rows(300, lambda n: f"{(n * 37) % 100},{int((n * 37) % 100 > 50)},{int(n % 3 == 0)}")
HEAD = "x,click,like\n"
FORMS: dict[str, tuple[bytes, dict[str, object]]] = {
    "decimal commas": (
        ("x;click;like\n" + rows(300, lambda n: f"{n % 7},{n % 10};{n % 2};{n % 3 % 2}")).encode(), {"separator": ";", "decimal": ","},
    ),
    "Excel's line": (("sep=;\r\n" + HEAD + CLICKS).replace(",", ";").encode(), {"separator": ";", "rows": 300}),
    "GB18030": (("城市,是否点赞,是否收藏\n" + rows(300, lambda n: f"广州上海,{n % 2},{n % 3 % 2}")).encode("gb18030"), {"encoding": "GB18030"}),
    "Big5": (("城市,click,like\n" + rows(300, lambda n: f"臺北的夜晚,{n % 2},{n % 3 % 2}")).encode("big5"), {"encoding": "Big5"}),
    "Windows-1252": (("stadt,click,like\n" + rows(300, lambda n: f"Köln für Zoë,{n % 2},{n % 3 % 2}")).encode("cp1252"), {"encoding": "Windows-1252"}),
    "UTF-16 with a mark": ((HEAD + CLICKS).encode("utf-16"), {"encoding": "UTF-16", "rows": 300}),
    "UTF-16 without a mark": ((HEAD + CLICKS).encode("utf-16-be"), {"encoding": "UTF-16", "rows": 300}),
    "old Macs": ((HEAD + CLICKS).replace("\n", "\r").encode(), {"rows": 300, "encoding": "UTF-8"}),
    "a bar": ((HEAD + CLICKS).replace(",", "|").encode(), {"separator": "|", "rows": 300}),
    "blanks": ((HEAD + CLICKS).replace(",", "  ").encode(), {"separator": " ", "rows": 300}),
    "two colons": (CLICKS.replace(",", "::").encode(), {"separator": "::", "header": False, "rows": 300}),
    "no header": (CLICKS.encode(), {"header": False, "rows": 300, "left_out": []}),
    "a title above": (("Export of May\n\n" + HEAD + CLICKS).encode(), {"header": True, "rows": 300}),
    "a trailing separator": ((HEAD + CLICKS.replace("\n", ",\n")).encode(), {"rows": 300, "left_out": []}),
    "blank lines": ((HEAD + CLICKS).replace("\n", "\n\n").encode(), {"rows": 300}),
    "a blank behind each comma": ((HEAD + CLICKS).replace(",", ", ").encode(), {"rows": 300}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_the_form_of_a_table_is_found(name: str) -> None:
    data, expected = FORMS[name]
    found = report(data, "table", Told())
    assert {key: found[key] for key in expected} == expected
    assert len(found["columns"]) == 3 and len(found["labels"]) == 2


def of(data: bytes | str, kind: str, **told: object) -> dict[str, object]:
    """The report of a file."""
    return report(data.encode() if isinstance(data, str) else data, kind, Told(**told), latest=True)  # type: ignore[arg-type]


def column(found: dict[str, object], name: str) -> dict[str, object]:
    (one,) = [one for one in found["columns"] if one["name"] == name]  # type: ignore[attr-defined]
    return one


def left_out(found: dict[str, object]) -> list[int]:
    return sorted(row for one in found["left_out"] for row in one["rows"])  # type: ignore[attr-defined]


def said(found: dict[str, object], words: str) -> bool:
    return any(words in warning for warning in found["warnings"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("cells", "kind"), [
    (["1,234", "12,345", "999"], "number"), (["12.3%", "5 %", "0.1%"], "number"), (["$5", "$1,200.50", "€7"], "number"),
    (["1.5", "2", "?"] * 1 + ["3"] * 57, "number"), (["(5)", "3-", "\u22122"], "number"), (["1 234", "5", "6"], "number"),
    (["007", "012", "113"], "id"), (["9007199254740993", "9007199254740995", "1"], "id"), (["red", "blue", "green"], "category"),
    (["2024-05-01", "2024/5/2", "2024年5月3日"], "time"), (["5 May 2024", "6 May 2024", "7 May 2024"], "time"),
])  # fmt: skip
def test_a_column_is_what_it_holds(cells: list[str], kind: str) -> None:
    body = rows(300, lambda n: f'"{cells[n % len(cells)]}",{n % 2},{n % 3 % 2}')
    assert column(of("x,click,like\n" + body, "table"), "x")["type"] == kind


def test_odd_cells_of_a_column_of_numbers_are_named() -> None:
    found = of(
        "x,click,like\n"
        + rows(300, lambda n: f"{'?' if n == 41 else 'oops' if n == 99 else n * 7 % 50},{n % 2},{n % 3 % 2}"),
        "table",
    )
    assert column(found, "x") == {"name": "x", "type": "number", "role": "feature", "distinct": 52, "missing": 2}
    assert said(found, "“?” in 42") and said(found, "“oops” in 100")


def test_na_is_a_name_and_a_gap_in_numbers() -> None:
    log = of(
        "user_id,item_id,timestamp\n"
        + rows(60, lambda n: f"{['NA', 'null', '1e3'][n % 3]},i{n % 7},{1_700_000_000 + n}"),
        "log",
    )
    assert log["users"] == 3 and column(log, "user_id")["missing"] == 0
    table = of("x,click\n" + rows(60, lambda n: f"{'NA' if n < 2 else 'null' if n == 2 else n},{n % 2}"), "table")
    assert (column(table, "x")["distinct"], column(table, "x")["missing"]) == (59, 3)


def log(times: Sequence[object], items: Sequence[object] | None = None) -> str:
    count = len(times)
    names = items or [f"i{n % 7}" for n in range(count)]
    return "user_id,item_id,timestamp\n" + rows(count, lambda n: f"u{n % 5},{names[n]},{times[n]}")


DAYS = [n // 10 for n in range(90)]


@pytest.mark.parametrize("times", [
    [19_844 + n for n in DAYS], [45_413 + n for n in DAYS], [f"{45_413 + n}.25" for n in DAYS], [f"2024050{1 + n}" for n in DAYS],
    [f"24050{1 + n}" for n in DAYS], [f"2024050{1 + n}0830" for n in DAYS], [f"2024050{1 + n}083000" for n in DAYS],
    [f"0{1 + n}.05.2024 08:00" for n in DAYS], [f"0{1 + n}/05/2024" for n in DAYS], [f"05/0{1 + n}/2024 8:00 PM" for n in DAYS],
    [f"2024-05-0{1 + n}T08:00:00Z" for n in DAYS], [f"2024-05-0{1 + n}T08:00:00.123456+02:00" for n in DAYS],
    [f"May {1 + n} 2024" for n in DAYS], [f"{1 + n}-May-24" for n in DAYS], [f"2024年5月{1 + n}日 下午3:05" for n in DAYS],
    [1_714_521_600 + 86_400 * n for n in DAYS], [1_714_521_600_000 + 86_400_000 * n for n in DAYS],
    [(1_714_521_600 + 86_400 * n) * 10**6 for n in DAYS], [(1_714_521_600 + 86_400 * n) * 10**9 for n in DAYS],
    [f"{1_714_521_600 + 86_400 * n}.5" for n in DAYS], [f"2024050{1 + n}08" for n in DAYS], [f"24050{1 + n}08" for n in DAYS],
    [f"Wed May 0{1 + n} 08:15:00 +0000 2024" for n in DAYS],
])  # fmt: skip
def test_times_are_read_in_the_form_of_the_whole_column(times: list[object]) -> None:
    found = of(log(times), "log")
    assert (
        str(found["first"])[:10] == "2024-05-01" and str(found["last"])[:10] == "2024-05-09" and not found["left_out"]
    )


@pytest.mark.parametrize("step", [1, 100, 10_000])
def test_nanoseconds_keep_their_order(step: int) -> None:
    times = [1_700_000_000_000_000_000 + step * n for n in range(100)][::-1]
    found = of(log(times, [f"item{n}" for n in range(100)]), "log")
    assert found["latest"] == {f"u{n}": f"item{n}" for n in range(5)} and found["doubles"] == 0


@pytest.mark.parametrize("odd", [0, 1_700_000_000, "", "soon", "1970-01-01"])
def test_times_in_another_unit_are_named_by_row(odd: object) -> None:
    times: list[object] = [1_700_000_000_000 + 1_000 * n for n in range(90)]
    times[10] = times[50] = odd
    found = of(log(times), "log")
    assert left_out(found) == [11, 51] and found["watches"] == 88 and str(found["first"]).startswith("2023-11-14")


def test_the_order_of_day_and_month_is_decided_by_the_column() -> None:
    told_by_one = of(log([f"{n:02}/02/2024" for n in range(1, 29)]), "log")
    assert (told_by_one["first"], told_by_one["last"]) == ("2024-02-01T00:00:00", "2024-02-28T00:00:00")
    either = log([f"{1 + n // 10:02}/02/2024" for n in range(120)])
    assert str(of(either, "log")["last"]).startswith("2024-02-12") and said(of(either, "log"), "with the day first")
    assert str(of(either, "log", day_first=False)["last"]).startswith("2024-12-02")


def test_a_day_and_a_clock_are_one_moment() -> None:
    data = "user,item,date,time\n" + rows(90, lambda n: f"u{n % 5},i{n % 7},0{1 + n // 30}/05/2024,{n % 12:02}:15 PM")
    found = of(data, "log")
    assert (found["first"], found["last"]) == ("2024-05-01T12:15:00", "2024-05-03T23:15:00") and said(
        found, "its day is that of date"
    )


def test_utf8_with_a_damaged_byte_is_no_other_encoding() -> None:
    text = bytearray(("x,城市,click\n" + rows(300, lambda n: f"{n},广州和上海的夜晚,{n % 2}")).encode())
    text[text.index("夜".encode(), 4_000)] = 0x80
    with pytest.raises(UserError, match="not UTF-8 text, and in no other encoding that is known: line 1"):
        report(bytes(text), "table", Told())


def test_a_row_of_units_is_left_out() -> None:
    found = of(HEAD + "(ms),(0/1),(0/1)\n" + CLICKS, "table")
    assert left_out(found) == [1] and set(found["labels"]) == {"click", "like"}  # type: ignore[call-overload]


def test_a_first_cell_in_brackets_is_no_json() -> None:
    assert of("[query],document\n" + rows(30, lambda n: f"q {n},d {n}"), "pairs")["pairs"] == 30


def test_times_that_a_spreadsheet_shortened_are_times() -> None:
    assert str(of(log([f"{1_700_000_000 + n:.9e}" for n in range(90)]), "log")["last"]) == "2023-11-14T22:14:49"


@pytest.mark.parametrize(("values", "yes"), [
    (("no", "yes"), "yes"), (("TRUE", "FALSE"), "TRUE"), (("是", "否"), "是"), (("<=50K.", ">50K."), ">50K."), (("- 50000.", "50000+."), "50000+."),
    (("not clicked", "clicked"), "clicked"), (("Male", "Female"), None), (("no", "maybe"), None), (("red", "blue"), None), (("-1", "1"), "1"),
])  # fmt: skip
def test_which_of_two_values_says_yes(values: tuple[str, str], yes: str | None) -> None:
    assert positive_of(values) == positive_of(values[::-1]) == yes


def test_what_the_last_watches_cannot_tell_is_counted() -> None:
    """Five users; each watches again at the end, a new item at the end, or twice at one moment."""
    again = of(
        log(
            [n // 5 * 100 + 1_700_000_000 for n in range(25)], ["a", "b", "c", "d", "e"] * 4 + ["a", "b", "x", "y", "e"]
        ),
        "log",
    )
    assert said(again, "Of 5 last watches, 3 are of an item that the same user watched before")
    assert said(again, "Of 5 last watches, 2 are of an item that is never watched but last")
    tied = of(log([1_700_000_000] * 25, [f"i{n}" for n in range(25)]), "log")
    assert said(tied, "Of 5 last watches, 5 share their moment")


def test_a_log_whose_tail_is_all_watched_says_so() -> None:
    data = "user,item,time,clicked\n" + rows(
        100, lambda n: f"u{n % 5},i{n},{1_700_000_000 + n},{int(n >= 90 or n % 2)}"
    )
    assert said(of(data, "log"), "the last tenth of the rows holds watches alone. Of 100 rows, 45 were not watched.")


def test_doubles_are_equal_to_the_last_digit() -> None:
    times = [1_700_000_000_000_000_000 + n for n in (0, 0, 1)]
    data = "user,item,time\n" + rows(90, lambda n: f"u{n // 3},i,{times[n % 3]}")
    assert of(data, "log")["doubles"] == 30


LABELS = rows(
    300,
    lambda n: (
        f"{n % 17},{['yes', 'no'][n % 3 > 0]},{['TRUE', 'FALSE'][n % 2]},{['是', '否'][n % 4 > 0]},{['>50K', '<=50K'][n % 5 > 0]},{['Y', ''][n % 2]}"
    ),
)


def test_words_that_say_yes_are_labels() -> None:
    found = of("x,liked,followed,shared,income,flag\n" + LABELS, "table")
    assert found["labels"] == {"liked": 100, "followed": 150, "shared": 75, "income": 60}


def test_a_label_known_only_where_another_is_true() -> None:
    body = rows(400, lambda n: f"{n * 7 % 11},{int(n % 4 == 0)},{'' if n % 4 else int(n % 8 == 0)}")
    found = of("x,click,buy\n" + body, "table")
    assert found["labels"] == {"click": 100, "buy": 50} and said(found, "buy is known only where click is true")
    assert said(found, "100 rows")


def test_what_tells_a_label_is_named() -> None:
    body = rows(
        400,
        lambda n: (
            f"{n},{n * 13 % 29},{n % 2},{n % 3 % 2},{n % 3 % 2},{(n % 2) * 10 + n % 5},{n if n % 2 else ''},{n % 7}"
        ),
    )
    found = of(",noise,click,like,like_copy,tells,gaps,play_time\n" + body, "table")
    for words in (
        "numbers the rows",
        "like_copy is a copy of like",
        "tells alone tells click: AUC 1.000",
        "The gaps of gaps tell click",
        "play_time is known only after click",
    ):
        assert said(found, words), words
    assert column(found, "")["role"] is None and "" not in found["labels"]  # type: ignore[operator]


def test_a_row_of_totals_is_left_out() -> None:
    found = of("x,click,like\n" + CLICKS + f"Total,{150},{100}\n", "table")
    assert left_out(found) == [301] and found["rows"] == 301 and set(found["labels"]) == {"click", "like"}  # type: ignore[call-overload]


@pytest.mark.parametrize(("line", "row"), [("5,1", 301), ("5,1,0,9", 301)])
def test_a_row_of_another_width_is_named(line: str, row: int) -> None:
    found = of(HEAD + CLICKS + line + "\n", "table")
    assert left_out(found) == [row] and column(found, "x")["type"] == "number"


def test_quotation_marks_that_are_never_closed_swallow_nothing() -> None:
    lines = [f"u{n % 5},i{n % 7},{1_700_000_000 + n}" for n in range(90)]
    lines[40], lines[70] = lines[40].replace(",i", ',"i'), lines[70].replace(",i", ',"i')
    found = of("user_id,item_id,timestamp\n" + "\n".join(lines) + "\n", "log")
    assert (found["rows"], found["items"], found["watches"]) == (90, 7, 90) and said(found, "42, 72")


def test_a_cell_of_several_lines_is_one_cell() -> None:
    data = "query,document\n" + rows(30, lambda n: f'q{n},"first line, of {n}\nsecond ""line"""')
    found = of(data, "pairs")
    assert (found["pairs"], found["documents"], found["left_out"]) == (30, 30, [])


PAIRS: dict[str, tuple[str | bytes, dict[str, object]]] = {
    "tsv with marks": ("query\tdocument\n" + rows(30, lambda n: f'q {n}\t"title {n}" of a film'), {"pairs": 30, "documents": 30}),
    "composed and not": ("query\tdocument\n" + rows(30, lambda n: f"cre\u0302me {n // 2 * 2 if n % 2 else n}\tcr\u00eame".replace("cre\u0302me" if n % 2 else "-", "cr\u00eame")), {"queries": 15, "documents": 1}),
    "line separators": (rows(30, lambda n: f'{{"query": "q{n}", "document": "d{n}\u2028x"}}'), {"pairs": 30, "documents": 30}),
    "lists": (rows(30, lambda n: f'{{"query": "q{n}", "document": ["a{n}", "b{n}"]}}'), {"pairs": 60, "queries": 30, "documents": 60}),
    "positives and negatives": (rows(30, lambda n: f'{{"query": "q{n}", "pos": ["a{n}"], "neg": ["b{n}", "c{n}"]}}'), {"pairs": 90, "positives": 30}),
    "stars": ("query\tdocument\trating\n" + rows(50, lambda n: f"q{n // 5}\td{n}\t{1 + n % 5}"), {"grades": {str(n): 10 for n in range(1, 6)}}),
    "a score": ("query\tdocument\tscore\n" + rows(60, lambda n: f"q{n // 2}\td{n}\t{n % 2}"), {"positives": 30, "grades": {"0": 30, "1": 30}}),
    "impossible": (
        '{"data": [{"paragraphs": [{"context": "c", "qas": [' + ",".join(f'{{"question": "q{n}", "is_impossible": {str(n < 12).lower()}}}' for n in range(40)) + "]}]}]}",
        {"pairs": 40, "positives": 28},
    ),
    "a title and a text": ("query,title,text\n" + rows(30, lambda n: f"q{n},T{n},a longer text {n}"), {"documents": 30}),
    "semicolons": ("query;document;label\n" + rows(30, lambda n: f"q{n};d, {n};{n % 2}"), {"pairs": 30, "positives": 15}),
    "GB18030": (("查询\t文档\n" + rows(30, lambda n: f"查询{n}号\t文档{n}号的内容很多")).encode("gb18030"), {"pairs": 30, "encoding": "GB18030"}),
    "句子1": ("句子1,句子2,标签\n" + rows(30, lambda n: f"今天{n},明天{n},{n % 2}"), {"pairs": 30, "positives": 15}),
    "words as labels": ("question1,question2,is_duplicate\n" + rows(30, lambda n: f"a {n},b {n},{['duplicate', 'not duplicate'][n % 3 > 0]}"), {"positives": 10}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_of_every_kind(name: str) -> None:
    data, expected = PAIRS[name]
    found = of(data, "pairs")
    assert {key: found[key] for key in expected} == expected


def test_a_text_in_another_encoding() -> None:
    text = "来风夜雨多少花，落知处处。\n" * 300
    found = of(text.encode("gb18030"), "text")
    assert (found["encoding"], found["characters"], found["alphabet"]) == ("GB18030", len(text), len(set(text)))


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"), (b"\n \n", "empty"), (gzip.compress(b"a" * 70_000_000, mtime=0), "more than 64 MB once unpacked"),
    (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "damaged"), (b"a,b\n1,\x00\x00\n" * 51, "bytes of zero"), (b"PK\x03\x04nothing", "damaged"),
    (b"a,b,c\n" + b"1,2,3\n" * 50 + b"1\n" * 50, "50 rows do not fit"), (b'{"a": 1}\n{"a": ', "Line 2 is no JSON"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["log", "table", "pairs"])
def test_what_cannot_be_read_is_told(kind: str, data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        report(data, kind, Told())


def test_decisions_overrule_what_is_found() -> None:
    data = "1;2;1700000000\n" + rows(89, lambda n: f"{n % 5};{n % 7};{1_700_000_000 + n}")
    assert of(data, "log")["users"] == 5
    found = of(data, "log", roles={"user": "column_2", "item": "column_1"})
    assert (found["users"], found["items"]) == (7, 5)
    assert of("a,b\n" + CLICKS.replace(",1", ",0"), "table", header=False)["rows"] == 301
    with pytest.raises(UserError, match="There is no column nobody"):
        of(data, "log", roles={"user": "nobody"})


@settings(deadline=None, max_examples=100)
@given(
    data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    kind=st.sampled_from(["log", "table", "pairs", "text"]),
)
def test_any_bytes_are_reported_or_refused(data: bytes, kind: str) -> None:
    for prefix in (b"", b"a,b\n", b"[", b"user,item,time\n" + b"1,2,1700000000\n" * 9):
        try:
            assert "warnings" in report(prefix + data, kind, Told())
        except UserError as error:
            assert str(error)


def test_the_auc_of_one_column() -> None:
    from engine.tables.roles.label_doubts import auc

    source = np.random.default_rng(0)
    score, truth = source.integers(0, 5, 400).astype(float), source.random(400) > 0.6
    pairs = [(a > b) + 0.5 * (a == b) for a in score[truth] for b in score[~truth]]
    assert auc(score, truth) == pytest.approx(np.mean(pairs))
