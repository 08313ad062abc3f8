"""The sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from engine.recommender import RecommenderConfig
from pages.ui.controls.controls import Control, Preset
from pages.ui.controls.decay import DECAY, DECAYS
from pages.ui.controls.groups import Groups
from pages.ui.controls.settings import Settings
from pages.ui.language import N_

SWITCH = {"on": N_("On"), "off": N_("Off")}
PER_USER = {"equal": N_("The same number of each"), "all": N_("All")}
TEST = {"last": N_("Last watch"), "random": N_("A random watch")}
SAMPLERS = {"popular": N_("By watches to the ¾"), "uniform": N_("Evenly"), "full": N_("No sampling")}
WEIGHTING = {"watch_time": N_("By minutes watched"), "none": N_("All the same")}
INDEXES = {"exact": N_("Exact"), "ivf": "IVF", "hnsw": "HNSW"}

DATA = (
    Control("videos", N_("Videos"), N_("Of the catalogue: up to a million."), step=1_000),
    Control("users", N_("Users"), step=500),
    Control("days", N_("Days of the log")),
    Control(
        "head", N_("Head"), N_("How far watches gather on few videos: 0 evenly, 3 a licensed catalogue."), step=0.1
    ),
    Control("bait", N_("Click-bait, share of videos"), step=0.05),
    Control(
        "appetite",
        N_("Appetite to click"),
        N_(
            "Added to the log-odds of every click. At 0 about a third of what is shown is clicked; real sites see a few in a hundred."
        ),
        step=0.5,
    ),
    Control("fewest", N_("Watches for a vector"), N_("A video with fewer has no vector and cannot be found.")),
    Control("per_user", N_("Examples of a user"), N_("All, or at most the number below of each."), options=PER_USER),
    Control("examples", N_("Examples, where equal"), step=10),
    Control("test", N_("Held out"), N_("Of each user one watch is the test."), options=TEST),
)
MODEL = (
    Control("example_age", N_("Example age"), N_("How long ago the example was; 0 at serving."), options=SWITCH),
    Control("bends", N_("Squares of age and example age"), options=SWITCH),
    Control("watches", N_("Watches averaged"), N_("The last ones, for candidate generation.")),
    Control("searches", N_("Searches averaged")),
    Control("dimensions", N_("Dimensions"), N_("Of every embedding, of u and of v."), step=8),
    Control("tower", N_("ReLU layers of recall before the last"), N_("Widths, comma-separated; the last is u's.")),
    Control(
        "pretrained", N_("item2vec first"), N_("Embeddings start from watch and search sequences."), options=SWITCH
    ),
    Control("layers", N_("ReLU layers of ranking"), N_("Widths, comma-separated.")),
    Control("powers", N_("x² and √x in ranking"), options=SWITCH),
    Control("recent", N_("Watches averaged in ranking")),
    Control("index", N_("Index"), N_("Exact looks at every vector; IVF and HNSW at some."), options=INDEXES),
    Control("recalled", N_("Candidates recalled"), step=50),
    Control("shown", N_("Videos shown")),
)
TRAINING = (
    Control("sampler", N_("Negatives are drawn"), options=SAMPLERS),
    Control("negatives", N_("Negatives"), N_("Shared by a batch."), step=50),
    Control("correction", N_("logQ correction"), N_("Lowers each drawn score by log(n · q)."), options=SWITCH),
    Control("weighting", N_("Positives of ranking count"), options=WEIGHTING),
    Control(
        "learning_rate", N_("Learning rates"), N_("One for both stages, or of recall and of ranking, comma-separated.")
    ),
    DECAY,
    Control("batch_size", N_("Batch size"), step=64),
    Control("steps", N_("Steps of recall"), step=100),
    Control("ranking_steps", N_("Steps of ranking"), step=100),
    Control("frames", N_("Frames recorded"), N_("Of each of the two."), step=5),
    Control("seed", N_("Seed")),
)

PRESETS = (
    Preset("million", N_("A million videos"), {"videos": 1_000_000}),
    Preset("plain", N_("Plain logistic regression"), {"weighting": "none"}),
    Preset("timeless", N_("Without example age"), {"example_age": "off"}, "recall"),
    Preset("random", N_("A random hold-out"), {"test": "random"}, "recall"),
    Preset("every", N_("Every watch an example"), {"per_user": "all"}, "recall"),
    Preset("licensed", N_("A licensed catalogue"), {"head": 3.0, "videos": 4_000}, "catalogue"),
    Preset("bait", N_("Half of it click-bait"), {"bait": 0.5}),
    Preset("rare", N_("Few clicks, as on real sites"), {"appetite": -3.0, "users": 20_000}),
)


GROUPS = Groups(
    RecommenderConfig,
    DATA,
    MODEL,
    TRAINING,
    labels={},
    words=SWITCH | PER_USER | TEST | SAMPLERS | WEIGHTING | INDEXES | DECAYS,
)
SETTINGS = Settings(GROUPS, PRESETS)
