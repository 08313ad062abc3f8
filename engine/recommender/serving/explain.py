"""The sum behind one number of the user's path or of a ranking, in float64."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.recommender.ranking.model import LANGUAGE, RankNet, Seen
from engine.recommender.recall.model import NUMBERS, CandidateNet
from engine.recommender.serving.server import Recommendation, Server
from engine.runs.explanation import Explanation, Term

REGION = 4
"""Numbers of a region's embedding."""
AGES = ("age", "age²", "gender", "a", "a²", "√a", "watched")
"""The seven numbers of candidate generation; a is the example age."""
CONTINUOUS = ("hours", "hours²", "√hours", "shown", "shown²", "√shown")


def inputs_of_recall(net: CandidateNet) -> tuple[str, ...]:
    """What each number at the input of the tower is called."""
    dimensions = net.output.embedding_dim
    return (
        *(f"watched_{{{n + 1}}}" for n in range(dimensions)),
        *(f"searched_{{{n + 1}}}" for n in range(dimensions)),
        *(f"region_{{{n + 1}}}" for n in range(REGION)),
        *AGES[:NUMBERS],
    )


def inputs_of_ranking(net: RankNet) -> tuple[str, ...]:
    """What each number at the input of ranking is called."""
    dimensions = net.video.embedding_dim
    return (
        *(f"video_{{{n + 1}}}" for n in range(dimensions)),
        *(f"recent_{{{n + 1}}}" for n in range(dimensions)),
        *(f"user language_{{{n + 1}}}" for n in range(LANGUAGE)),
        *(f"video language_{{{n + 1}}}" for n in range(LANGUAGE)),
        *CONTINUOUS,
    )


def explain_score(server: Server, given: Recommendation, row: int) -> Explanation:
    """u · v of one row of the vocabulary."""
    u = given.read.vector[0]
    v = server.net.output.weight[row].detach()
    terms = tuple(
        Term(f"u_{{{n + 1}}} v_{{{n + 1}}}", float(a), float(b)) for n, (a, b) in enumerate(zip(u, v, strict=True))
    )
    return Explanation("u \\cdot v", terms, None, "identity", float(u @ v), factors=("u", "v"))


def explain_unit(server: Server, given: Recommendation, layer: int, unit: int) -> Explanation:
    """One unit of a ReLU layer of candidate generation, the last of which is u."""
    read, linear = given.read, server.net.linears()[layer]
    x = read.joined[0] if layer == 0 else read.hidden[layer - 1][0]
    names = inputs_of_recall(server.net) if layer == 0 else tuple(f"h_{{{n + 1}}}" for n in range(len(x)))
    traced = float(read.hidden[layer][0, unit])
    last = layer == len(read.hidden) - 1
    return _product(f"u_{{{unit + 1}}}" if last else f"h_{{{unit + 1}}}", names, linear, x, unit, "relu", traced)


def explain_logit(server: Server, seen: Seen, n: int = 0) -> Explanation:
    """z of one impression. Raises RuntimeError before ranking is trained."""
    net = _net(server)
    layers, traced = layers_of_ranking(net, seen), float(net(seen)[n])
    names = _hidden(layers[-1]) if len(layers) > 1 else inputs_of_ranking(net)
    return _product("z", names, net.logit, layers[-1][n], 0, "identity", traced)


def explain_ranking_unit(server: Server, seen: Seen, layer: int, unit: int, n: int = 0) -> Explanation:
    """One unit of a ReLU layer of ranking, of one impression. Raises RuntimeError before ranking is trained."""
    net = _net(server)
    layers, linear = layers_of_ranking(net, seen), net.layers[layer]
    assert isinstance(linear, nn.Linear)
    names = _hidden(layers[layer]) if layer else inputs_of_ranking(net)
    traced = float(layers[layer + 1][n, unit])
    return _product(f"h_{{{unit + 1}}}", names, linear, layers[layer][n], unit, "relu", traced)


def _net(server: Server) -> RankNet:
    if server.ranker is None:
        raise RuntimeError("there is no ranking model yet")
    return server.ranker.net


@torch.no_grad()
def layers_of_ranking(net: RankNet, seen: Seen) -> tuple[Tensor, ...]:
    """What enters ranking (B, D), and each ReLU layer (B, H) above it."""
    found = [net.joined(seen)]
    for layer in net.layers:
        found.append(torch.relu(layer(found[-1])))
    return tuple(found)


def _hidden(layer: Tensor) -> tuple[str, ...]:
    return tuple(f"h_{{{n + 1}}}" for n in range(layer.shape[-1]))


def _product(
    symbol: str, names: Sequence[str], linear: nn.Linear, x: Tensor, row: int, activation: str, traced: float
) -> Explanation:
    weights, bias = linear.weight[row].detach().double(), float(linear.bias[row].detach())
    terms = tuple(Term(name, float(w), float(v)) for name, w, v in zip(names, weights, x.double(), strict=True))
    return Explanation(symbol, terms, bias, activation, traced)
