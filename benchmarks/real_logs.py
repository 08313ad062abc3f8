"""The recommender on real logs, MovieLens (Harper & Konstan 2015) and KuaiRand-Pure (Gao et al., CIKM 2022), beside what needs
no such training, and ALS of the library `implicit`.

    python -m benchmarks.real_logs [FOLDER] [SEEDS]

FOLDER holds ml-latest-small/ and kuairand-pure/, else the variable GATESCOPE_DATA, else ../shared/data beside the repository.
Everything goes through the reader and the training that a viewer's own file goes through, at the defaults that the page
offers. Those were chosen on watches before the last ones and on `val`, never on what is reported here as a test; the opponents
are tuned on each log, on the watch before the held-out one.

0  The last rating of each user of ml-latest-small.
1  The last of a user's ≤ 50 watches before 25 April. The sequences are written as a ratings.csv, one second apart up to the
   last, which has a time.
2  Every watch of `test` (1 to 8 May), asked for at the end of April, after the sequences and the watches of `val`.
3  Watched or not, of the impressions of `test`, learnt from those of `val`: weighted by watch time, and plain.

Lists are as they would be served at that moment: what somebody had seen by then, without what the user has watched before, for
every method. Watching again, 3 % of (1), is a miss for all.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.report import seconds
from engine.recommender.held_out.data import prepare
from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import OPPONENTS, Beside, watch_before
from engine.recommender.opponents.knn import watched_by
from engine.recommender.opponents.of_clicks import OfClicks
from engine.recommender.opponents.tuning import tune
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.published import sequences
from engine.recommender.own_log.site import enough_steps, own_config, own_site, read_log
from engine.recommender.recall.samples import Examples, split
from engine.recommender.recall.training import Recall, batches
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.recommender.training import train_from
from engine.runs.frame import Array

SEEDS = 1
METHODS = {
    "popular": "popularity",
    "recent": "popularity, last days",
    "kinds": "popularity, own channels",
    "knn": "item-kNN",
    "ease": "EASE",
    "als": "ALS",
    "implicit": "ALS (implicit)",
    "recall": "YouTube DNN",
}
FACTORS = (16, 32, 64, 128)
"""Of implicit's ALS, the best by the watches before the held-out ones."""


