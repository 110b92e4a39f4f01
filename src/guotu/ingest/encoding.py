"""Which encoding the text of a DBF is in: what the file says, and what its bytes say.

Order of belief: an encoding that was asked for; else the .cpg file and the DBF's language byte, unless the bytes contradict;
else strict UTF-8; else GB18030. "Contradict" means that the declared encoding does not decode the sampled values, or that
another one decodes all of them into clearly more everyday Chinese (characters of GB 2312). Every candidate is kept with its
score and what the text would look like, so that a person can judge.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guotu.errors.files import ENCODING_UNKNOWN
from guotu.ingest.readers.dbf import DbfHeader

_LANGUAGE_BYTES = {0x4D: "gbk", 0x7A: "gbk", 0x4F: "cp950", 0x78: "cp950", 0x03: "cp1252", 0x01: "cp437", 0x02: "cp850",
                   0xC8: "cp1250", 0xC9: "cp1251", 0x65: "cp866", 0x26: "cp866", 0x13: "cp932", 0x4E: "cp949"}  # fmt: skip
"""dBase language driver ids. 0x57 ("ANSI of the writing machine") and 0x00 say nothing."""

_ALIASES = {
    "936": "gb18030", "cp936": "gb18030", "ansi936": "gb18030", "ansi 936": "gb18030", "gb2312": "gb18030", "gbk": "gb18030",
    "65001": "utf-8", "utf8": "utf-8", "88591": "iso-8859-1", "1252": "cp1252", "ansi 1252": "cp1252", "950": "cp950",
    "1250": "cp1250", "1251": "cp1251", "oem": "", "ansi": "", "system": "",
}  # fmt: skip
_BYTES_SHOWN = 12
_SAMPLES, _SAMPLE_LENGTH = 5, 80


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding the text could be in: the share of everyday Chinese it yields (None: it does not decode), and how the
    first texts would read.
    """

    codec: str
    score: float | None
    samples: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "encoding": self.codec,
            "label": label(self.codec),
            "score": None if self.score is None else round(self.score, 3),
            "samples": list(self.samples),
        }


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """The codec to use, why, whether that overrides what the file says, and the candidates it was chosen from (none where
    the format or the bytes leave no choice).
    """

    codec: str
    zh: str
    en: str
    overridden: bool = False
    candidates: tuple[Candidate, ...] = ()


def codec_named(text: str) -> str:
    """The codec of a name as people and .cpg files write it, empty where the name says nothing; GBK counts as GB18030.

    Raises   GT-1119 for a name nobody knows
    """
    name = text.strip().strip("\ufeff\x00").lower()
    name = _ALIASES.get(name, name)
    if not name:
        return ""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise ENCODING_UNKNOWN(encoding=text.strip()[:40]) from None
    return "gb18030" if known in ("gbk", "gb2312", "gb18030") else known


def label(codec: str) -> str:
    """How an encoding is called in messages."""
    return {"gb18030": "GBK/GB18030", "utf-8": "UTF-8"}.get(codec, codec.upper())


def decide(
    header: DbfHeader, values: Iterable[bytes], *, cpg: str | None = None, asked: str | None = None
) -> EncodingChoice:
    """Choose from the .cpg text, the language byte and a sample of raw values (field names count as values).

    Raises   GT-1119 if `asked` is unknown
    """
    declared, source = _declared(header, cpg)
    return weigh(values, declared, source, asked=codec_named(asked) if asked else "")


def weigh(values: Iterable[bytes], declared: str, source: str, *, asked: str = "") -> EncodingChoice:
    """Choose the codec of raw texts of which `source` says that they are `declared` ("": nothing)."""
    texts = [value for value in values if not value.isascii()]
    found = candidates(texts, declared, asked)
    if asked:
        zh, en = f"按指定的编码 {label(asked)} 读取", f"read as {label(asked)}, as asked"
        return EncodingChoice(asked, zh, en, candidates=found)
    if not texts:
        codec = declared or "utf-8"
        return EncodingChoice(
            codec, f"文字全为 ASCII，按 {label(codec)} 读取", f"all text is ASCII, read as {label(codec)}"
        )
    best = _best(texts, declared)
    if best == declared:
        zh = f"{source}声明 {label(best)}，与内容相符"
        return EncodingChoice(best, zh, f"{source}says {label(best)}, and the bytes agree", candidates=found)
    return replace(_explained(best, declared, source, texts), candidates=found)


