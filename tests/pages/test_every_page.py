"""What every playground's page keeps to, in both languages, and whatever a URL may carry: derived from its declaration."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from engine.runs.config import FloatRange, IntRange
from engine.tables import guard
from pages.ui.language import LANGUAGES, catalogue
from tests.pages.checks import Listener, page_withstands, preset_sets_its_settings, story_is_told
from tests.pages.declared import CHOSEN, PAGES, drawn_in, everything, names, opened, section_alone
from tests.pages.visits import CHINESE, HOSTILE, LOCALES, STRANGER, state, titles


@pytest.fixture(scope="module", autouse=True)
def samples_read_once() -> Iterator[None]:
    """Each visit reads its sample as it reads any file, in a process of its own: here the same bytes once, in the same way."""
    found, read = dict[tuple[object, ...], Any](), guard.read

    def once(reader: Callable[..., Any], data: bytes, how: dict[str, object] | None = None, waiting: Any = None) -> Any:
        asked = (reader.__module__, reader.__qualname__, hashlib.sha256(data).digest(), *sorted((how or {}).items()))
        if asked not in found:
            found[asked] = read(reader, data, how, waiting)
        return found[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "read", once)
        yield


ALONE = ("1e400", "🎈")
"""What each name meets alone; together they meet all of `HOSTILE` and `STRANGER`."""
PARTS = [
    "A closer look",
    "Experiments",
    "Your data",
    "Notes and downloads",
]
"""The headings under the stage, the same on every page."""
each = pytest.mark.parametrize("name", PAGES)


def question(name: str, spoken: str = "en") -> str:
    asked = PAGES[name].about.question
    return asked if spoken == "en" else catalogue(spoken)[asked]


def withstands(name: str, needed: Mapping[str, str], value: str, *tried: str) -> None:
    headings = [question(name, spoken) for spoken in LANGUAGES]
    page_withstands(functools.partial(opened, name), headings, needed, value, *tried)


@each
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_it_asks_and_answers_in_the_browsers_language(name: str, spoken: str) -> None:
    at = opened(name, LOCALES[spoken])
    assert not at.exception and titles(at) == [question(name, spoken)]
    words = catalogue(spoken)
    assert [heading.value for heading in at.subheader] == [words.get(part, part) for part in PARTS]
    answer = at.markdown[0].value
    assert re.search(r"\d", answer) and bool(CHINESE.search(answer)) == (spoken == "zh")
    assert at.button(key="train") and at.button(key="story_open")


@each
def test_nothing_counts_as_a_change_before_somebody_makes_one(name: str) -> None:
    """A recording may be longer than what is trained while one waits: that is said, and is no change of the visitor's."""
    assert opened(name).button(key="train").label == "Train"
    assert opened(name, **{f"{name}_seed": "7"}).button(key="train").label == "Train with 1 change"


