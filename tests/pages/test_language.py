"""Both languages say everything, and nothing else."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from engine.errors import UserError
from pages.ui import language
from pages.ui.language import CATALOGUES, LANGUAGES, catalogue, explain, speaking, t
from pages.ui.marked import Marked, unmarked
from tests.pages.catalogue import ROOT, sentences

OTHERS = sorted(set(LANGUAGES) - {"en"})
PLACEHOLDER = re.compile(r"{\w+}")
CODE = re.compile(r"`[^`]*`")
PROSE = re.compile(r"[A-Za-z][a-z'’]+(?:[ ,]+[A-Za-z][a-z'’]+)+")
"""Two English words in a row: no name that stays English in Chinese has a space in it."""
WORD = re.compile(r"(?<![\w.-])[a-z][a-z'’]*(?![\w.-])")
TERMS = set(
    "alpha beta dropout float32 hit log logit nats parquet diag safetensors softmax tanh torch"
    " a b c d e f g h i k m n o p q r s t u v w x y z".split()
)
"""Lower-case words that the field writes in Latin letters."""


LOST = {
    "画面": "主图", "舞台": "主图", "细胞会计数": "LSTM 会计数", "门控坍缩": "门控塌缩", "梯度截断": "梯度裁剪", "对手": "对照方法",
    "窥孔": "窥视孔", "隐状态": "隐藏状态", "预览研究": "试算", "成功率": "命中率", "片库": "视频库", "正确率": "准确率",
    "脉冲延迟": "脉冲间隔", "候选生成": "候选集生成", "遗忘偏置": "遗忘门偏置", "最长梯度": "梯度裁剪", "细胞(?!状态)": "记忆单元",
    "补齐": "补全", "上一点|下一点": "上一条 / 下一条",
}  # fmt: skip
"""Chinese words that another one has replaced: one word for a thing."""
LOST_ENGLISH = {
    "expected minutes": "expected watch time", "odds promise": "expected watch time", "[Ll]ongest gradient": "gradient clipping",
    "lost at recall": "not recalled", r"this one die|\bdied\b": "lost", "say ③|much to say": "output", "[Cc]olumns of ids": "ID columns",
}  # fmt: skip
"""The same in English."""
TERMS_OF = {
    "Gradient clipping": "梯度裁剪（范数上限）", "LSTM with peepholes": "带窥视孔连接的 LSTM", "Plain logistic regression": "普通逻辑回归（不加权）",
    "no vector": "无向量，未参与召回", "not recalled": "未被召回", "lost at ranking": "精排落选", "Previous point": "上一条", "Next point": "下一条",
    "Catalogue": "视频库", "expected watch time": "期望观看时长", "Cell state C(t)": "细胞状态 C(t)", "Cell": "记忆单元", "preview": "试算",
    "Padding": "补全", "The cell counts: aⁿbⁿ": "LSTM 会计数：aⁿbⁿ", "Spike delays": "脉冲间隔",
}  # fmt: skip
"""Labels by themselves, with the term of the literature that they are in Chinese."""


def read(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as source:
        return read_po(source, locale=code)


def entries(code: str) -> dict[str, str]:
    return {str(m.id): str(m.string) for m in read(code) if m.id}


@pytest.fixture(params=OTHERS)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "language", lambda: "zh")


def test_the_header_names_project_language_and_encoding(code: str) -> None:
    header = (CATALOGUES / f"{code}.po").read_text("utf-8").partition("\n\n")[0]
    assert re.search(r'"Project-Id-Version: *Gatescope\b', header)
    assert f'"Language: {code}\\n"' in header
    assert read(code).charset == "utf-8"


def test_gettext_finds_no_sentence_that_the_syntax_tree_misses() -> None:
    """Two extractors: the tree's also sees both sides of a conditional, and what a run ends with."""
    paths = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]
    keywords = {"t": None, "bare": None, "N_": None, "UserError": None, "Busy": None, "note": None}
    found = {text for path in paths for _, text, _, _ in extract_from_file("python", path, keywords=keywords)}
    assert len(found) > 100
    assert not found - set(sentences())


def test_what_a_run_ends_with_is_extracted() -> None:
    assert {
        "The run was stopped: it took too long.",
        "The run was stopped: it was paused while others waited.",
        "The training process ended unexpectedly. Press Train to run it again.",
        "The training process failed: {name}.",
    } <= set(sentences())


def test_every_sentence_is_translated(code: str) -> None:
    known = entries(code)
    missing = [f"{where}: {text}" for text, where in sentences().items() if not known.get(text, "").strip()]
    assert not missing, f"{code} lacks:\n" + "\n".join(missing)