def candidates(texts: list[bytes], *declared: str) -> tuple[Candidate, ...]:
    """UTF-8, GBK, Big5 and what is declared, the best first; none where no text is beyond ASCII."""
    if not texts:
        return ()
    shown = sorted(dict.fromkeys(texts), key=lambda raw: -len(raw))[:_SAMPLES]
    found = [
        Candidate(
            codec,
            _everyday(texts, codec),
            tuple(_lenient(raw, codec)[:_SAMPLE_LENGTH] for raw in shown),
        )
        for codec in dict.fromkeys((*declared, "utf-8", "gb18030", "cp950"))
        if codec
    ]
    return tuple(sorted(found, key=lambda each: -1.0 if each.score is None else each.score, reverse=True))


def _lenient(raw: bytes, codec: str) -> str:
    """Text for the eye: what does not decode becomes a replacement character, control characters a blank."""
    text = raw.decode(codec, "replace")
    return "".join(character if character.isprintable() else " " for character in text).strip()


def _declared(header: DbfHeader, cpg: str | None) -> tuple[str, str]:
    if cpg and (codec := _quietly(cpg)):
        return codec, ".cpg "
    language = _LANGUAGE_BYTES.get(header.language, "")
    return ("gb18030" if language == "gbk" else language), "DBF "


def _quietly(text: str) -> str:
    """A .cpg with nonsense in it says nothing."""
    try:
        return codec_named(text)
    except Exception:
        return ""


def _best(texts: list[bytes], declared: str) -> str:
    everyday = {codec: _everyday(texts, codec) for codec in {declared, "utf-8", "gb18030"} - {""}}
    readable = {codec: share for codec, share in everyday.items() if share is not None}
    if declared in readable:
        rival = max((share for codec, share in readable.items() if codec != declared), default=0.0)
        if rival - readable[declared] < 0.3:
            return declared
    if "utf-8" in readable and readable["utf-8"] >= readable.get("gb18030", 0.0):
        return "utf-8"
    return max(readable, key=lambda codec: readable[codec]) if readable else declared or "gb18030"


def _everyday(texts: list[bytes], codec: str) -> float | None:
    """Share of the non-ASCII characters that are Chinese of GB 2312; None where the bytes do not decode."""
    foreign = everyday = 0
    for raw in texts:
        try:
            text = decode_cut(raw, codec)
        except UnicodeDecodeError:
            return None
        for character in text:
            if character >= "\x80":
                foreign += 1
                everyday += _is_everyday(character)
    return everyday / foreign if foreign else 0.0


def _is_everyday(character: str) -> bool:
    if not ("\u4e00" <= character <= "\u9fa5" or character in "，。、；：（）《》“”—·"):
        return False
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _explained(best: str, declared: str, source: str, texts: list[bytes]) -> EncodingChoice:
    share = round(100 * (_everyday(texts, best) or 0.0))
    if not declared:
        zh = f"文件未声明编码；{len(texts)} 条非 ASCII 文字按 {label(best)} 解码，其中常用汉字占 {share}%"
        en = f"no encoding declared; {len(texts)} texts beyond ASCII read as {label(best)}, {share}% everyday Chinese"
        return EncodingChoice(best, zh, en)
    zh = f"{source}声明 {label(declared)}，但内容是 {label(best)}（常用汉字占 {share}%），以内容为准"
    en = f"{source}says {label(declared)}, but the bytes are {label(best)} ({share}% everyday Chinese)"
    return EncodingChoice(best, zh, en, overridden=True)


def decode_cut(raw: bytes, codec: str) -> str:
    """Strict decoding that forgives a character cut in two at the very end (a field that was too short).

    Raises   UnicodeDecodeError
    """
    return codecs.getincrementaldecoder(codec)("strict").decode(raw, final=False)


def field_names(header: DbfHeader, codec: str) -> tuple[str, ...]:
    """Field names decoded, made unique; a name in another encoding than the values is read in that one."""
    names: list[str] = []
    for field in header.fields:
        name = _name(field.raw_name, codec)
        base, count = name, 2
        while name in names:
            name, count = f"{base}_{count}", count + 1
        names.append(name)
    return tuple(names)


def _name(raw: bytes, codec: str) -> str:
    for candidate in (codec, "utf-8", "gb18030"):
        try:
            return decode_cut(raw, candidate).strip()
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").strip()


def shown(raw: bytes) -> str:
    """A few bytes in hex for a message."""
    return raw[:_BYTES_SHOWN].hex(" ")


def first_damage(path: str | Path, codec: str) -> tuple[int, bytes] | None:
    """(line, bytes) of the first text that does not decode; None where all of it does."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    line = 1
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as problem:
                before = problem.object[: problem.start]
                return line + before.count(b"\n"), problem.object[problem.start : problem.start + 12]
        with suppress(UnicodeDecodeError):
            decoder.decode(b"", final=True)
            return None
    return line, b""
