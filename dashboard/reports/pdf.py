"""One A4 page for the person who treats, or for oneself: PDF/UA-1 and PDF/A-2a.

Identical reports give identical bytes: the creation time is the end of the week, the fonts are the
ones inside the typst package, and the text reaches the template as JSON, never as typst code.
Characters that those fonts lack are drawn with the computer's own fonts, or replaced by `?`.
"""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from typing import Any, Literal

from analytics.week import Component, Day, TrendWeek, WeekReport
from dashboard import theme, wording
from dashboard.reports.fitting import clip, first_few, numbered
from dashboard.reports.identity import is_unnamed
from language.formats import decimal
from language.spoken import _, language

STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
_SIGNS = "\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2265"  # dashes, quotes, ellipsis, at least
_BUNDLED = ((0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3CE), (0x400, 0x45F))
_MOST = {"notices": 4, "gaps": 4, "sensors": 4, "components": 9, "sources": 12, "practice": 5}


def write(report: WeekReport) -> bytes:
    """The page as PDF bytes."""
    sheet = sheet_of(report)
    stamp = int(dt.datetime.combine(report.end, dt.time(), tzinfo=dt.UTC).timestamp())
    return _compile(sheet, stamp)


def _compile(sheet: dict[str, Any], stamp: int) -> bytes:
    """Bundled fonts first; only text that they cannot show falls back."""
    import typst

    source = resources.files("dashboard.reports").joinpath("week.typ").read_bytes()

    def compiled(of: dict[str, Any], *, bundled: bool) -> bytes:
        return typst.compile(
            source,
            sys_inputs={"sheet": json.dumps(of, ensure_ascii=True, sort_keys=True)},
            ignore_system_fonts=bundled,
            pdf_standards=list(STANDARDS),
            timestamp=stamp,
        )

    try:
        return compiled(sheet, bundled=True)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    try:
        return compiled(sheet, bundled=False)
    except typst.TypstError:
        return compiled(_western(sheet), bundled=True)


