"""compare(config, parts): the models on a viewer's pairs, several seeds each, beside what needs no training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from engine.matching.baselines import Baselines
from engine.matching.config import PairsConfig
from engine.matching.data.texts import Lexicon
from engine.matching.measures import Judge
from engine.matching.models import Matcher, parameters_of
from engine.matching.own_pairs.encoded import Both
from engine.matching.own_pairs.judged import Jury, Scores, stopping
from engine.matching.own_pairs.learning import Learner, batches, codes
from engine.matching.own_pairs.parts import QUESTIONS, Part, Parts
from engine.matching.own_pairs.without import OfPairs
from engine.matching.training import LANDMARKS
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.work import Tick

WITHOUT = ("bm25", "trigrams", "score")
"""What needs no training; the last is what the file says itself, where it does."""
LOOKED_AT = 1_500
"""Pairs, at most, of the validation queries that are looked at while models train."""


def compare(config: PairsConfig, parts: Parts, tick: Tick | None = None) -> Iterator[Frame]:
    """About `config.frames` frames of the first seed, and one more after each seed, with what the test says so far.

    While the first seed trains, a model shows the rate of `config.tried` that its validation queries like best; the others train
    at that one. metrics of every frame, as in `train`: per model "ndcg" (3,), "mrr", "recall" (2,) of validation queries in a
    search, "space", "train_loss"; and "{model}.validation" () by the question's first measure. After a seed those of
    `Jury.metrics` for every method and every question that can be answered, "seeds", "test.queries", "test.pairs",
    "test.lists", "test.right", "question" its number, and "{model}.rate". Their parameters are the first seed's, and
    "predicted.{method}" (N,) what each says of the test's pairs.
    """
    yield from _Comparison(config, parts, tick).frames()


class _Comparison:
    def __init__(self, config: PairsConfig, parts: Parts, tick: Tick | None) -> None:
        self._config, self._parts, self._tick = config, parts, tick
        possible = parts.possible()
        self._question = config.question if config.question in possible else parts.question
        self._log = parts.log()
        lexicon = Lexicon(config, [*(query.text for query in self._log.train), *parts.documents])
        self._columns = len(lexicon.columns)
        self._both = Both(lexicon, parts.queries, parts.documents)
        self._number = {text: n for n, text in enumerate(parts.queries)}
        self._judge = Judge(self._log)
        self._pool = np.array(self._log.pool)
        self._right = np.sort(codes(parts.train.query, parts.train.document)[parts.train.grade > 0])
        self._looked = _first_queries(parts.validation, LOOKED_AT)
        self._rates: dict[str, float] = {}
        self._jury, self._searched = self._called(possible)
        self._found: dict[str, list[tuple[Array, Array, Array | None]]] = {}
        self._asked = possible
        self._done = 0

    def _called(self, possible: tuple[str, ...]) -> tuple[Jury, tuple[Array, Array] | None]:
        parts, config = self._parts, self._config
        if "search" not in possible:
            return Jury(parts.test, parts.validation, None, config.resamples, config.seed), None
        log = parts.searched(parts.test)
        judge = Judge(log)
        searched = np.array([self._number[query.text] for query in log.test]), np.array(log.pool)
        return Jury(parts.test, parts.validation, judge, config.resamples, config.seed), searched

    def frames(self) -> Iterator[Frame]:
        config = self._config
        for run in range(config.runs):
            seeded = replace(config, seed=config.seed + run)
            rates = {model: (self._rates[model],) if run else self._tried(model) for model in config.models}
            learners = [
                Learner(seeded, model, rate, self._both, self._columns)
                for model, several in rates.items()
                for rate in several
            ]
            for frame in self._trained(seeded, learners, run):
                if not run:
                    last = frame
                    yield frame
            chosen = {model: _best(learners, model) for model in config.models}
            self._rates = {model: one.rate for model, one in chosen.items()}
            for model, one in chosen.items():
                one.back()
                self._found.setdefault(model, []).append(self._scored(one.matcher))
            if not run:
                first = self._frame(chosen, True)
            metrics = {**last.metrics, **first.metrics, **self._judged()}
            yield Frame(self._done + 1, metrics, {**first.parameters, **self._predicted()})
            self._done += 1
        if self._tick is not None:
            self._tick(self._done, self._done)  # the validation queries may have ended it earlier

    def _tried(self, model: str) -> tuple[float, ...]:
        """The model's own rate, and where several are tried those a factor 3 below and above."""
        rate = self._config.rate(model)
        return {1: (rate,), 2: (rate, rate / 3), 3: (rate, rate / 3, rate * 3)}[self._config.tried]

    def _trained(self, config: PairsConfig, learners: list[Learner], run: int) -> Iterator[Frame]:
        """One seed, all models on the same batches; a frame wherever the validation queries are looked at."""
        moments = frame_steps(config.steps, config.frames)
        size = sum(max(one.nbytes() for one in learners if one.model == model) for model in config.models)
        keeping, source, begin = (
            kept_steps(moments, size),
            batches(self._parts.train, self._question, config),
            self._done,
        )
        total = begin + (config.steps + 1) * (config.runs - run)
        for step in range(config.steps + 1):
            active = [one for one in learners if not one.stopped]
            if not active:
                break
            if step:
                batch = self._parts.train.some(next(source))
                for one in active:
                    one.learn(batch, self._question, self._right)
            self._done = begin + step
            if self._tick is not None:
                self._tick(self._done, total)
            if step in moments:
                for one in active:
                    one.looked(self._validated(one.matcher))
                if not run:
                    shown = {model: _best(learners, model) for model in config.models}
                    yield self._frame(shown, step in keeping)

    def _validated(self, matcher: Matcher) -> float:
        if self._question == "search":
            rows = [self._number[query.text] for query in self._log.test]
            scores = self._both.grid(matcher, np.array(rows), self._pool)
        else:
            scores = self._both.cosines(matcher, self._looked.query, self._looked.document)
        return stopping(self._question, self._looked, scores, self._judge)

    @torch.no_grad()
    def _frame(self, shown: dict[str, Learner], whole: bool) -> Frame:
        """What the stage shows of the models now."""
        metrics: dict[str, Array] = {}
        parameters: dict[str, Array] = {}
        asked = np.array([self._number[query.text] for query in self._log.test])
        documents = np.array(list(dict.fromkeys(
            index for query in self._log.test[:LANDMARKS] for index in (query.clicked, *query.shown[:1])
        )))  # fmt: skip
        for model, one in shown.items():
            found = self._judge.measures(self._both.grid(one.matcher, asked, self._pool))
            space = torch.cat((
                self._both.queries.every(one.matcher.query, asked[:LANDMARKS]),
                self._both.documents.every(one.matcher.document, documents),
            ))  # fmt: skip
            found |= {
                "space": space.numpy().astype(np.float16),
                "train_loss": one.loss(),
                "validation": np.asarray(one.best),
            }
            metrics |= {f"{model}.{name}": value for name, value in found.items()}
            if whole:
                held = parameters_of(one.matcher)
                parameters |= {f"{model}.{name}": p.detach().numpy().copy() for name, p in held.items()}
        return Frame(self._done, metrics, parameters)

    def _scored(self, matcher: Matcher) -> tuple[Array, Array, Array | None]:
        test, validation = (
            self._both.cosines(matcher, part.query, part.document)
            for part in (self._parts.test, self._parts.validation)
        )
        return test, validation, None if self._searched is None else self._both.grid(matcher, *self._searched)

    def _judged(self) -> dict[str, Array]:
        """What the test says of every method, of the seeds so far."""
        self._without()
        test = self._parts.test
        found = {
            "question": np.array(QUESTIONS.index(self._question)),
            "seeds": np.array(max(map(len, self._found.values()))),
            "test.queries": np.array(test.asked()),
            "test.pairs": np.array(len(test)),
            "test.lists": np.array(test.some(test.lists()).asked()),
            "test.right": np.array(int((test.grade > 0).sum())),
        } | {f"{model}.rate": np.array(rate) for model, rate in self._rates.items()}
        for name, seeds in self._found.items():
            grids = [grid for _, _, grid in seeds if grid is not None]
            scores = Scores(
                np.stack([test for test, _, _ in seeds]),
                np.stack([validation for _, validation, _ in seeds]),
                np.stack(grids) if grids else None,
            )
            for question in self._asked:
                if question != "search" or scores.grid is not None:
                    found |= self._jury.metrics(name, question, scores)
        return found

    def _without(self) -> None:
        """What needs no training, once."""
        if "bm25" in self._found:
            return
        parts, both = self._parts, self._both
        pairs = OfPairs(parts.language, both.query_rows, both.document_rows)
        grids: dict[str, Array] = {}
        if self._searched is not None:
            asked, pool = self._searched
            beside = Baselines(parts.language, [both.document_rows[n] for n in pool])
            grids = beside.scores([both.query_rows[n] for n in asked])
        for name, score in (("bm25", pairs.bm25), ("trigrams", pairs.trigrams)):
            test, validation = (score(part.query, part.document) for part in (parts.test, parts.validation))
            self._found[name] = [(test, validation, grids.get(name))]
        if (
            np.isfinite(parts.test.score).all()
            and np.isfinite(parts.validation.score).all()
            and self._question != "search"
        ):
            self._found["score"] = [(parts.test.score, parts.validation.score, None)]

    def _predicted(self) -> dict[str, Array]:
        return {f"predicted.{name}": seeds[0][0].astype(np.float32) for name, seeds in self._found.items()}


def _best(learners: list[Learner], model: str) -> Learner:
    """Of one model's rates the one that the validation queries like best so far."""
    return max((one for one in learners if one.model == model), key=lambda one: one.best)


def _first_queries(part: Part, most: int) -> Part:
    """The pairs of the first queries, so that there are about so many, and no query is cut."""
    if len(part) <= most:
        return part
    queries, counts = np.unique(part.query, return_counts=True)
    mixed = np.random.default_rng(0).permutation(len(queries))  # queries stand in the order of the file
    kept = queries[mixed[np.cumsum(counts[mixed]) <= most]]
    return part.some(np.isin(part.query, kept))
