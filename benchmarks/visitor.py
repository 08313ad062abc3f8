"""A visitor without a browser: Streamlit's protocol over a websocket, spoken as its front end speaks it.

What the server sees is what a browser would send: the states of all widgets in every message, the address bar, the hashes
of the messages that were kept, and the reruns of a polled fragment on a clock that waits for no answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

EARLY, COMPILE_ERROR = ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_WITH_COMPILE_ERROR
PATIENCE = 60.0
"""Seconds until an answer counts as missing."""
STEPS = ("reset", "rung", "preset", "hero", "look")
"""What a visitor does, in no order."""


class NoSuchControl(Exception):
    """The page does not offer what the visitor wanted to use."""


@dataclass(slots=True)
class Widget:
    """A widget on screen. state: what the browser would send of it; None for what has none, as a button."""

    key: str
    fragment: str
    proto: Any
    state: WidgetState | None = None


@dataclass(slots=True)
class Kept:
    """A message that the browser keeps, as far as it matters here: until when, and the widget that it draws."""

    run: int
    fragment: str
    widget: Widget | None


@dataclass(slots=True)
class Tally:
    """What one visitor saw."""

    opened: list[float] = field(default_factory=list)
    clicks: dict[str, list[float]] = field(default_factory=dict)
    waited: list[tuple[float, str]] = field(default_factory=list)
    """Every click again: seconds, and what was clicked in words."""
    polls_sent: int = 0
    poll_bytes: list[int] = field(default_factory=list)
    bytes: int = 0
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One session on one page; `async with` opens and closes it."""

    def __init__(self, port: int, page: str, chance: random.Random) -> None:
        self.page, self.tally = page, Tally()
        self._port, self._chance = port, chance
        self._query, self._page_hash = "", ""
        self._widgets: dict[str, Widget] = {}
        self._seen: set[str] = set()
        self._kept: dict[str, Kept] = {}
        self._runs, self._kept_for = 0, 2
        self._fragments: tuple[str, ...] = ()
        self._run_bytes = 0
        self._clock: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._chosen = ""  # what was clicked last, for who reads of a slow one
        self._asked: str | None = None  # the fragment of the click that waits for its answer, "" for the whole page
        self._begun = False
        self._answer = asyncio.Event()

    async def __aenter__(self) -> Visitor:
        self._socket: ClientConnection = await connect(
            f"ws://127.0.0.1:{self._port}/_stcore/stream",
            origin=Origin(f"http://127.0.0.1:{self._port}"),
            subprotocols=[Subprotocol("streamlit")],
            compression=None,
            max_size=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        self._reading = asyncio.create_task(self._read())
        self.tally.opened.append(await self._ask(self._message("")))
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._stop_clock(*self._clock)
        self._reading.cancel()
        await self._socket.close()

    @property
    def polls(self) -> bool:
        """Whether a fragment is polled: something of this visitor trains, or waits to."""
        return bool(self._clock)

    async def do(self, step: str) -> None:
        """One interaction, from the click to the end of the last script that it set off."""
        self._chosen = ""
        try:
            took = await self._ask({"rung": self._rung, "hero": self._hero, "preset": self._preset, "look": self._look}.get(
                step, lambda: self._press(step)
            )())  # fmt: skip
            self.tally.clicks.setdefault(step, []).append(took)
            self.tally.waited.append((took, " ".join((self.page, step, self._chosen)).rstrip()))
        except NoSuchControl as error:
            self._wrong(f"no such control: {error}")
        except TimeoutError:
            self._wrong(f"{step} was not answered in {PATIENCE:.0f} s")

    # What is clicked: each changes a widget's state, and makes the message that a browser would send then.

    def _press(self, key: str) -> BackMsg:
        widget = self._widget("button", key)
        message = self._message(widget.fragment)
        message.rerun_script.widget_states.widgets.add(id=widget.proto.id, trigger_value=True)
        return message

    def _rung(self) -> BackMsg:
        return self._moved(lambda spec: {"rung": self._chance.choice(spec["rungs"])["id"]})

    def _hero(self) -> BackMsg:
        def released(spec: dict[str, Any]) -> dict[str, Any]:
            return {"hero": round(self._chance.uniform(spec["sweep"]["low"], spec["sweep"]["high"]), 2)}

        return self._moved(released)

    def _moved(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> BackMsg:
        """The player reports a position, and the hero where that moved. `change` is told what its still part describes."""
        widget = self._widget("bidi_component", f"{self.page}_player")
        still = self._widget("bidi_component", f"{self.page}_player_still")
        changed = change(_header(still.proto.bytes)["spec"])
        held = json.loads(widget.state.json_value) if widget.state is not None else {}
        position = {**(held.get("position") or _header(widget.proto.bytes)["start"]), **changed}
        position.pop("type", None)
        hero = {"hero": changed["hero"]} if "hero" in changed else {}
        widget.state = WidgetState(id=widget.proto.id, json_value=json.dumps({**held, "position": position, **hero}))
        return self._message(widget.fragment)

    def _preset(self) -> BackMsg:
        widget = self._widget("button_group", f"{self.page}_preset")
        label = self._chance.choice([option.content for option in widget.proto.options])
        self._chosen = label
        widget.state = WidgetState(id=widget.proto.id)
        widget.state.string_array_value.data.append(label)
        return self._message(widget.fragment)

    def _look(self) -> BackMsg:
        """A closed look is opened; where two stand open, one of them is closed."""
        looks = [widget for widget in self._widgets.values() if widget.key.startswith(f"{self.page}_open_")]
        opened = [look for look in looks if look.state is not None and look.state.bool_value]
        offered = opened if len(opened) >= 2 else [look for look in looks if look not in opened]
        if not offered:
            raise NoSuchControl("a look")
        look = self._chance.choice(offered)
        self._chosen = look.key + (" closed" if look in opened else "")
        look.state = WidgetState(id=look.proto.id, bool_value=look not in opened)
        self._write(look.proto.query_param_key, look.state.bool_value, look.proto.default_expanded)
        return self._message(look.fragment)

    def _write(self, name: str, value: bool, default: bool) -> None:
        """The front end keeps what is bound to the address bar there itself."""
        rest = [(key, held) for key, held in parse_qsl(self._query, keep_blank_values=True) if key != name]
        self._query = urlencode(rest if value == default else [*rest, (name, str(value).lower())])

    def _widget(self, kind: str, key: str) -> Widget:
        for widget in self._widgets.values():
            if widget.key == key and widget.proto.DESCRIPTOR.name.lower() == kind.replace("_", ""):
                return widget
        raise NoSuchControl(f"{kind} {key}")

    # What is sent.

    def _message(self, fragment: str) -> BackMsg:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.fragment_id = self._query, fragment
        if self._page_hash:
            asked.page_script_hash = self._page_hash
        else:
            asked.page_name = self.page
        asked.widget_states.widgets.extend(w.state for w in self._widgets.values() if w.state is not None)
        asked.cached_message_hashes.extend(self._kept)
        asked.context_info.timezone, asked.context_info.locale = "UTC", "en-US"
        asked.context_info.url = f"http://127.0.0.1:{self._port}/{self.page}"
        asked.context_info.color_scheme = "light"
        return message

    async def _ask(self, message: BackMsg) -> float:
        """Send a click; seconds until the last script that it set off has finished."""
        self._asked, self._begun = message.rerun_script.fragment_id, False
        self._answer.clear()
        began = time.perf_counter()
        try:
            await self._socket.send(message.SerializeToString())
            await asyncio.wait_for(self._answer.wait(), PATIENCE)
        except ConnectionClosed as error:
            self._wrong(f"connection closed: {error}")
        finally:
            self._asked = None
        return time.perf_counter() - began

    async def _poll(self, fragment: str, interval: float) -> None:
        """As setInterval does: on time, whether or not the one before was answered."""
        due = time.perf_counter()
        while True:
            due = max(due + interval, time.perf_counter())
            await asyncio.sleep(due - time.perf_counter())
            message = self._message(fragment)
            message.rerun_script.is_auto_rerun = True
            self.tally.polls_sent += 1
            try:
                await self._socket.send(message.SerializeToString())
            except ConnectionClosed:
                return

    def _stop_clock(self, *fragments: str) -> None:
        for fragment in fragments:
            if fragment in self._clock:
                self._clock.pop(fragment)[1].cancel()

    # What is received.

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                assert isinstance(data, bytes)
                self.tally.bytes += len(data)
                self._run_bytes += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                self._received(message)
        except ConnectionClosed as error:
            self._wrong(f"connection closed: {error}")
        except Exception as error:  # a defect of this client must not look like a fast server
            self._wrong(f"client: {error!r}")
        self._answer.set()

    def _received(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "delta":
                self._draw(message.delta, message.hash if message.metadata.cacheable else "")
            case "ref_hash":
                self._draw_kept(message.ref_hash)
            case "new_session":
                self._begin(message)
            case "script_finished":
                self._finished(message.script_finished)
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "auto_rerun":
                self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                self._stop_clock(*message.stop_auto_rerun.fragment_ids)
            case "page_not_found":
                self._wrong("page not found")
            case _:
                pass

    def _start_clock(self, fragment: str, interval: float) -> None:
        if self._clock.get(fragment, (None,))[0] != interval:
            self._stop_clock(fragment)
            self._clock[fragment] = (interval, asyncio.create_task(self._poll(fragment, interval)))

    def _begin(self, message: ForwardMsg) -> None:
        self._page_hash = message.new_session.page_script_hash
        self._fragments = tuple(message.metadata.run.fragment_ids)
        if message.new_session.config.max_cached_message_age:
            self._kept_for = message.new_session.config.max_cached_message_age
        self._seen.clear()
        if not self._fragments:
            self._stop_clock(*self._clock)
        if self._asked is not None and (not self._fragments or self._asked in self._fragments):
            self._begun = True  # a fragment may ask for the whole page, never the other way round
        elif self._begun:
            self._answered()  # it came to its end with the next request waiting: what is broken off is drawn again

    def _finished(self, status: int) -> None:
        if status == COMPILE_ERROR:
            self._wrong("the script does not compile")
        if self._fragments and not self._begun and status != EARLY:
            self.tally.poll_bytes.append(self._run_bytes)
        self._run_bytes = 0
        if status == EARLY:
            return
        self._runs += 1
        mine = self._fragments
        for widget in [one for one in self._widgets.values() if not mine or one.fragment in mine]:
            if widget.proto.id not in self._seen:
                del self._widgets[widget.proto.id]
        for name, kept in list(self._kept.items()):
            if (not mine or kept.fragment in mine) and self._runs - kept.run > self._kept_for:
                del self._kept[name]
        if self._begun:
            self._answered()

    def _answered(self) -> None:
        self._begun = False
        self._answer.set()

    def _draw(self, delta: Delta, name: str) -> None:
        kind = delta.WhichOneof("type")
        drawn = self._element(delta.new_element) if kind == "new_element" else self._block(delta.add_block)
        if drawn is not None:
            drawn.fragment = delta.fragment_id
            self._show(drawn)
        if name and kind == "new_element":
            self._kept.setdefault(name, Kept(self._runs, delta.fragment_id, drawn))

    def _draw_kept(self, name: str) -> None:
        kept = self._kept.get(name)
        if kept is None:
            self._wrong("the server refers to a message that was not kept")
            return
        kept.run = self._runs
        if kept.widget is not None:
            self._show(kept.widget)

    def _show(self, drawn: Widget) -> None:
        before = self._widgets.get(drawn.proto.id)
        if (
            before is not None
            and not getattr(drawn.proto, "set_value", False)
            and not isinstance(drawn.proto, Block.Expandable)
        ):
            drawn.state = before.state  # what the viewer chose stands until the server sets another
        self._widgets[drawn.proto.id] = drawn
        self._seen.add(drawn.proto.id)

    def _block(self, block: Block) -> Widget | None:
        if block.WhichOneof("type") != "expandable" or not block.expandable.id:
            return None
        proto = block.expandable
        return Widget(proto.query_param_key, "", proto, WidgetState(id=proto.id, bool_value=proto.expanded))

    def _element(self, element: Element) -> Widget | None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self._wrong(f"exception: {element.exception.type} {element.exception.message}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self._wrong(f"the page says: {element.alert.body}")
        if kind is None or not getattr(proto := getattr(element, kind), "id", ""):
            return None
        return Widget(proto.id.rsplit("-", 1)[-1], "", proto, _state(kind, proto))

    def _wrong(self, what: str) -> None:
        self.tally.errors.append(f"{self.page}: {what[:200]}")


def _header(part: bytes) -> dict[str, Any]:
    """The JSON at the beginning of what the player is sent (see `pages.ui.player.pack`)."""
    header: dict[str, Any] = json.loads(part[4 : 4 + int.from_bytes(part[:4], "little")])
    return header


def _state(kind: str, proto: Any) -> WidgetState | None:
    """What the browser sends of a widget that nobody has touched."""
    state = WidgetState(id=proto.id)
    match kind:
        case "checkbox":
            state.bool_value = proto.value if proto.set_value else proto.default
        case "number_input":
            state.double_value = proto.value if proto.set_value else proto.default
        case "text_input" | "text_area":
            state.string_value = proto.value if proto.set_value else proto.default
        case "selectbox":
            state.string_value = proto.raw_value if proto.set_value else proto.options[proto.default]
        case "button_group" | "multiselect":
            names = [option if isinstance(option, str) else option.content for option in proto.options]
            chosen = list(proto.raw_values) if proto.set_value else [names[index] for index in proto.default]
            state.string_array_value.data.extend(chosen)
        case "slider" if proto.options:
            chosen = list(proto.raw_value) if proto.set_value else [proto.options[int(one)] for one in proto.default]
            state.string_array_value.data.extend(chosen)
        case "slider":
            state.double_array_value.data.extend(proto.value if proto.set_value else proto.default)
        case _:
            return None
    return state