def test_no_translation_is_fuzzy_or_stale(code: str) -> None:
    assert not [m.id for m in read(code) if m.id and m.fuzzy]
    assert not read(code).obsolete
    assert not set(entries(code)) - set(sentences())


def test_placeholders_and_markdown_survive(code: str) -> None:
    for sentence, text in entries(code).items():
        assert set(PLACEHOLDER.findall(sentence)) == set(PLACEHOLDER.findall(text)), sentence
        assert CODE.findall(sentence) == CODE.findall(text), sentence
        assert sentence.count("**") == text.count("**"), sentence


def test_every_translation_can_be_filled_in(code: str) -> None:
    """A brace that is none of a placeholder's would raise on screen."""
    for sentence, text in entries(code).items():
        values = {name.strip("{}"): "1" for name in PLACEHOLDER.findall(sentence)}
        if values:  # t() formats only what has values
            assert "{" not in text.format(**values), sentence


def test_no_english_is_left_in_chinese() -> None:
    for sentence, text in entries("zh").items():
        bare = CODE.sub("", PLACEHOLDER.sub("", text))
        assert re.search(r"[\u4e00-\u9fff]", bare), sentence
        assert not PROSE.search(bare), (sentence, text)
        assert not set(WORD.findall(bare)) - TERMS, (sentence, text)


def told(code: str) -> list[str]:
    """Every sentence and every story in a language."""
    stories = [path.read_text(encoding="utf-8") for path in (ROOT / "assets" / "stories").glob(f"*.{code}.md")]
    assert stories
    return [*(sentences() if code == "en" else entries(code).values()), *stories]


@pytest.mark.parametrize("word", LOST)
def test_a_thing_has_one_word(word: str) -> None:
    found = [text for text in told("zh") if re.search(word, text)]
    assert not found, f"{LOST[word]} instead: {found}"


@pytest.mark.parametrize("word", LOST_ENGLISH)
def test_a_thing_has_one_word_in_english_too(word: str) -> None:
    found = [text for text in told("en") if re.search(word, text)]
    assert not found, f"{LOST_ENGLISH[word]} instead: {found}"


def test_labels_have_the_terms_of_the_literature() -> None:
    known = entries("zh")
    assert {label: known.get(label) for label in TERMS_OF} == TERMS_OF


HAN, FULL_WIDTH = "\u4e00-\u9fff", "。，；：！？、（）“”《》"
SPACED = {
    "Chinese touches Latin or numbers": rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]",
    "a space before %": r"[\d}] %",
    "a space beside full-width punctuation": rf" [{FULL_WIDTH}]|[{FULL_WIDTH}] (?![-*#>|]|$)",
}


@pytest.mark.parametrize("fault", SPACED)
def test_chinese_is_spaced_as_it_is_set(fault: str) -> None:
    """A space between Chinese and Latin or numbers, none before %, none beside full-width punctuation."""
    looked = {said: said for _, said in catalogue("zh").items() if said}
    looked |= {path.name: path.read_text() for path in sorted((ROOT / "assets" / "stories").glob("*.zh.md"))}
    found = {name: match[0] for name, text in looked.items() if (match := re.search(SPACED[fault], text, re.MULTILINE))}
    assert len(looked) > 4 and not found


def test_sentences_stand_apart_as_their_language_has_it() -> None:
    """A space in English; none in Chinese after a mark that brings its own room."""
    with speaking("en"):
        assert language.sentences(("One.", Marked("**Two.**"))) == "One. **Two.**"
    with speaking("zh"):
        assert language.sentences((Marked("一。"), Marked("二：80%"), Marked("三。"))) == "一。二：80% 三。"
        assert language.sentences(()) == ""


def test_english_is_the_key() -> None:
    assert catalogue("en") == {}


def test_t_translates_and_falls_back_to_english(chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert t("Train") == "训练"
    assert t("Expert {i}", i=3) == "专家 3"
    assert t("MMoE") == "MMoE"
    assert t("No catalogue holds {what}.", what="this") == "No catalogue holds this."
    monkeypatch.setattr(language, "language", lambda: "en")
    assert t("Train") == "Train"
    assert t("Expert {i}", i=3) == "Expert 3"


def test_an_error_is_translated_but_not_the_name_of_a_users_column(chinese: None) -> None:
    """A column called “like” or “value” is the user's word, though the catalogue holds the same one."""
    for column in ("like", "value", "row", "gap"):
        text = explain(UserError("There is no column {column} in the table.", column=column))
        assert text.startswith("表中没有") and column in text


def test_a_sentence_without_marks_reads_the_same() -> None:
    marked = Marked("**20** shown, :green-badge[:material/check: holds] of {what}").format(what="*2* for $5_000 [new]!")
    assert unmarked(marked) == "20 shown, holds of *2* for $5_000 [new]!"
