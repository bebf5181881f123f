"""Puts the figures into docs/recognition.md, and those of a crisis where /about reads them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from benchmarks.recognition.figures import NAMES
from benchmarks.recognition.measure import Measured
from bot.content.generated import replace_part

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
# Figure: target in English and in Spanish, and whether more is better.
TARGETS: dict[str, tuple[float, float, bool]] = {
    "right": (0.90, 0.85, True),
    "macro_f1": (0.88, 0.82, True),
    "grave_recall": (0.98, 0.97, True),
    "crisis_recall": (0.97, 0.95, True),
    "false_crisis": (0.015, 0.02, False),
    "outside_kept_out": (0.92, 0.88, True),
    "situation_lost": (0.02, 0.03, False),
}
SHOWN_WORSE = ("right", "grave_recall", "crisis_recall", "false_crisis")


def targets_table(found: dict[str, Measured]) -> str:
    """The figures beside their targets; what falls short is marked."""
    lines = ["| | en | target | es | target |", "|---|---:|---:|---:|---:|"]
    for key, name in NAMES.items():
        cells = [name]
        for place, locale in enumerate(("en", "es")):
            value = found[locale].figures[key]
            if key not in TARGETS:
                cells += [f"{value:.3f}", "–"]
                continue
            target, more = TARGETS[key][place], TARGETS[key][2]
            met = value >= target if more else value <= target
            sign = "≥" if more else "≤"
            cells += [f"{value:.3f}" + ("" if met else " **short**"), f"{sign} {target:g}"]
        lines.append("| " + " | ".join(cells) + " |")
    counts = [f"{found[locale].count} {locale}" for locale in ("en", "es")]
    return "\n".join(lines) + f"\n\nSentences: {', '.join(counts)}."


def groups_table(found: dict[str, Measured], keys: tuple[str, ...] = tuple(TARGETS)) -> str:
    """One line a group."""
    lines = ["| | sentences | " + " | ".join(key.replace("_", " ") for key in keys) + " |"]
    lines.append("|---|" + "---:|" * (len(keys) + 1))
    for name, one in found.items():
        cells = [f"{one.figures[key]:.3f}" for key in keys]
        lines.append(f"| {name} | {one.count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def worse_table(found: dict[str, dict[str, Measured]]) -> str:
    """Each way of typing worse by locale."""
    flat = {f"{way}, {name}": one for way, by in found.items() for name, one in by.items()}
    return groups_table(flat, SHOWN_WORSE)


def confusions_list(found: dict[str, Measured]) -> str:
    """The commonest confusions of each locale."""
    lines = []
    for locale in ("en", "es"):
        pairs = [f"{right} → {given} ({count})" for right, given, count in found[locale].confusions]
        lines.append(f"- {locale}: " + ", ".join(pairs))
    return "\n".join(lines)


def entities_table(measured: dict[str, dict[str, dict[str, float]]]) -> str:
    """Precision and recall of each entity by locale, as benchmarks.entities measured them."""
    locales = [locale for locale in measured if locale != "all"]
    heads = [f"{locale} {word}" for locale in locales for word in ("values", "precision", "recall")]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for entity in measured[locales[0]]:
        if entity == "sentences":
            continue
        cells = [entity]
        for locale in locales:
            one = measured[locale][entity]
            cells += [f"{one['labelled']:.0f}", f"{one['precision']:.3f}", f"{one['recall']:.3f}"]
        lines.append("| " + " | ".join(cells) + " |")
    counts = [f"{measured[locale]['sentences']['labelled']:.0f} {locale}" for locale in locales]
    return "\n".join(lines) + f"\n\nSentences: {', '.join(counts)}."


def write(root: Path, text: str, found: dict[str, Measured]) -> None:
    """Replaces the measured part of the card and the file that /about reads."""
    replace_part(root / "docs" / "recognition.md", BEGIN, END, f"\n{text}\n")
    told = {
        "measured_on": date.today().isoformat(),
        "locales": {
            locale: {
                "crises": found[locale].crises,
                "crisis_recall": round(found[locale].figures["crisis_recall"], 3),
                "false_crisis": round(found[locale].figures["false_crisis"], 3),
            }
            for locale in ("en", "es")
        },
    }
    path = root / "data" / "evaluation" / "measured.json"
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