RUNGS = [(name, rung) for name, page in PAGES.items() for rung in page.place.ladder]


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_no_english_is_left_on_a_chinese_screen(name: str, rung: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every section open: what is asked of the catalogue, also through variables, and what is drawn."""
    Listener(monkeypatch).sees(opened(name, "zh-CN", **everything(name) | {f"{name}_rung": rung}), 60)


SECTIONS = [(name, section) for name, page in PAGES.items() for section in page.sections]


@pytest.mark.parametrize(("name", "section"), SECTIONS)
def test_every_section_opens_on_its_own(name: str, section: str) -> None:
    at = section_alone(name, section)
    assert not at.exception and titles(at) == [question(name)]
    assert state(at, PAGES[name].place.open_key(section)) is True


PRESETS = [(name, preset.id) for name, page in PAGES.items() for preset in page.settings.presets]


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_preset_sets_its_settings(name: str, preset: str) -> None:
    page = PAGES[name]
    preset_sets_its_settings(functools.partial(opened, name), page.engine.config, page.settings.presets, preset)


@each
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_state_of_the_story(name: str, spoken: str) -> None:
    story_is_told(functools.partial(opened, name), name, PAGES[name].place.hero, spoken)


@each
def test_the_story_names_what_there_is(name: str) -> None:
    """Every rung, section, preset and part that a state of the story names is one of the page's."""
    from pages.ui.pieces import story

    page = PAGES[name]
    for spoken in LANGUAGES:
        for point in story.load(name, spoken):
            asked = point.setting
            assert asked.get("rung", page.place.ladder[0]) in page.place.ladder, point.title
            opens = asked.get("open", "none")
            assert opens in (*page.sections, *page.story_opens, "none", "sum"), point.title
            assert asked.get("preset", "default") in ("default", *(one.id for one in page.settings.presets)), (
                point.title
            )
            assert {"word", "frame", "step"} & set(asked) and float(asked["hero"]) is not None, point.title
    assert {section for some in page.story_opens.values() for section in some} <= set(page.sections)


@each
def test_every_claim_is_asked_by_an_experiment(name: str) -> None:
    """Of the language on screen; and no experiment asks for one that there is not."""
    known = {claim.id for claim in PAGES[name].engine.shipped.claims}
    asked = {claim for one in (*PAGES[name].experiments, *PAGES[name].looks) for claim in one.claims()}
    assert asked <= known
    left = {claim for claim in known - asked if "@zh" not in claim}
    assert not left, "a claim that is trained and not shown"


# — whatever a URL may carry —


@each
def test_every_setting_takes_both_ends_of_its_range(name: str) -> None:
    page = PAGES[name]
    kind = page.engine.config
    fields = [field for field in kind().to_dict() if isinstance(kind.domain(field), IntRange | FloatRange)]
    drawn = [field for field in fields if f"{name}_{field}" in page.controls]
    for end in ("low", "high"):
        ends = {f"{name}_{field}": getattr(kind.domain(field), end) for field in drawn}
        at = opened(
            name, **{key: f"{value:g}" if isinstance(value, float) else str(value) for key, value in ends.items()}
        )
        assert not at.exception and len(ends) > 6
        assert {key: state(at, key) for key in ends} == ends


@each
@pytest.mark.parametrize("value", (*HOSTILE, *STRANGER))
def test_all_names_at_once_may_be_anything(name: str, value: str) -> None:
    """With every section open and a part chosen, so that every control reads what the URL says; and with nothing open."""
    shown = everything(name)
    withstands(name, shown, value, *(one for one in names(name) if one not in (*shown, "lang")))
    withstands(name, {}, value, *names(name))


@each
@pytest.mark.parametrize("value", ALONE)
def test_each_name_alone_may_be_anything(name: str, value: str) -> None:
    """A config that cannot be hides what comes behind it: so each alone, with its section open."""
    place = PAGES[name].place
    for one in names(name):
        section = drawn_in(name).get(one, "")
        needed = {place.open_key(section): "true"} if section else {}
        withstands(name, {key: said for key, said in (needed | CHOSEN[name]).items() if key != one}, value, one)


OLD = {
    "recurrent": "at step rung part point preset source moment unit_lstm unit_rnn unit_peephole answer task sentences "
    "distance distances cells hidden embedding forget_bias learning_rate clip batch_size steps frames runs seed flow_length "
    "flow_bias flow_torch forced_cell forced_gate forced_to forced_units cut old_cell own_sentence text_length text_steps "
    "open_units open_gradient open_chain open_connectivity open_learning open_intervene open_own_sentence open_mixed "
    "open_single open_bias open_counting open_delays open_own_text open_notes",
    "matching": "at q without step rung part point preset moment unit gate pairs_steps language skills queries distance "
    "models input towers window filters hidden semantic units embedding dimensions longest pooling gamma unclicked "
    "learning_rate clip batch_size steps frames seed measure hash_text shape_length shape_kernel shape_stride shape_padding "
    "filter filters_all taken_from look_gate space_model space_deep open_measures open_hashing open_shapes open_filters "
    "open_delete open_reading open_gamma open_space open_order open_spelling open_evidence open_beyond open_towers "
    "open_own_pairs open_notes",
    "multitask": "correlation step rung part point preset row removed tied task_count binary_tasks file gate_row sample "
    "labels features categories split table_runs table_epochs unit_gate histogram_p gate_structure noise rows "
    "input_dim scale alpha beta test_rows structures num_experts expert_units tower_units bottom_units shared_units "
    "initialisation gate_dropout learning_rate batch_size steps runs seed frames open_labels open_gates open_intervene "
    "open_loss open_gap open_advantage open_distance open_sharing open_breaks open_figure4 open_own_data open_notes",
    "recommender": "user without step rung part point preset moment video videos users days head bait fewest per_user "
    "examples test example_age bends watches searches dimensions tower pretrained layers powers recent index recalled shown "
    "sampler negatives correction weighting learning_rate batch_size steps ranking_steps frames seed path_layer path_unit "
    "watch_rate head_tried days_policies days_horizon sample own_steps own_fewest "
    "open_learning open_path open_serving open_which open_watch_time open_item2vec open_age open_negatives open_split "
    "open_head open_depth open_days open_own open_notes",
}
"""Names that links of the first version carry."""


@each
def test_names_of_old_links_still_mean_something(name: str) -> None:
    known = {one.removeprefix(f"{name}_").partition("__")[0] for one in names(name)}
    loose = {re.sub(r"_\d+(_\d+)?$", "", one) for one in known}  # a control whose key carries what it is about
    assert not [old for old in OLD[name].split() if old not in known | loose]


@each
def test_a_link_may_say_a_setting_by_the_name_it_had(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It arrives, and the URL says today's name, which counts where a link says both."""
    monkeypatch.setattr(PAGES[name].engine.config, "renamed", {"sprout": "seed"})
    at = opened(name, **{f"{name}_sprout": "5"})
    assert not at.exception and state(at, f"{name}_seed") == 5
    assert at.query_params[f"{name}_seed"] in ("5", ["5"]) and f"{name}_sprout" not in at.query_params
    both = opened(name, **{f"{name}_sprout": "5", f"{name}_seed": "7"})
    assert not both.exception and state(both, f"{name}_seed") == 7
