"""The data set's card: what is in it, where it comes from, what was left out. Markdown for people and hubs."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader


def card(facts: dict[str, Any]) -> str:
    """The card's text from the run's facts (`report.summary`)."""
    environment = Environment(
        loader=PackageLoader("prefdata.export", "."), autoescape=False, keep_trailing_newline=True
    )
    return environment.get_template("card.md.j2").render(**facts)
