"""The result as one page that needs nothing else: summary, map and table of findings that lead to each other, both languages."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TextIO

from guotu.errors import Lang
from guotu.model.finding import Finding, QualityReport
from guotu.ops.checking.report.drawing import Canvas
from guotu.ops.checking.report.words import place_in_words, word
from guotu.ops.checking.result import Examination, LayerResult, Said
from guotu.quality.findings import Wanted

MOST = 3_000
"""Findings on a page: what a browser shows and a printer prints with ease; each rule has its share."""
_STEP = 500


@dataclass(frozen=True, slots=True)
class _Both:
    """Writes texts in both languages; the page shows one of them."""

    sink: TextIO

    def tag(self, name: str, said: Said, attributes: str = "") -> None:
        self.sink.write(f"<{name}{' ' + attributes if attributes else ''}>{both(said)}</{name}>")

    def row(self, cells: list[str], head: bool = False) -> None:
        mark = "th" if head else "td"
        self.sink.write("<tr>" + "".join(f"<{mark}>{cell}</{mark}>" for cell in cells) + "</tr>")


def both(said: Said) -> str:
    """A text in both languages as safe markup."""
    zh, en = html.escape(str(said[0])), html.escape(str(said[1]))
    return zh if zh == en else f'<span class="zh">{zh}</span><span class="en" lang="en">{en}</span>'


def said(name: str, **facts: object) -> Said:
    """A word of the reports in both languages."""
    return word(name, "zh", **facts), word(name, "en", **facts)


def page(examined: Examination, target: Path, lang: Lang) -> None:
    """Written as it is read: the file may be long, the memory is not."""
    with target.open("w", encoding="utf-8") as sink:
        write = _Both(sink)
        _head(sink, examined, lang)
        _verdict(write, examined)
        for layer in examined.layers:
            _layer(write, layer)
        shown = list(_shares(examined))
        total = len(examined.findings)
        if shown:
            _found(write, examined, shown, total)
        elif examined.passed:
            write.tag("p", said("none"), 'class="passed"')
        for layer in examined.layers:
            if layer.report is not None:
                _details(write, layer.name, layer.report)
        sink.write(f"</main><script>{_asset('page.js')}</script></body></html>\n")


def _head(sink: TextIO, examined: Examination, lang: Lang) -> None:
    title = html.escape(f"{word('title', lang)} {examined.file}")
    sink.write(
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}" class="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_asset('page.css')}</style></head><body><main>"
        '<button type="button" id="language"><span class="zh" lang="en">English</span>'
        '<span class="en" lang="zh">中文</span></button>'
    )


def _verdict(write: _Both, examined: Examination) -> None:
    name = "passed" if examined.passed else "asks" if examined.asks else "refused"
    title, verdict = said("title"), said(name)
    write.tag("h1", (f"{title[0]} · {verdict[0]}", f"{title[1]} · {verdict[1]}"), f'class="{name}"')
    write.sink.write('<table class="facts">')
    write.row([both(said("file")), html.escape(examined.file)])
    write.row([both(said("format")), html.escape(examined.format)])
    write.sink.write("</table>")


def _layer(write: _Both, layer: LayerResult) -> None:
    write.tag("h2", (f"{word('layer', 'zh')} {layer.name}", f"{word('layer', 'en')} {layer.name}"))
    write.sink.write('<table class="facts">')
    write.row([both(said("schema")), html.escape(layer.schema or "–")])
    write.row([both(said("features")), f"{layer.features:,}"])
    write.row([both(said("crs")), both(layer.crs_evidence)])
    write.row([both(said("encoding")), both(layer.encoding_evidence)])
    if layer.question is not None:
        write.row([both(said("question")), both(layer.question.detail)])
    report = layer.report
    if report is not None:
        write.row([both(said("verdict")), both((report.summary("zh"), report.summary("en")))])
        if report.score is not None:
            points = f"{report.score.points:g}"
            grades = report.score.grade.word("zh"), report.score.grade.word("en")
            write.row([both(said("score")), both((f"{points} · {grades[0]}", f"{points} · {grades[1]}"))])
    write.sink.write("</table>")
    if report is not None and report.counts:
        _rules(write, report)


def _rules(write: _Both, report: QualityReport) -> None:
    write.sink.write('<table class="rules"><thead>')
    names = ("rule", "name", "category", "severity", "count", "excepted", "hard")
    write.row([both(said(name)) for name in names], head=True)
    write.sink.write("</thead><tbody>")
    for count in report.counts:
        write.row(
            [
                count.rule,
                both((count.name, count.name_en)),
                both((count.category, count.category_en)),
                _severity(count.severity.value),
                f"{count.count:,}",
                f"{count.excepted:,}" if count.excepted else "",
                both(said("yes" if count.hard else "no")),
            ]
        )
    write.sink.write("</tbody></table>")


def _severity(severity: str) -> str:
    zh, en = said(severity)
    return f'<b class="s {severity}">{severity}</b> {both((zh, en))}'


def _shares(examined: Examination) -> Iterator[tuple[int, Finding]]:
    """Findings of every rule, as many as the page has room for, with their numbers."""
    found = examined.findings
    rules = [count.rule for layer in examined.layers if layer.report for count in layer.report.counts]
    rules = list(dict.fromkeys(rules))
    left = MOST
    for number, rule in enumerate(sorted(rules, key=lambda rule: found.count(Wanted(rule=rule)))):
        share = min(left // (len(rules) - number), found.count(Wanted(rule=rule)))
        for start in range(0, share, _STEP):
            yield from found.page(Wanted(rule=rule), start, min(_STEP, share - start))
        left -= share


def _found(write: _Both, examined: Examination, shown: list[tuple[int, Finding]], total: int) -> None:
    shown.sort(key=lambda each: (each[1].severity.value, each[1].rule, each[0]))
    sink = write.sink
    write.tag("h2", said("findings"))
    if len(shown) < total:
        write.tag("p", said("left", shown=f"{len(shown):,}", total=f"{total:,}"), 'class="note"')
    sink.write('<div class="desk">')
    canvas = Canvas.around(examined)
    if canvas is not None:
        sink.write('<figure class="map">')
        canvas.draw(sink, examined, shown)
        sink.write('<div class="tools">')
        for action, sign in (("in", "+"), ("out", "−"), ("whole", "⤢")):
            sink.write(f'<button type="button" data-zoom="{action}" aria-label="{action}">{sign}</button>')
        sink.write("</div>")
        write.tag("figcaption", said("click"))
        sink.write("</figure>")
    sink.write('<div class="list"><p class="filters">')
    _filter(write, "severity", sorted({each.severity.value for _, each in shown}))
    _filter(write, "rule", sorted({each.rule for _, each in shown}))
    sink.write('</p><table id="findings"><thead>')
    write.row([both(said(name)) for name in ("severity", "rule", "place", "detail", "remedy")], head=True)
    sink.write("</thead><tbody>")
    for number, finding in shown:
        _finding(sink, number, finding)
    sink.write("</tbody></table></div></div>")


def _filter(write: _Both, name: str, values: list[str]) -> None:
    options = "".join(f'<option value="{html.escape(each)}">{html.escape(each)}</option>' for each in values)
    everything = f"{word('all', 'zh')} / {word('all', 'en')}"
    write.sink.write(
        f'<label>{both(said(name))} <select data-filter="{name}"><option value="">{everything}</option>{options}</select></label>'
    )


def _finding(sink: TextIO, number: int, finding: Finding) -> None:
    severity, place = finding.severity.value, finding.place
    measure = (
        ""
        if finding.measure is None
        else f' <span class="m">{finding.measure:.4g} {finding.unit or ""}</span>'
    )
    sink.write(
        f'<tr id="r{number}" data-n="{number}" data-rule="{html.escape(finding.rule)}" data-severity="{severity}" tabindex="0">'
        f'<td><b class="s {severity}">{severity}</b></td><td>{html.escape(finding.rule)}</td>'
        f"<td>{both((place_in_words(place, 'zh'), place_in_words(place, 'en')))}</td>"
        f"<td>{both((finding.zh, finding.en))}{measure}</td><td>{both((finding.remedy_zh, finding.remedy_en))}</td></tr>"
    )


def _details(write: _Both, name: str, report: QualityReport) -> None:
    if report.fields:
        fields = said("fields")
        write.tag("h2", (f"{fields[0]} · {name}", f"{fields[1]} · {name}"))
        write.sink.write('<table class="fields"><thead>')
        write.row([both(said(head)) for head in ("source", "field", "reason")], head=True)
        write.sink.write("</thead><tbody>")
        for match in report.fields:
            write.row([html.escape(match.source), html.escape(match.code or "–"), both((match.zh, match.en))])
        write.sink.write("</tbody></table>")
    if report.notes:
        write.tag("h2", said("notes"))
        write.sink.write("<ul>")
        for note in report.notes:
            write.tag("li", note)
        write.sink.write("</ul>")


def _asset(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
