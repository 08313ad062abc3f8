"""The tasks: exact answers, exact distances, the same for the same seed."""

import pytest
import torch

from engine.recurrent.config import TASKS, RecurrentConfig
from engine.recurrent.sentences import PLACE, WORDINGS, Sentences
from engine.recurrent.tasks import Adding, Counting, Delays, Language, Order, loss_of, right, task_of


def source(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("language", WORDINGS)
@pytest.mark.parametrize("distance", [0, 1, 2, 3, 7, 40])
def test_a_sentence_asks_for_the_country_that_it_told(language: str, distance: int) -> None:
    wording = WORDINGS[language]
    sentences = Sentences(wording)
    words, country = sentences.draw(distance, 200, source())
    assert words.shape == (sentences.length(distance), 200)
    for column, answer in zip(words.T.tolist(), country.tolist(), strict=True):
        text = [sentences.vocabulary[word] for word in column]
        opening = [wording.countries[answer] if word == PLACE else word for word in wording.opening]
        assert text[: len(opening)] == opening and tuple(text[-len(wording.question) :]) == wording.question
        between = text[len(opening) : -len(wording.question)]
        assert len(between) == distance and wording.countries[answer] not in between
    assert set(country.tolist()) == set(range(len(wording.countries)))


def test_distracting_countries_are_all_the_others() -> None:
    words, country = Sentences(WORDINGS["en"]).draw(40, 500, source())
    named = {tuple(pair) for pair in zip(country.repeat(40).tolist(), words[5:45].flatten().tolist(), strict=True)}
    assert {(a, b) for a in range(10) for b in range(10) if a != b} <= named


@pytest.mark.parametrize("language", WORDINGS)
def test_phrases_stay_whole(language: str) -> None:
    """What stands between are phrases; single words fill up where none fits."""
    wording = WORDINGS[language]
    sentences = Sentences(wording)
    words, _ = sentences.draw(11, 100, source(3))
    singles = {phrase[0] for phrase in wording.phrases if len(phrase) == 1}
    for column in words.T.tolist():
        text = [sentences.vocabulary[w] for w in column][len(wording.opening) : -len(wording.question)]
        text = [PLACE if word in wording.countries else word for word in text]
        while text:
            phrase = next((p for p in wording.phrases if tuple(text[: len(p)]) == p), None)
            assert phrase is not None, text
            assert len(phrase) > 1 or phrase[0] in singles
            text = text[len(phrase) :]


def test_both_languages_have_the_same_shape() -> None:
    """Equal lengths before and after, as many countries: neither language is harder by its grammar."""
    english, chinese = WORDINGS["en"], WORDINGS["zh"]
    assert len(english.opening) == len(chinese.opening) and len(english.question) == len(chinese.question)
    assert len(english.countries) == len(chinese.countries) == len(english.answers) == len(chinese.answers) == 10


def test_own_words() -> None:
    ids, unknown = Sentences(WORDINGS["en"]).encode("I grew up in Atlantis so I speak fluent")
    assert unknown == ("Atlantis",) and len(ids) == 8


def test_adding() -> None:
    inputs, target = Adding().draw(12, 50, source())
    assert inputs.shape == (13, 50, 2)
    assert torch.equal(inputs[..., 1].sum(0), torch.full((50,), 2.0))
    torch.testing.assert_close((inputs[..., 0] * inputs[..., 1]).sum(0) / 2, target)


def test_order() -> None:
    inputs, target = Order().draw(9, 400, source())
    assert inputs.shape == (10, 400) and set(target.tolist()) == {0, 1, 2, 3}
    assert torch.equal(2 * inputs[0] + inputs[-1], target)
    assert int(inputs[1:-1].min()) >= 2


@pytest.mark.parametrize("n", [1, 2, 5])
def test_counting(n: int) -> None:
    inputs, follows = Counting().draw(n, 3, source())
    names = Counting().vocabulary or ()
    text = "".join(names[i] for i in inputs[:, 0].tolist())
    assert text == "S" + "a" * n + "b" * n
    for end in range(1, len(text) + 1):
        allowed = {"a", "b", "T"} - {x for x, on in zip("abT", follows[end - 1, 0].tolist(), strict=True) if not on}
        read = text[1:end]
        a, b = read.count("a"), read.count("b")
        expected = {"T"} if a and a == b else {"b"} if b else {"a", "b"} if a else {"a"}
        assert allowed == expected, (read, allowed)


def test_delays() -> None:
    task = Delays(40)
    inputs, target = task.draw(40, 300, source())
    assert inputs.shape == (46, 300, 1)
    for column, share in zip(inputs[..., 0].T, target.tolist(), strict=True):
        first, second = torch.nonzero(column).flatten().tolist()
        assert second - first == round(share * 40) and 20 <= second - first <= 40
    assert len({int(torch.nonzero(c)[1]) for c in inputs[..., 0].T}) == 6  # the end alone does not tell


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_draws_the_same(task: str) -> None:
    made = task_of(RecurrentConfig(task=task))
    first, again, other = (made.draw(8, 20, source(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.inputs, again.inputs) and torch.equal(first.targets, again.targets)
    assert task == "counting" or not torch.equal(first.inputs, other.inputs)


@pytest.mark.parametrize("task", TASKS)
def test_perfect_answers_are_right_and_cost_nothing(task: str) -> None:
    made = task_of(RecurrentConfig(task=task))
    examples = made.draw(6, 30, source())
    length, batch = examples.inputs.shape[:2]
    answers = torch.zeros(1, length, batch, len(made.answers))
    if made.kind == "class":
        answers[0, -1] = 50.0 * torch.nn.functional.one_hot(examples.targets, len(made.answers))
    elif made.kind == "value":
        answers[0, -1, :, 0] = examples.targets
    else:
        answers[0] = 50.0 * (2 * examples.targets - 1)
    targets = examples.targets[None]
    assert bool(right(made, answers, targets).all()) and float(loss_of(made.kind, answers, targets)) < 1e-6
    wrong = answers.roll(1, 2) if made.kind != "next" else -answers
    assert float(right(made, wrong, targets).float().mean()) < 0.6


def test_language_is_asked_in_its_own_words() -> None:
    assert Language("zh").answers[0] == "法语" and Language("en").answers[0] == "French"
