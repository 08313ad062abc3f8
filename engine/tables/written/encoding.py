"""Bytes as text: which encoding a file is in, judged by a mark, by UTF-8's own rules, else by a detector."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from engine.errors import UserError

NAMES = {
    "utf_8": "UTF-8", "utf_8_sig": "UTF-8", "ascii": "UTF-8", "utf_16": "UTF-16", "utf_16_le": "UTF-16",
    "utf_16_be": "UTF-16", "gb18030": "GB18030", "gbk": "GB18030", "gb2312": "GB18030", "big5": "Big5", "big5hkscs": "Big5",
    "cp950": "Big5", "cp1252": "Windows-1252", "latin_1": "Windows-1252", "iso8859_1": "Windows-1252",
}  # fmt: skip
"""Python's name of an encoding → the name that is shown, which Python knows too."""
LIKELY = ("gb18030", "big5", "cp1252")
OTHERS = ("cp932", "euc_jp", "cp949", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r")
"""Where none of the likely ones fits. Code pages that give any byte a meaning are left out: they would fit everything."""
MARKS = ((codecs.BOM_UTF8, "utf_8_sig"), (codecs.BOM_UTF16_LE, "utf_16"), (codecs.BOM_UTF16_BE, "utf_16"))
DAMAGE = re.compile(rb"([\x80-\xff])\1{7}")
"""One byte many times over: no language writes so."""
PIECE = 1 << 20
NEARLY = 10
"""Letters beyond ASCII for each damaged byte, from which on a text is UTF-8 all the same."""
SHORT = 40
"""Signs of a text that may be too short for a line end."""
SAMPLE = 60_000
"""Bytes that the detector looks at: the lines that hold more than ASCII."""


def decoded(data: bytes, encoding: str = "") -> tuple[bytes, str]:
    """A file's text as UTF-8 without a mark, and the encoding's name. Raises UserError where it is no text, naming the
    line that cannot be read."""
    name = _known(encoding) if encoding else _detected(data)
    if name in ("utf_8", "utf_8_sig", "ascii"):
        data = data.removeprefix(codecs.BOM_UTF8)
        _check(data, "utf_8")
    else:
        data = _recoded(data, name)
    if b"\0" in data:
        raise UserError("The file is no text: it holds bytes of zero.")
    return data, NAMES.get(name, name.replace("_", "-"))


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding.strip()).name.replace("-", "_")
    except (LookupError, ValueError):
        raise UserError("There is no encoding {name}.", name=encoding[:40]) from None
    return (
        "gb18030" if NAMES.get(name) == "GB18030" else "utf_8" if name == "ascii" else name
    )  # GB18030 holds the older two


def _detected(data: bytes) -> str:
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[: 4 * SAMPLE]:
        return _without_mark(data)
    try:
        _check(data, "utf_8")
        return "utf_8"
    except UserError as error:
        found = _guessed(data)
        if found is None:
            raise error
        return found


def _without_mark(data: bytes) -> str:
    """UTF-16 without its mark: a text holds line ends or commas, whose zero stands on one side."""
    sample = data[: 4 * SAMPLE]
    even, odd = (sample[side::2].count(0) for side in (0, 1))
    if len(data) % 2 == 0 and max(even, odd) > 10 * min(even, odd):
        name = "utf_16_le" if odd > even else "utf_16_be"
        text = sample[: len(sample) // 2 * 2].decode(name, "replace")
        if any(sign in text for sign in "\n\r,\t;") or len(text) < SHORT:
            return name
    raise UserError("The file is no text: it holds bytes of zero.")


def _guessed(data: bytes) -> str | None:
    """What the detector says of the lines that hold more than ASCII: one of `LIKELY`, else of `OTHERS`."""
    from charset_normalizer import from_bytes  # a tenth of a second, and only such files need it

    sample = _telling(data)
    if DAMAGE.search(data) or _is_nearly_utf8(sample):
        return None
    for among in (LIKELY, OTHERS):
        for match in from_bytes(sample, cp_isolation=list(among), threshold=0.2):
            name = match.encoding.replace("-", "_")
            if name.startswith("utf"):
                continue
            if _decodes(data, name):
                return str(name)
    return None


def _is_nearly_utf8(sample: bytes) -> bool:
    """Whether it is UTF-8 with a few damaged bytes: another encoding would make other letters of all the rest."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return wrong * NEARLY < sum(sign > "\x7f" for sign in text)


def _telling(data: bytes) -> bytes:
    """The lines with bytes above 127, as many as the detector needs."""
    lines, size = [], 0
    for line in _lines(data):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)[: 2 * SAMPLE]


def _lines(data: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(data):
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        yield data[begin:end]
        begin = end + 1


def _decodes(data: bytes, name: str) -> bool:
    try:
        _check(data, name)
    except (UserError, LookupError):
        return False
    return True


def _check(data: bytes, name: str) -> None:
    """Raises UserError unless all of it can be decoded; the text itself is not kept."""
    decoder = codecs.getincrementaldecoder(name)()
    done = 0
    try:
        for done in range(0, len(data), PIECE):
            decoder.decode(data[done : done + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        place = max(min(done + error.start, len(data) - 1), 0)
        raise UserError(
            "The file is not UTF-8 text, and in no other encoding that is known: line {line} cannot be read. Save it in UTF-8.",
            line=f"{data.count(bytes([10]), 0, place) + 1:,}",
        ) from None


def _recoded(data: bytes, name: str) -> bytes:
    try:
        return data.decode(name).removeprefix("\ufeff").encode("utf-8")
    except UnicodeError as error:
        place = int(getattr(error, "start", 0))
        raise UserError(
            "The file cannot be read as {name}: line {line} is damaged.",
            name=NAMES.get(name, name),
            line=f"{data.count(bytes([10]), 0, place) + 1:,}",
        ) from None


def with_plain_ends(data: bytes) -> bytes:
    """Each line ended by a line feed, also those of Windows and of old Macs; a lone return in a cell becomes a blank."""
    if b"\r" not in data:
        return data
    data = data.replace(b"\r\n", b"\n")
    returns = data.count(b"\r")
    return data.replace(b"\r", b" " if returns < data.count(b"\n") else b"\n") if returns else data
