"""A TCP proxy on the loopback that can cut every connection, as a tunnel or a sleeping laptop does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

HANGS = 240.0
"""Seconds after which what must come has hung."""


class Proxy:
    """`address` leads to the server; while `cut` is set nothing gets through, and what stood is broken off."""

    def __init__(self, server: str) -> None:
        self._host, self._port = urlsplit(server).hostname, urlsplit(server).port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._refused = threading.Semaphore(0)
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._listening.wait()

    def cut(self) -> None:
        """Break off what stands, and refuse what comes."""
        self._refused = threading.Semaphore(0)
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._break_off)

    def refuse(self, times: int) -> None:
        """Wait until the browser has come back in vain so many times since the cut."""
        for _ in range(times):
            assert self._refused.acquire(timeout=HANGS), "nobody comes back"

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accepted, "127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._listening.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        """What still stands, or is just coming, is broken off and waited for."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            self._break_off()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # the loop tells a transport that it is closed in its next round

    def _break_off(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            self._refused.release()
            return
        back, forth = await asyncio.open_connection(self._host, self._port)
        pair = {writer, forth}
        self._writers |= pair
        await asyncio.gather(_pipe(reader, forth), _pipe(back, writer))
        self._writers -= pair


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@contextmanager
def proxy(server: str) -> Iterator[Proxy]:
    """A proxy in front of a server."""
    made = Proxy(server)
    try:
        yield made
    finally:
        made.close()
