"""The sum behind one number: trigrams → hidden unit or feature map → semantic unit → cosine → probability."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.cells.explain import explain_step
from engine.errors import UserError
from engine.matching.data.hashing import BOUNDARY
from engine.matching.data.texts import Lexicon
from engine.matching.ladder import LADDER
from engine.matching.models import CLSM, DSSM, LSTMDSSM, CLSMOutput, DSSMOutput
from engine.matching.opened.trace import OpenedModel, Row, lstm_steps, trace
from engine.runs.explanation import Explanation, Term
from engine.runs.playground import Address
from engine.runs.trace import Trace


@torch.inference_mode()
def explain(at: OpenedModel, query: Row, documents: Sequence[Row], address: Address) -> Explanation:
    """The sum behind one number, in float64.

    A unit is a filter of CNN-DSSM; a step is a window, for "map", or a word, for the LSTM's gates. Raises UserError where
    the model has no such part, or the part no such number.
    """
    part, side, unit, step = address.part, address.side, address.unit, address.step
    rows = [query, *documents]
    exact = OpenedModel(at.config, at.model, copy.deepcopy(at.matcher).double(), at.lexicon)
    traced = trace(at, query, documents)
    try:
        if part not in LADDER[at.model].parts or min(side, unit, step) < 0 or (part in ("cosine", "p") and not side):
            raise IndexError
        if part == "cosine":
            return _cosine(exact, query, documents, side, traced)
        if part == "p":
            return _posterior(exact, query, documents, side, traced)
        return _inner(exact, rows[side], part, side, unit, step, traced)
    except IndexError:
        raise UserError("There is no sum behind {part}.", part=f"{part[:20]} {unit + 1}") from None


def _inner(at: OpenedModel, row: Row, part: str, side: int, unit: int, step: int, traced: Trace) -> Explanation:
    """What stands inside one tower."""
    one, name, index = at.tower(side), "documents" if side else "query", max(side - 1, 0)
    if part == "semantic":
        value = float(traced["documents"][index, unit] if side else traced["query"][unit])
    elif part in ("pooled", "hidden1", "hidden2"):
        value = float(traced[f"{part}_{name}"][index, unit])
    else:
        value = float(traced[f"{'maps' if part == 'map' else part}_{name}"][index, step, unit])
    texts = at.read([row])
    if isinstance(one, LSTMDSSM):
        return explain_step(one.cell, lstm_steps(one, texts), one.words(texts)[0], part, step, unit, value)
    if isinstance(one, DSSM):
        return _bag(at.lexicon, one, one(texts), row, part, unit, value)
    return _window(at.lexicon, one, one(texts), row, part, unit, step, value)


def _bag(lexicon: Lexicon, one: DSSM, read: DSSMOutput, row: Row, part: str, unit: int, value: float) -> Explanation:
    if part == "semantic":
        return _linear(one.semantic, read.hidden2[0], "h", "y", unit, value)
    if part == "hidden2":
        return _linear(one.layer2, read.hidden1[0], "h", "h", unit, value)
    terms = _trigrams(lexicon, one.words.weight[:, unit], row or (BOUNDARY,))  # as an empty text is read
    return _summed(f"h_{{{unit + 1}}}", terms, float(one.bias[unit]), value)


def _window(
    lexicon: Lexicon, one: CLSM, read: CLSMOutput, row: Row, part: str, unit: int, step: int, value: float
) -> Explanation:
    """A filter's sum over one window, the one it took its maximum from where the maximum is asked for."""
    if part == "semantic":
        return _linear(one.semantic, read.pooled[0], "v", "y", unit, value)
    window = int(read.winners[0, unit]) if part == "pooled" else step
    if not bool(read.maps[0, window, unit].isfinite()):
        raise IndexError
    framed = (*lexicon.framed(row), *[""] * one.window)  # what lies in the padding has no features
    blocks = one.words.weight.unflatten(1, (one.window, one.filters))
    places = enumerate(framed[window : window + one.window])
    terms = tuple(term for place, token in places for term in _trigrams(lexicon, blocks[:, place, unit], (token,)))
    symbol = f"v_{{{unit + 1}}}" if part == "pooled" else f"h_{{{unit + 1}}}({window + 1})"
    return _summed(symbol, terms, None, value)


def _trigrams(lexicon: Lexicon, weights: Tensor, row: Sequence[str]) -> tuple[Term, ...]:
    """A term for each feature of each word that has a trained weight (D,)."""
    terms = []
    for token in row:
        parts = lexicon.written(token) if token else ()
        known = [part for part, trained in zip(parts, lexicon.known(token), strict=False) if trained]
        for part, column in zip(known, lexicon.bag(token) if token else (), strict=True):
            terms.append(Term(part if part == token else f"{token} · {part}", float(weights[column]), 1.0))
    return tuple(terms)


def _linear(layer: nn.Linear, inputs: Tensor, source: str, target: str, unit: int, value: float) -> Explanation:
    pairs = zip(layer.weight[unit].tolist(), inputs.tolist(), strict=True)
    terms = tuple(Term(f"{source}_{{{n + 1}}}", weight, value_) for n, (weight, value_) in enumerate(pairs))
    return _summed(f"{target}_{{{unit + 1}}}", terms, float(layer.bias[unit]), value)


def _summed(symbol: str, terms: tuple[Term, ...], bias: float | None, traced: float) -> Explanation:
    return Explanation(symbol, terms, bias, "tanh", traced)


def _cosine(at: OpenedModel, query: Row, documents: Sequence[Row], side: int, traced: Trace) -> Explanation:
    """Both vectors at length 1: the cosine is the sum of their products."""
    left = nn.functional.normalize(at.vector(0, [query]), dim=-1)[0].tolist()
    right = nn.functional.normalize(at.vector(1, documents), dim=-1)[side - 1].tolist()
    terms = tuple(Term(f"q_{{{n + 1}}} d_{{{n + 1}}}", a, b) for n, (a, b) in enumerate(zip(left, right, strict=True)))
    cosine = float(traced["cosine"][side - 1])
    return Explanation(f"R(Q, D_{{{side}}})", terms, None, "identity", cosine, factors=("q", "d"))


def _posterior(at: OpenedModel, query: Row, documents: Sequence[Row], side: int, traced: Trace) -> Explanation:
    """softmax of γ R over the candidates."""
    scores = at.cosines(query, documents)
    gamma = at.config.gamma
    others = tuple(float(gamma * score) for score in scores)
    term = Term(f"R(Q, D_{{{side}}})", gamma, float(scores[side - 1]))
    return Explanation(f"P(D_{{{side}}} | Q)", (term,), None, "softmax", float(traced["p"][side - 1]), others)
