"""Every sentence that takes a value, filled with hostile ones, in what renders Markdown most strictly. `?raw=1` shows the same
values as they are: the test's own check that they would do something."""

from __future__ import annotations

import os

import streamlit as st

from engine.errors import UserError
from pages.ui.language import LANGUAGES, explain, t
from pages.ui.marked import plain
from tests.pages.hostile import named, texts

HOSTILE = texts(os.environ["LISTENER"])

if st.query_params.get("raw"):
    for text in HOSTILE:
        st.markdown(text)
    st.stop()
for number, text in enumerate(HOSTILE):
    with st.container(key=f"plain_{number}"):
        st.markdown(plain(text))
for language in LANGUAGES:
    st.session_state["lang"] = language
    for number, (sentence, names) in enumerate(named()):
        values = {name: HOSTILE[(number + n) % len(HOSTILE)] for n, name in enumerate(names)}
        say = [st.markdown, st.caption, st.info, st.success][number % 4]
        say(explain(UserError(sentence, **values)) if number % 2 else t(sentence, **values))
name = t("There is no column {column} in the table.", column=" ".join(HOSTILE))
st.button(name, help=name, key="named")
st.metric(name, plain(HOSTILE[0]), help=name)
st.pills(name, ["a"], format_func=lambda option: name)
st.progress(0.5, text=name)
with st.expander(name, expanded=True):
    st.table({name: [name]})
st.write("The end")
