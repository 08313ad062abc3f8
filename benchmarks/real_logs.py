"""The recommender on a real log, KuaiRand-Pure (Gao et al., CIKM 2022), beside popularity and item-kNN.

    python -m benchmarks.real_logs [FOLDER] [SEEDS]

FOLDER holds kuairand-pure/, else the variable GATESCOPE_DATA, else ../shared/data beside the repository. Everything goes
through the reader and the training that a viewer's own file goes through, at the defaults that the page offers. Those were
chosen on watches before the last ones of `user_sequences` and on `val`, never on what is reported here as a test.

1  The last of a user's ≤ 50 watches before 25 April. No MovieLens file is at hand: the sequences are written as
   ratings.csv, one second apart up to the last, which has a time.
2  Every watch of `test` (1 to 8 May), asked for at the end of April, after the sequences and the watches of `val`.
3  Watched or not, of the impressions of `test`, learnt from those of `val`: weighted by watch time, and plain.

Lists are as they would be served: without what the user has watched before, for every method. Watching again, 3 % of (1),
is a miss for all.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.report import seconds
from engine.recommender.held_out.data import prepare
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.site import enough_steps, own_config, own_site, read_log
from engine.recommender.recall.baselines import Beside
from engine.recommender.recall.samples import Examples, split
from engine.recommender.recall.training import Recall, batches
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.recommender.training import train_from
from engine.runs.frame import Array

CUTS = (20, 50, 100)
SEEDS = 3
METHODS = {"popular": "popularity", "knn": "item-kNN", "recall": "YouTube DNN"}


def folder() -> Path:
    """Where the data are said to be."""
    told = [one for one in sys.argv[1:] if not one.isdecimal()]
    return Path(
        told[0] if told else os.environ.get("GATESCOPE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    )


def run() -> None:
    data = folder() / "kuairand-pure"
    if not (data / "test.parquet").exists():
        print(
            f"Skipped: there is no KuaiRand-Pure in {folder()}. Name its folder: python -m benchmarks.real_logs FOLDER"
        )
        return
    torch.set_num_threads(1)  # as in a worker
    seeds = next((int(one) for one in sys.argv[1:] if one.isdecimal()), SEEDS)
    histories = sequences(data)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "ratings.csv"
        histories.to_csv(path, index=False)
        last_watch(path.read_bytes(), seeds)
    later_watches(histories, pd.read_parquet(data / "val.parquet"), pd.read_parquet(data / "test.parquet"), seeds)
    impressions(data, seeds)


def sequences(data: Path) -> pd.DataFrame:
    """userId, movieId, rating, timestamp: the histories, a second apart up to the last watch."""
    table = pd.read_parquet(data / "user_sequences.parquet")[["user_id", "last_time_ms", "watch_seq"]]
    rows = table.explode("watch_seq").dropna()
    back = rows.groupby("user_id").cumcount(ascending=False)
    return pd.DataFrame(
        {
            "userId": rows.user_id,
            "movieId": rows.watch_seq.astype("int64"),
            "rating": 5.0,
            "timestamp": rows.last_time_ms // 1_000 - back,
        }
    )


def last_watch(data: bytes, seeds: int) -> None:
    """Part 1."""
    base = settings(data)
    found: dict[str, list[Array]] = {}
    spent = []
    for seed in range(seeds):
        site = own_site(replace(base, seed=seed), data)
        train, test = split(site)
        recall = Recall(site, train, test.place)
        spent.append(seconds(trained(recall)))
        for name, lists in listed(site, recall, test, test.place).items():
            found.setdefault(name, []).append(hits(lists, test.label))
    table(f"1  the last watch, ratings.csv form: {len(test):,} users, {len(site.known):,} items", "HR", found)
    print(f"   {base.steps:,} steps, {np.median(spent):.0f} s a seed\n")


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
        for name, lists in listed(site, recall, at_the_end(site, users), held.place).items():
            found.setdefault(name, []).append(hits(lists[row], label))
    table(
        f"2  {len(asked):,} watches of {len(users):,} users, 1 to 8 May; {100 * (label < 0).mean():.1f} % are of items never seen before",
        "recall", found,
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
            last = list(train_from(replace(ready, learnt=rows[:cut], judged=rows[cut:])))[-1]
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


def listed(site: Site, recall: Recall, asked: Examples, held_out: Array) -> dict[str, Array]:
    """(E, 100) by each method, without what was watched before."""
    u = torch.cat([recall.read(some).vector for some in batches(asked)]).numpy()
    v = recall.net.output.weight.detach().numpy()
    beside = Beside(site, held_out)
    return beside.lists(asked, CUTS[-1]) | {"recall": beside.fresh(asked, CUTS[-1], lambda rows: u[rows] @ v.T)}


def hits(found: Array, label: Array) -> Array:
    hit = found == label[:, None]
    return np.array([hit[:, :k].any(1).mean() for k in CUTS])


def table(title: str, measure: str, found: dict[str, list[Array]]) -> None:
    print(title)
    print("   " + f"{'':<26}" + "".join(f"{f'{measure}@{k}':>18}" for k in CUTS))
    for name, called in METHODS.items():
        mean, spread = np.mean(found[name], 0), np.std(found[name], 0)
        print("   " + f"{called:<26}" + "".join(f"{m:>10.4f} ±{s:.4f}" for m, s in zip(mean, spread, strict=True)))


if __name__ == "__main__":
    run()
