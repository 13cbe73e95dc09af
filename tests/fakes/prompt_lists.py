"""Prompt lists of `tests/lists`, whole."""

import json
from pathlib import Path

_DATA = Path(__file__).parents[1] / "lists"


def _parti() -> tuple[str, ...]:
    lines = (_DATA / "PartiPrompts.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(line.partition("\t")[0] for line in lines[1:])


#: 1,632 phrases and sentences, each on one line.
PARTI = _parti()
#: JSON, Markdown, sections, labels, placeholders; most have several lines.
STRUCTURED: tuple[str, ...] = tuple(
    json.loads((_DATA / "structured_prompts.json").read_text(encoding="utf-8"))
)
