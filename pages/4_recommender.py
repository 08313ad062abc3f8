"""The first visit to a fresh server, when it is a link to /recommender, lands here: see pages/3_multitask.py."""

import runpy

runpy.run_path("app.py")
