"""Inside the sandbox: text, HTML, RTF and mail."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

from guotu.ingest.readers.document import Found, damaged

LARGEST = 64 << 20
_CODECS = ("utf-8-sig", "gb18030")
_META = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SKIPPED = {"script", "style", "noscript", "template"}
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "td", "title", "text"}
_RTF = re.compile(
    r"\\'([0-9a-fA-F]{2})|\\u(-?\d+) ?\??|\\([a-zA-Z]+)(-?\d+)? ?|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_RTF_ASIDE = {
    "fonttbl",
    "colortbl",
    "stylesheet",
    "pict",
    "themedata",
    "datastore",
    "object",
    "generator",
    "listtable",
    "rsidtbl",
}


def _bytes(path: str, format: str) -> bytes:
    body = Path(path).read_bytes()
    if len(body) > LARGEST:
        raise damaged(format, f"超过 {LARGEST >> 20} MB", f"it has more than {LARGEST >> 20} MB")
    return body


def decoded(body: bytes, named: str | None = None) -> tuple[str, str]:
    """The text and its encoding: a byte-order mark, the one named, strict UTF-8, GB18030; a few bad bytes are replaced."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace"), "UTF-16"
    for codec in (named, *_CODECS):
        try:
            return (body.decode(codec), codec) if codec else _next()
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace"), "utf-8"


def _next() -> tuple[str, str]:
    raise LookupError


def read_text(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Plain text and Markdown; the first heading or line is its title."""
    text, codec = decoded(_bytes(path, format))
    heading = re.search(r"^#{1,3} +(.+)$", text, re.MULTILINE)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    called = "Markdown" if heading else format
    return Found(
        called, heading[1] if heading else first[:60], facts={"encoding": codec, "unit": "part"}, texts=[text]
    )


class _Plain(HTMLParser):
    """Collects text, title and the named descriptions; never follows anything."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title, self.told = "", dict[str, str]()
        self._skip, self._in_title = 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip += tag in _SKIPPED
        self._in_title = self._in_title or tag == "title"
        given = dict(attrs)
        name, content = given.get("name"), given.get("content")
        if tag == "meta" and name and content:
            self.told.setdefault(name.lower(), content)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._skip = max(0, self._skip - (tag in _SKIPPED))
        self._in_title = self._in_title and tag != "title"
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title and not self.title:
            self.title = data.strip()
        if not self._skip:
            self.parts.append(data)


def html_text(source: str) -> tuple[_Plain, str]:
    """The parsed page and its text."""
    parser = _Plain()
    parser.feed(source)
    parser.close()
    return parser, re.sub(r"[ \t]*\n\s*", "\n", "".join(parser.parts)).strip()


def read_html(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Text without scripts and styles, title, author and description. SVG likewise."""
    body = _bytes(path, format)
    named = _META.search(body[:4096])
    source, codec = decoded(body, named[1].decode("ascii") if named else None)
    page, text = html_text(source)
    facts = {
        "author": page.told.get("author"),
        "subject": page.told.get("description"),
        "encoding": codec,
        "unit": "part",
    }
    return Found(format, page.title, facts=facts, texts=[text])


def read_rtf(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Text of an RTF: escapes, Unicode characters, the code page it declares; groups that hold no text are left out."""
    source = _bytes(path, format).decode("latin-1")
    page = re.search(r"\\ansicpg(\d+)", source[:4096])
    codec = f"cp{page[1]}" if page else "cp1252"
    return Found(format, texts=[_rtf_text(source, codec)], facts={"encoding": codec, "unit": "part"})


class _Rtf:
    """What has been read so far: text, bytes of the code page that wait for their fellows, groups left out."""

    def __init__(self, codec: str) -> None:
        self.out: list[str] = []
        self._raw, self._codec = bytearray(), codec
        self.aside, self._groups = False, list[bool]()

    def byte(self, value: int) -> None:
        if not self.aside:
            self._raw.append(value)

    def flush(self) -> None:
        if self._raw:
            try:
                self.out.append(self._raw.decode(self._codec, "replace"))
            except LookupError:
                self.out.append(self._raw.decode("cp1252", "replace"))
            self._raw.clear()

    def group(self, brace: str) -> None:
        if brace == "{":
            self._groups.append(self.aside)
        else:
            self.aside = self._groups.pop() if self._groups else False

    def word(self, word: str) -> None:
        if word in _RTF_ASIDE:
            self.aside = True
        elif not self.aside:
            self.out.append({"par": "\n", "line": "\n", "row": "\n", "tab": " ", "cell": " "}.get(word, ""))

    def symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.aside = True
        elif not self.aside and symbol in "\\{}~":
            self.out.append(" " if symbol == "~" else symbol)

    def text(self, text: str) -> None:
        if not self.aside:
            self.out.append(text)


def _rtf_text(source: str, codec: str) -> str:
    found = _Rtf(codec)
    for byte, wide, word, _, symbol, brace, plain in (match.groups() for match in _RTF.finditer(source)):
        if byte:
            found.byte(int(byte, 16))
            continue
        found.flush()
        if brace:
            found.group(brace)
        elif wide:
            found.text(chr(int(wide) % 65536))
        elif word:
            found.word(word)
        elif symbol:
            found.symbol(symbol)
        elif plain:
            found.text(plain)
    found.flush()
    return "".join(found.out).strip()


def read_mail(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Subject, sender, date and text of a message; attachments by name only."""
    message = message_from_bytes(_bytes(path, format), policy=policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    text = ""
    if body is not None:
        try:
            text = str(body.get_content())
        except (LookupError, ValueError, KeyError):
            text = ""
        if body.get_content_type() == "text/html":
            text = html_text(text)[1]
    attached = [str(part.get_filename() or "") for part in message.iter_attachments()]
    facts = {
        "author": str(message.get("from", "")),
        "created": str(message.get("date", "")),
        "attachments": "、".join(name for name in attached if name),
        "unit": "part",
    }
    return Found(format, str(message.get("subject", "")), facts=facts, texts=[text])