def folder() -> Path:
    """Where the data are said to be."""
    told = [one for one in sys.argv[1:] if not one.isdecimal()]
    return Path(
        told[0] if told else os.environ.get("GATESCOPE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    )


def run() -> None:
    torch.set_num_threads(1)  # as in a worker
    seeds = next((int(one) for one in sys.argv[1:] if one.isdecimal()), SEEDS)
    ratings = folder() / "ml-latest-small" / "ratings.csv"
    if ratings.exists():
        last_watch("0  ml-latest-small, the last rating", ratings.read_bytes(), seeds)
    else:
        print(f"Skipped: there is no ml-latest-small in {folder()}.")
    data = folder() / "kuairand-pure"
    if not (data / "test.parquet").exists():
        print(
            f"Skipped: there is no KuaiRand-Pure in {folder()}. Name its folder: python -m benchmarks.real_logs FOLDER"
        )
        return
    histories = sequences((data / "user_sequences.parquet").read_bytes())
    last_watch("1  KuaiRand-Pure, the last watch, ratings.csv form", histories, seeds)
    whole = pd.read_csv(io.BytesIO(histories))
    later_watches(whole, pd.read_parquet(data / "val.parquet"), pd.read_parquet(data / "test.parquet"), seeds)
    impressions(data, seeds)


def last_watch(title: str, data: bytes, seeds: int) -> None:
    """Parts 0 and 1."""
    base = settings(data)
    found: dict[str, list[Array]] = {}
    spent: dict[str, list[float]] = {}
    for seed in range(seeds):
        site = own_site(replace(base, seed=seed), data)
        train, test = split(site)
        recall = Recall(site, train, test.place)
        spent.setdefault("recall", []).append(seconds(trained(recall)))
        others = opponents(site, test, test.place, spent) if not seed else {}
        for name, lists in (others | {"recall": of_recall(site, recall, test)}).items():
            found.setdefault(name, []).append(hit_rates(lists, test.label))
    table(f"{title}: {len(test):,} users, {len(site.known):,} items", "HR", found, spent)
    print(f"   {base.steps:,} steps; at most {Serving(site, test).ceiling():.1%} can be found\n")


def later_watches(histories: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame, seeds: int) -> None:
    """Part 2: the share of test watches that are among the first k."""
    before, after = watched(val), watched(test)
    whole = pd.concat((histories[["userId", "movieId", "timestamp"]], before[before.timestamp < after.timestamp.min()]))
    data = whole.to_csv(index=False).encode()
    log, base = read_log(data), settings(data)
    number = {name: n for n, name in enumerate(log.users)}
    asked = after[after.userId.astype(str).isin(number.keys())]
    item = {name: n for n, name in enumerate(log.items)}
    label = np.array([item.get(str(name), -2) for name in asked.movieId])
    users, row = np.unique([number[str(name)] for name in asked.userId], return_inverse=True)
    found: dict[str, list[Array]] = {}
    for seed in range(seeds):
        site = own_site(replace(base, seed=seed), data)
        train, held = split(site)
        recall = Recall(site, train, held.place)
        trained(recall)()
        asked_of = at_the_end(site, users)
        others = opponents(site, asked_of, held.place, {}) if not seed else {}
        for name, lists in (others | {"recall": of_recall(site, recall, asked_of)}).items():
            found.setdefault(name, []).append(hit_rates(lists[row], label))
    table(
        f"2  {len(asked):,} watches of {len(users):,} users, 1 to 8 May; {100 * (label < 0).mean():.1f} % are of items never seen before",
        "recall", found, {},
    )  # fmt: skip
    print(f"   {base.steps:,} steps, history {len(whole):,} watches\n")


def watched(table_: pd.DataFrame) -> pd.DataFrame:
    """Watches of KuaiRand's columns, each once."""
    rows = table_[table_.is_click == 1].drop_duplicates(["user_id", "video_id", "time_ms"])
    return pd.DataFrame({"userId": rows.user_id, "movieId": rows.video_id, "timestamp": rows.time_ms // 1_000})


def impressions(data: Path, seeds: int) -> None:
    """Part 3. Candidate generation is not trained for it: ranking of a user's own log begins with vectors of its own."""
    whole = pd.concat([pd.read_parquet(data / f"{name}.parquet") for name in ("val", "test")])
    frontier = int(pd.read_parquet(data / "test.parquet", columns=["time_ms"]).time_ms.min()) // 1_000
    file = whole.to_csv(index=False).encode()
    log = read_log(file)
    cut = int(np.searchsorted(log.events.time, frontier))
    rows = np.arange(len(log.events))
    base = settings((data / "val.parquet").read_bytes())  # as many steps as for what it learns from
    found: dict[str, list[Array]] = {}
    for weighting, title in (("watch_time", "ranking, weighted"), ("none", "ranking, plain")):
        for seed in range(seeds):
            config = own_config(log, "", replace(base, weighting=weighting, seed=seed, steps=1, frames=2))
            ready = prepare(own_site(config, file))
            last = list(train_from(replace(ready, learnt=rows[:cut], judged=rows[cut:]), beside=OfClicks()))[-1]
            names = {"ranking": title}
            if weighting == "watch_time":
                names |= {"popular": "popularity (watch rate)", "knn": "item-kNN"}
            for name, called in names.items():
                values = [float(last.metrics[f"{name}.{what}"]) for what in ("auc", "mispredicted")]
                found.setdefault(called, []).append(np.array(values))
    print(f"3  watched or not: learnt from {cut:,} impressions before May, judged by {len(rows) - cut:,} after")
    print(f"   {'':<26}{'AUC':>18}{'mispredicted watch time':>28}")
    for called, several in found.items():
        mean, spread = np.mean(several, 0), np.std(several, 0)
        print(f"   {called:<26}{mean[0]:>10.4f} ±{spread[0]:.4f}{mean[1]:>20.4f} ±{spread[1]:.4f}")
    print(f"   {base.ranking_steps:,} steps\n")


def settings(data: bytes) -> OwnLogConfig:
    """What the page would offer for a file."""
    log = read_log(data)
    steps, ranking = enough_steps(log)
    return own_config(log, "", OwnLogConfig(steps=steps, ranking_steps=ranking))


def trained(recall: Recall) -> Callable[[], None]:
    def work() -> None:
        if recall.config.pretrained == "on":
            recall.pretrain()
        for _ in range(recall.config.steps):
            recall.learn()

    return work


def at_the_end(site: Site, users: Array) -> Examples:
    """What each user would be asked at the end of the log."""
    ends = site.history.watches.start[users + 1]
    nothing = np.zeros(len(users), np.int64)
    return Examples(users, ends, nothing - 1, nothing.astype(float), ends, nothing + site.world.config.days * SECONDS)


def of_recall(site: Site, recall: Recall, asked: Examples) -> Array:
    """(E, 300) of the network."""
    u = torch.cat([recall.read(some).vector for some in batches(asked)]).numpy()
    v = recall.net.output.weight.detach().numpy()
    return Serving(site, asked).best(lambda rows: u[rows] @ v.T, CUTS[-1])


def opponents(site: Site, asked: Examples, held_out: Array, spent: dict[str, list[float]]) -> dict[str, Array]:
    """(E, 300) by each of the others, and how long each took, its tuning apart."""
    began = time.perf_counter()
    chosen, serving, found = tune(site, held_out).chosen, Serving(site, asked), {}
    print(f"   {chosen}, tuned in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    for name, scores in Beside(site, held_out, chosen).scores(asked, OPPONENTS):
        found[name] = serving.best(scores, CUTS[-1])
        spent.setdefault(name, []).append(time.perf_counter() - began)
        began = time.perf_counter()
    before = watch_before(site, held_out)
    both = np.concatenate((held_out, before.place))
    hits = [
        hit_rates(Serving(site, before).best(implicit_als(site, before, both, factors), CUTS[-1]), before.label)[1]
        for factors in FACTORS
    ]
    began = time.perf_counter()
    found["implicit"] = serving.best(implicit_als(site, asked, held_out, FACTORS[int(np.argmax(hits))]), CUTS[-1])
    spent.setdefault("implicit", []).append(time.perf_counter() - began)
    return found


def implicit_als(site: Site, asked: Examples, held_out: Array, factors: int) -> Callable[[Array], Array]:
    """Scores (n, K) of implicit's ALS for some rows of what is asked (Hu, Koren & Volinsky 2008)."""
    from implicit.als import AlternatingLeastSquares

    there = np.ones(len(site.history.watches.item), bool)
    there[held_out] = False
    model = AlternatingLeastSquares(factors=factors, regularization=0.05, iterations=15, random_state=0, num_threads=1)
    with threadpool_limits(1, "blas"):
        model.fit(watched_by(site.watches(there), len(site.known)), show_progress=False)
    users, items = (np.asarray(one) for one in (model.user_factors, model.item_factors))
    return lambda rows: users[asked.user[rows]] @ items.T


def table(title: str, measure: str, found: dict[str, list[Array]], spent: dict[str, list[float]]) -> None:
    """A line a method; what does not depend on the seed was made once."""
    print(title)
    print("   " + f"{'':<26}" + "".join(f"{f'{measure}@{k}':>18}" for k in CUTS) + f"{'seconds':>10}" * bool(spent))
    for name, called in METHODS.items():
        if name not in found:
            continue
        mean, spread = np.mean(found[name], 0), np.std(found[name], 0)
        shares = "".join(f"{m:>10.4f} ±{s:.4f}" for m, s in zip(mean, spread, strict=True))
        print("   " + f"{called:<26}" + shares + (f"{np.median(spent[name]):>10.1f}" if name in spent else ""))


if __name__ == "__main__":
    run()