def _western(value: Any) -> Any:
    """Every character outside the scripts that the bundled font has, replaced by `?`."""
    if isinstance(value, str):
        return "".join(char if _bundled(char) else "?" for char in value)
    if isinstance(value, dict):
        return {key: _western(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_western(item) for item in value]
    return value


def _bundled(char: str) -> bool:
    return char in _SIGNS or any(first <= ord(char) <= last for first, last in _BUNDLED)


# --- the sheet: what the template lays out ------------------------------------------------------


def sheet_of(report: WeekReport) -> dict[str, Any]:
    """Every text and share on the page, shortened so that it fits."""
    lines = wording.card(report)[: _MOST["components"]]
    sources = numbered(line.source for line in lines)
    return {
        "colours": theme.colours(),
        "demo": report.demo,
        "lang": language(),
        "labels": _labels(),
        "title": _(
            "Leg load of {person}, {week}",
            person=clip(report.person_name, 60),
            week=wording.week_name(report.week),
        ),
        "keywords": [_("leg load"), report.week, *(["DEMO"] if report.demo else [])],
        "person": clip(report.person_name, 46) or _("Person"),
        "unnamed": is_unnamed(report),
        "note": clip(report.note, 1200),
        "week": wording.week_name(report.week),
        "dates": wording.date_range(report),
        "zone": clip(_("Days as in {zone}", zone=report.zone), 60),
        **_score(report),
        "components": [_component(line, sources, report) for line in lines],
        "days": [_day(day) for day in report.days],
        "strip-text": f"{wording.strip_text(report)} {wording.parts_text(report)}".strip(),
        "parts": [{"key": part.key, "title": _(part.title)} for part in wording.parts_seen(report)],
        "dose-note": _(wording.DOSE_NOTE),
        "trend": _trend(report),
        "trend-note": wording.trend_note(report),
        "usual": clip(wording.baseline_text(report), 200),
        "practice": first_few(
            (one.text for one in wording.practice_done(report)), _MOST["practice"], 100
        ),
        "practice-days": clip(wording.practice_days_text(report), 200),
        "beside": [clip(one.text, 340) for one in wording.beside(report)],
        "notices": first_few((one.text for one in report.notices), _MOST["notices"], 380),
        "gaps": first_few(
            (wording.gap_text(gap, report) for gap in report.gaps), _MOST["gaps"], 240
        ),
        "no-gaps": wording.gaps_none(report),
        "sensors": first_few(
            (wording.sensor_text(use) for use in report.sensors), _MOST["sensors"], 240
        ),
        "sources": [
            {
                "mark": mark,
                "parts": [list(part) for part in wording.citation_parts(clip(text, 260))],
            }
            for text, mark in list(sources.items())[: _MOST["sources"]]
        ],
        "evidence-key": " ".join(
            f"{letter} {_(word)}: {_(meaning)}"
            for letter, (word, meaning) in wording.EVIDENCE.items()
        ),
        "method": clip(
            _(
                "{method}; targets {targets}; data {data}.",
                method=report.method,
                targets=report.protocol,
                data=report.data_hash[:16],
            ),
            160,
        ),
        "disclaimer": clip(report.disclaimer, 700),
    }


def _labels() -> dict[str, Any]:
    """What stands on the page of every week."""
    return {
        "demo": "DEMO",
        "name": _("Name:"),
        "note": _("Note"),
        "simulated": _("DEMO – simulated data"),
        "report": _("legload weekly report"),
        "targets": _("Against the targets"),
        "columns": [_("Component"), _("This week"), _("Target"), _("Points"), _("Evidence")],
        "strip": _("Seven days: dose and coverage"),
        "day": _("Day"),
        "dose": _("Dose"),
        "step-eq": _("step-eq"),
        "parts": _("of which"),
        "coverage": _("Coverage"),
        "of-day": _("of the day"),
        "strip-key": _(
            "Bar: share of the day's target; pale bar: lower bound. "
            "Coverage: dark worn, pale recorded, hatched unknown."
        ),
        "trend": _("Last weeks"),
        "trend-columns": [
            _("Week"),
            _("Points of 100"),
            _("Points"),
            _("step-eq/day"),
            _("Valid days"),
            _("Status"),
        ],
        "origin": _("Where the minutes came from"),
        "no-sensor": _("No sensor fed this week."),
        "gaps": _("Gaps"),
        "notices": _("Notices"),
        "no-notices": _("No notices."),
        "practice": _("Strength and balance"),
        "no-practice": _("None logged or detected."),
        "beside": _("Shown, never scored"),
        "sources": _("Sources."),
        "evidence": _("Evidence."),
        "method": _("Method."),
    }


def _score(report: WeekReport) -> dict[str, Any]:
    done, left, unknown = wording.shares(report)
    earned = wording.at_least(decimal(done), bound=report.at_least)
    return {
        "scored": report.points is not None,
        "headline": wording.headline(report),
        "status": wording.status_title(report),
        "status-text": wording.status_sentence(report),
        "scored-on": wording.scored_on(report),
        "shares": {
            "done": done,
            "left": left,
            "total": wording.points_total(report),
            "done-text": _("done: {points}", points=earned),
            "left-text": _(
                "{word}: {points}", word=wording.left_word(report), points=decimal(left)
            ),
            "unknown-text": _("not measured: {points}", points=decimal(unknown)),
        },
    }


def _component(line: Component, sources: dict[str, int], report: WeekReport) -> dict[str, Any]:
    return {
        "title": clip(line.title, 56),
        "known": line.value is not None,
        "value": wording.value_text(line),
        "details": [clip(text, 250) for text in wording.details(line, report, ways={})],
        "target": clip(line.target_text, 90),
        "credit": line.credit,
        "points": wording.points_text(line),
        "evidence": wording.evidence_text(line.evidence),
        "source": sources.get(line.source),
    }


def _day(day: Day) -> dict[str, Any]:
    worn, observed = wording.coverage_shares(day)
    return {
        "name": wording.date_short(day.date),
        "state": wording.day_state(day),
        "credit": day.credit if day.recorded else None,
        "parts": [[part.key, share] for part, share in wording.part_shares(day)],
        "part-lines": wording.part_lines(day),
        "dose": wording.dose_text(day),
        "coverage": wording.coverage_text(day) or "–",
        "wear": worn,
        "observed": observed,
    }


def _trend(report: WeekReport) -> list[dict[str, Any]]:
    """The page's table of the last weeks, each with a bar."""
    rows = zip(report.trend, wording.trend_table(report), strict=True)
    return [{"cells": list(row.values()), **_trend_bar(week)} for week, row in rows][-4:]


def _trend_bar(week: TrendWeek) -> dict[str, Any]:
    return {
        "share": None if week.points is None else week.points / 100,
        "most": week.points_measurable / 100,
        "at-least": week.at_least,
    }
