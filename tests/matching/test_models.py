"""The models against dense torch: the same counts as wide tensors, Conv1d, Linear, ONNX Runtime's LSTM."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor
from torch.nn import functional

from engine.matching import CLSM, DSSM, LSTMDSSM, MODELS, PAPER, MatchingConfig
from engine.matching.data.hashing import BOUNDARY
from engine.matching.data.texts import Lexicon, Texts
from engine.matching.models import Matcher, Tower, build, cosines, parameters_of, posterior, windows
from engine.matching.opened.shapes import textbook, words_seen
from engine.matching.training import loss_of
from engine.onnx_runtime import inference

TEXTS = (
    "river bank",
    "the best running shoes near the river",
    "a",
    "banana banana bandana",
    "she moved to France and settled, it rained again and again",
)
EXACT = {"rtol": 0, "atol": 1e-12}


def lexicon_of(config: MatchingConfig, texts: Sequence[str] = TEXTS) -> Lexicon:
    return Lexicon(config, texts)


def filled(tower: Tower) -> Tower:
    """Random float64 weights and biases, so that nothing agrees by being zero."""
    source = torch.Generator().manual_seed(1)
    tower = copy.deepcopy(tower).double()
    with torch.no_grad():
        for parameter in tower.parameters():
            parameter.normal_(0, 0.4, generator=source)
    return tower.requires_grad_(False)


def counts(lexicon: Lexicon, row: Sequence[str]) -> Tensor:
    """(D, L): how often each column occurs at each position."""
    found = torch.zeros(len(lexicon.columns), len(row), dtype=torch.float64)
    for position, token in enumerate(row):
        for column, times in Counter(lexicon.bag(token)).items():
            found[column, position] = times
    return found


def clsm(config: MatchingConfig, lexicon: Lexicon) -> CLSM:
    tower = filled(build(config, "clsm", len(lexicon.columns)).query)
    assert isinstance(tower, CLSM)
    return tower


def kernel(tower: CLSM) -> Tensor:
    """(F, D, W) as Conv1d wants it."""
    return tower.words.weight.unflatten(1, (tower.window, tower.filters)).permute(2, 0, 1)


@pytest.mark.parametrize("window", [1, 2, 3, 5])
@pytest.mark.parametrize("source", ["hashed", "words"])
def test_the_convolution_is_conv1d_over_the_dense_counts(window: int, source: str, small: MatchingConfig) -> None:
    """Values, argmax, pooling and the semantic layer; <s> on both sides is a token with its own feature."""
    config = replace(small, window=window, input=source)
    lexicon = lexicon_of(config)
    tower = clsm(config, lexicon)
    rows = [lexicon.row(text) for text in TEXTS]
    read = tower(lexicon.read(rows, boundaries=True))
    for n, row in enumerate(rows):
        framed = (BOUNDARY,) * ((window - 1) // 2) + row + (BOUNDARY,) * (window // 2)
        maps = functional.conv1d(counts(lexicon, framed)[None], kernel(tower))[0].T
        assert maps.shape == (len(row), tower.filters)  # every word has a window of its own
        torch.testing.assert_close(read.maps[n, : len(row)], maps, **EXACT)
        assert (read.maps[n, len(row) :] == -torch.inf).all()
        best, winners = maps.max(0)
        assert torch.equal(read.winners[n], winners)
        torch.testing.assert_close(read.pooled[n], torch.tanh(maps).max(0).values, **EXACT)
        torch.testing.assert_close(read.vector[n], torch.tanh(tower.semantic(torch.tanh(best))), **EXACT)


@pytest.mark.parametrize("window", [1, 3, 5])
def test_without_the_weight_of_its_boundary_it_is_conv1d_with_padding(window: int, small: MatchingConfig) -> None:
    config = replace(small, window=window)
    lexicon = lexicon_of(config)
    tower = clsm(config, lexicon)
    (column,) = lexicon.bag(BOUNDARY)
    assert all(column not in lexicon.bag(token) for text in TEXTS for token in lexicon.row(text))
    tower.words.weight[column] = 0.0
    for text in TEXTS:
        row = lexicon.row(text)
        maps = functional.conv1d(counts(lexicon, row)[None], kernel(tower), padding=(window - 1) // 2)[0].T
        mine = tower.convolve(lexicon.read([row], boundaries=True))[0]
        torch.testing.assert_close(mine, maps, **EXACT)
        assert torch.equal(mine.argmax(0), maps.argmax(0))


def test_the_dssm_is_linear_layers_over_a_dense_bag(small: MatchingConfig) -> None:
    lexicon = lexicon_of(small)
    tower = filled(build(small, "dssm", len(lexicon.columns)).query)
    assert isinstance(tower, DSSM)
    rows = [lexicon.row(text) for text in TEXTS]
    read = tower(lexicon.read(rows, boundaries=False))
    bags = torch.stack([counts(lexicon, row).sum(1) for row in rows])
    assert bags.max() >= 2  # counts, not marks
    torch.testing.assert_close(read.hidden1, torch.tanh(bags @ tower.words.weight + tower.bias), **EXACT)
    torch.testing.assert_close(read.hidden2, torch.tanh(tower.layer2(read.hidden1)), **EXACT)
    torch.testing.assert_close(read.vector, torch.tanh(tower.semantic(read.hidden2)), **EXACT)


def lstm(config: MatchingConfig, lexicon: Lexicon) -> LSTMDSSM:
    tower = filled(build(config, "lstm", len(lexicon.columns)).query)
    assert isinstance(tower, LSTMDSSM)
    return tower


def dense_words(tower: LSTMDSSM, lexicon: Lexicon, rows: Sequence[Sequence[str]]) -> Tensor:
    """(L, B, E) from dense counts."""
    each = [counts(lexicon, row).T @ tower.words.weight for row in rows]
    return torch.nn.utils.rnn.pad_sequence(each)


def test_the_lstm_is_its_plain_steps(small: MatchingConfig) -> None:
    lexicon = lexicon_of(small)
    tower = lstm(small, lexicon)
    rows = [lexicon.row(text) for text in TEXTS]
    read = tower(lexicon.read(rows, boundaries=False))
    x = dense_words(tower, lexicon, rows)
    torch.testing.assert_close(read.x.transpose(0, 1), x, **EXACT)
    steps = tower.cell.steps(x)
    for n, row in enumerate(rows):
        torch.testing.assert_close(read.states[n, : len(row)], steps.h[: len(row), n], **EXACT)
        torch.testing.assert_close(read.vector[n], steps.h[len(row) - 1, n], **EXACT)


def onnx_last(tower: LSTMDSSM, x: Tensor, lengths: Sequence[int]) -> np.ndarray:
    """Y_h of ONNX Runtime's LSTM, whose gates come in the order i, o, f, c and peepholes in i, o, f."""

    def gates(tensor: Tensor) -> np.ndarray:
        i, f, g, o = tensor.float().chunk(4)
        return torch.cat((i, o, f, g)).numpy()[None]

    cell = tower.cell
    p_i, p_f, p_o = cell.weight_peephole_l0.float()
    values = {
        "W": gates(cell.weight_ih_l0),
        "R": gates(cell.weight_hh_l0),
        "B": np.concatenate([gates(cell.bias_ih_l0), gates(cell.bias_hh_l0)], 1),
        "lengths": np.array(lengths, np.int32),
        "P": torch.cat((p_i, p_o, p_f)).numpy()[None],
    }
    node = helper.make_node(
        "LSTM", ["X", "W", "R", "B", "lengths", "", "", "P"], ["", "Y_h"], hidden_size=cell.hidden_size
    )
    graph = helper.make_graph(
        [node],
        "lstm_dssm",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, list(x.shape))],
        [helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, [1, x.shape[1], cell.hidden_size])],
        [onnx.numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = inference(model.SerializeToString())
    return session.run(["Y_h"], {"X": x.float().numpy()})[0][0]


def test_the_last_state_is_onnx_runtimes_at_the_true_length(small: MatchingConfig) -> None:
    """float32, some thirty additions deep: 5e-6."""
    lexicon = lexicon_of(small)
    tower = lstm(small, lexicon)
    rows = [lexicon.row(text) for text in TEXTS]
    expected = onnx_last(tower, dense_words(tower, lexicon, rows), [len(row) for row in rows])
    vector = tower(lexicon.read(rows, boundaries=False)).vector.numpy()
    np.testing.assert_allclose(vector, expected, rtol=0, atol=5e-6)
    assert np.abs(vector - expected.mean(0)).max() > 0.05  # not equal by being constant


@pytest.mark.parametrize(("length", "kernel_", "stride", "padding"), [
    (302, 3, 1, 0), (300, 3, 1, 1), (3, 3, 1, 0), (7, 2, 3, 1), (8, 5, 2, 2), (10, 1, 1, 0),
])  # fmt: skip
def test_positions_of_a_kernel_are_conv1ds(length: int, kernel_: int, stride: int, padding: int) -> None:
    made = functional.conv1d(torch.zeros(1, 1, length), torch.zeros(1, 1, kernel_), stride=stride, padding=padding)
    assert windows(length, kernel_, stride, padding) == made.shape[-1]


def test_the_textbooks_arithmetic() -> None:
    """(302 - 3) / 1 + 1 = 300: what really comes out of the paper's shapes; a text below the kernel has no window."""
    assert windows(302, 3) == 300 and windows(2, 3) == 0
    assert textbook(("online", "auto", "body"), "en") == {
        "input": (302, PAPER["dimensions"]),
        "kernel": (3, PAPER["dimensions"]),
        "windowed": (300, 3 * PAPER["dimensions"]),
        "windowed_kernel": (1, 3 * PAPER["dimensions"]),
        "maps": (300, 300),
        "pooled": (300,),
        "vector": (128,),
    }
    chinese = textbook(("汽", "车"), "zh")
    assert (chinese["input"], chinese["kernel"]) == ((302, 15_000), (3, 15_000))
    assert (chinese["windowed_kernel"], chinese["maps"]) == ((1, 45_000), (300, 300))
    assert (words_seen(3, 1), words_seen(3, 2), words_seen(5, 1)) == (3, 5, 5)


@pytest.mark.parametrize(("window", "words"), [(1, 302), (2, 301), (3, 300), (5, 298)])
def test_a_text_is_cut_where_it_fills_302_positions(window: int, words: int, small: MatchingConfig) -> None:
    lexicon = lexicon_of(replace(small, window=window))
    row = lexicon.row(" ".join(f"w{n}" for n in range(400)))
    assert row == tuple(f"w{n}" for n in range(words))
    texts = lexicon.read([row], boundaries=True)
    assert texts.tokens.shape == (1, 302) and texts.lengths.tolist() == [302]
    tower = clsm(replace(small, window=window), lexicon)
    assert tower.convolve(texts).shape[1] == windows(302, window) == words


def test_a_short_limit_cuts_too(small: MatchingConfig) -> None:
    lexicon = lexicon_of(replace(small, longest=8))
    assert lexicon.row("a b c d e f g h") == tuple("abcdef")
    assert lexicon.framed(()) == (BOUNDARY,) * 3  # an empty text is one <s> between two


def repeated(count: int) -> str:
    return " ".join(["bank"] * count)


@pytest.mark.parametrize("words", [
    1, 5, 100, 297, 298, 299, 300,
])  # fmt: skip
def test_unmasked_is_padding_really_there(words: int, small: MatchingConfig) -> None:
    """A dense input with zeros up to 302 positions: the same maxima, in a batch with a longer text as alone."""
    config = replace(small, pooling="unmasked", filters=64)
    lexicon = lexicon_of(config)
    tower = clsm(config, lexicon)
    row = lexicon.row(repeated(words))
    dense = functional.pad(counts(lexicon, lexicon.framed(row)), (0, 302 - words - 2))
    maps = functional.conv1d(dense[None], kernel(tower))[0].T
    assert maps.shape == (300, 64)
    for others in ([], [lexicon.row(repeated(min(words + 20, 298)))]):
        read = tower(lexicon.read([row, *others], boundaries=True))
        torch.testing.assert_close(read.pooled[0], torch.tanh(maps.max(0).values), **EXACT)


@pytest.mark.parametrize("words", [*range(1, 4), 5, 6])
def test_unmasked_has_no_more_windows_than_its_length_allows(words: int, small: MatchingConfig) -> None:
    """8 positions, 6 windows."""
    config = replace(small, pooling="unmasked", longest=8)
    lexicon = lexicon_of(config)
    maps = clsm(config, lexicon).convolve(lexicon.read([lexicon.row(repeated(words))], boundaries=True))
    assert int(maps[0, :, 0].isfinite().sum()) <= windows(8, 3)


def test_padding_can_win_a_maximum(small: MatchingConfig) -> None:
    """Where every real window is negative, zero is the highest: masked it does not take part."""
    lexicon = lexicon_of(small)
    texts = lexicon.read([lexicon.row("river bank"), lexicon.row(TEXTS[1])], boundaries=True)
    masked = clsm(small, lexicon)
    masked.words.weight.fill_(-0.1)
    unmasked = clsm(replace(small, pooling="unmasked"), lexicon)
    unmasked.words.weight.fill_(-0.1)
    assert (masked(texts).pooled < -0.1).all() and (masked(texts).winners[0] < 2).all()
    assert (unmasked(texts).pooled == 0).all()
    assert (unmasked(texts).winners >= texts.lengths[:, None]).all()


@pytest.mark.parametrize("pooling", ["masked", "unmasked"])
@pytest.mark.parametrize("model", MODELS)
def test_a_vector_does_not_depend_on_the_batch(model: str, pooling: str, small: MatchingConfig) -> None:
    config = replace(small, pooling=pooling)
    lexicon = lexicon_of(config)
    tower = filled(build(config, model, len(lexicon.columns)).query)

    def vectors(rows: Sequence[Sequence[str]]) -> Tensor:
        return tower(lexicon.read(rows, boundaries=model == "clsm")).vector

    rows = [*(lexicon.row(text) for text in TEXTS), (), lexicon.row(repeated(40))]
    together = vectors(rows)
    assert together.std(0).min() > 0.01  # not equal by being constant
    for n, row in enumerate(rows):
        torch.testing.assert_close(together[n], vectors([row])[0], **EXACT)
    torch.testing.assert_close(vectors(rows[::-1]).flip(0), together, **EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_one_tower_or_two(model: str, small: MatchingConfig) -> None:
    shared, separate = (build(replace(small, towers=towers), model, 50) for towers in ("shared", "separate"))
    assert shared.query is shared.document
    assert all(name.startswith("query.") for name in parameters_of(shared))
    assert len(parameters_of(separate)) == 2 * len(parameters_of(shared))
    for name, parameter in parameters_of(shared).items():
        assert torch.equal(parameters_of(separate)[name], parameter)  # the query's start is the shared one's
    first = separate.query.words.weight
    assert first is not separate.document.words.weight
    assert not torch.equal(first, separate.document.words.weight)


def test_cosines_are_torchs() -> None:
    source = torch.Generator().manual_seed(2)
    queries, documents = (torch.randn(n, 8, dtype=torch.float64, generator=source) for n in (3, 5))
    expected = functional.cosine_similarity(queries[:, None], documents[None], dim=-1)
    torch.testing.assert_close(cosines(queries, documents), expected, **EXACT)
    assert torch.equal(cosines(torch.zeros(1, 8), torch.ones(2, 8)), torch.zeros(1, 2))


def test_a_larger_gamma_sharpens() -> None:
    scores = torch.tensor([[0.9, 0.8, -0.3]], dtype=torch.float64)
    best = [float(posterior(scores, gamma)[0, 0]) for gamma in (1e-9, 1.0, 10.0, 100.0, 1e4)]
    assert best == sorted(best) and best[0] == pytest.approx(1 / 3) and best[-1] == pytest.approx(1.0)
    assert best[2] == pytest.approx(np.exp(9) / np.exp([9, 8, -3]).sum(), rel=1e-12)


class EveryBucket(Lexicon):
    """The same lexicon with a row for every bucket, touched or not."""

    def __init__(self, config: MatchingConfig, texts: Sequence[str]) -> None:
        super().__init__(config, texts)
        self.columns = {place: place for place in range(config.dimensions)}


@pytest.mark.parametrize("model", MODELS)
def test_untouched_buckets_need_no_weights(model: str, small: MatchingConfig) -> None:
    """Adam over all 512 rows leaves the touched ones as ours and the others at their start."""
    few, all_ = Lexicon(small, TEXTS), EveryBucket(small, TEXTS)
    touched = torch.tensor(list(few.columns))
    assert 30 < len(touched) < small.dimensions
    thin, wide = (build(small, model, len(each.columns)).double() for each in (few, all_))
    with torch.no_grad():
        for name, parameter in parameters_of(wide).items():
            mine = parameters_of(thin)[name]
            mine.copy_(parameter[touched] if name.endswith("words.weight") else parameter)
    start = wide.query.words.weight.detach().clone()
    for lexicon, matcher in ((few, thin), (all_, wide)):
        _learn(matcher, lexicon, model)
    for name, parameter in parameters_of(wide).items():
        mine = parameters_of(thin)[name]
        other = parameter[touched] if name.endswith("words.weight") else parameter
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-9)
    untouched = torch.ones(small.dimensions, dtype=torch.bool)
    untouched[touched] = False
    after = wide.query.words.weight
    assert torch.equal(after[untouched], start[untouched])
    assert (after[touched] - start[touched]).abs().max() > 0.01


def _learn(matcher: Matcher, lexicon: Lexicon, model: str) -> None:
    """Eight steps: every text is to find itself among the others."""
    adam = torch.optim.Adam(matcher.parameters(), lr=0.01)
    rows = [lexicon.row(text) for text in TEXTS]

    def read(some: Sequence[Sequence[str]]) -> Texts:
        return lexicon.read(some, boundaries=model == "clsm")

    candidates = torch.tensor([[n, *(m for m in range(len(rows)) if m != n)] for n in range(len(rows))])
    for _ in range(8):
        loss = loss_of(matcher(read([row[:2] for row in rows]), read(rows)), candidates, 10.0)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(matcher.parameters(), 1.0)
        adam.step()
