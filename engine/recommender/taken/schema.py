"""What a bundle's models take and give, as a model server tells it: every tensor by name, with datatype and shape.

-1 is an axis of any size, the first one the users (or impressions) of a request
"""

from __future__ import annotations

from typing import Any

from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.model import RankNet
from engine.recommender.recall.model import NUMBERS, CandidateNet
from engine.recommender.serving.explain import AGES
from engine.recommender.site.vocabulary import Site

MOST_ROWS, MOST_EVENTS = 10_000, 10_000
"""Users or impressions of one request, and watches, searches or shown videos of one user, that a server takes."""
Tensor = dict[str, Any]


def schema(site: Site, net: CandidateNet, ranker: RankNet) -> dict[str, Any]:
    """The models with their tensors, how large the vocabularies are, and how much a request may hold."""
    return {
        "models": _models(site.world.config, net.output.embedding_dim),
        "vocabularies": {
            "videos": len(site.world.videos), "known": len(site.known), "tokens": net.searched.num_embeddings,
            "regions": net.region.num_embeddings, "languages": ranker.language.num_embeddings,
        },
        "limits": {"rows": MOST_ROWS, "events": MOST_EVENTS},
        "numbers": {"user": list(AGES[:NUMBERS])},
    }  # fmt: skip


def _models(config: RecommenderConfig, dimensions: int) -> dict[str, Any]:
    shown = _of("videos", "INT64", -1, -1, about=f"ids of the {config.shown} that are shown, best first; -1 for none")
    return {
        "user": _model([*_user(), *_history()], [_u(dimensions)], "A user's history and searches to the vector u."),
        "recall": _model(
            [
                _of("u", "FP32", -1, dimensions, about="the vector, or in its place all that “user” takes", optional=True),
                _of("k", "INT64", 1, about=f"how many candidates; {config.recalled} if not told", optional=True),
                *(one | {"optional": True} for one in (*_user(), *_history(), *_left_out())),
            ],
            [_u(dimensions), *_candidates("")],
            "u, or a user, to the candidates whose v has the largest product with it, best first.",
        ),
        "ranking": _model(
            _ranking(config.recent), [_of("odds", "FP32", -1, about="e^z, which ranks")],
            "An impression's features to its odds.",
        ),
        "recommend": _model(
            [*_user(), *_history(), *_left_out(), *_impressed()], [shown, *_funnel(dimensions)], "The funnel end to end.",
        ),
    }  # fmt: skip


def _impressed() -> list[Tensor]:
    return [
        _of("language", "INT64", -1, about="of the user"),
        _of("watched_at", "INT64", -1, -1, about="the second of each watch, before `now`"),
        _of("shown", "INT64", -1, -1, about="ids of videos that were shown before, -1 for none", optional=True),
        _of("shown_times", "INT64", -1, -1, about="how often each was", optional=True),
        _of("why_not", "INT64", -1, about="a video: where it was lost", optional=True),
    ]


def _funnel(dimensions: int) -> list[Tensor]:
    return [
        _of("odds", "FP32", -1, -1, about="their odds"),
        *_candidates("candidates"),
        _of("candidate_odds", "FP32", -1, -1, about="their odds"),
        _u(dimensions),
        _of("milliseconds", "FP64", -1, 3, about="of the user's vector, of recall and of ranking"),
        _of("stage", "BYTES", -1, about="where the video of `why_not` ended: future, watched, cold, recall, ranking or shown; empty if none was asked"),
        _of("place", "INT64", -1, about="its rank there, from 1"),
        _of("gap", "FP64", -1, about="by how much it missed the last one that went on, of u·v or of z"),
    ]  # fmt: skip


def _model(inputs: list[Tensor], outputs: list[Tensor], about: str) -> dict[str, Any]:
    return {"inputs": inputs, "outputs": outputs, "about": about}


def _of(name: str, datatype: str, *shape: int, about: str, optional: bool = False) -> Tensor:
    return {"name": name, "datatype": datatype, "shape": list(shape), "about": about, "optional": optional}


def _u(dimensions: int) -> Tensor:
    return _of("u", "FP32", -1, dimensions, about="the user's vector")


def _user() -> list[Tensor]:
    return [
        _of("region", "INT64", -1, about="of the user"),
        _of("age", "FP64", -1, about="in years"),
        _of("gender", "FP64", -1, about="0 or 1"),
    ]


def _history() -> list[Tensor]:
    return [
        _of("watched", "INT64", -1, -1, about="ids of the videos watched, the latest first, -1 for none"),
        _of("searched", "INT64", -1, -1, about="search tokens, the latest first, -1 for none"),
    ]


def _left_out() -> list[Tensor]:
    return [
        _of("now", "INT64", -1, about="the second of the request, counted from the beginning of the log; its end if not told", optional=True),
        _of("without", "INT64", -1, -1, about="ids that may not come back, -1 for none; what was watched never does", optional=True),
    ]  # fmt: skip


def _candidates(name: str) -> list[Tensor]:
    return [
        _of(name or "videos", "INT64", -1, -1, about="ids of the candidates, best first; -1 for none"),
        _of("scores", "FP32", -1, -1, about="their products u·v"),
    ]


def _ranking(recent: int) -> list[Tensor]:
    return [
        _of("video", "INT64", -1, about="the row of the impression's video in the vocabulary, -1 for none"),
        _of("recent", "INT64", -1, recent, about="rows of the last watches, -1 for none"),
        _of("languages", "INT64", -1, 2, about="of user and video"),
        _of("numbers", "FP32", -1, 6, about="x, x² and √x of hours since the channel was watched and of previous impressions, each its share among the training values"),
    ]  # fmt: skip
