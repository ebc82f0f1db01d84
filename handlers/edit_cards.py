"""Decides how a section of a module is chosen and edited on a card."""

from __future__ import annotations

from handlers.cards import Block, Button, Buttons, Card, Field, Heading, Note
from handlers.review_cards import subject_of
from handlers.review_view import ReviewView
from handlers.review_words import title_of
from handlers.wording import LABEL, shortened
from learning.modules import Content, Section, sections


def edit_card(view: ReviewView, chosen: Section | None = None) -> Card:
    """Says what editing means and offers the sections; with `chosen`, that section's own words."""
    subject, at = subject_of(view), f"c{view.module.number}"
    title = title_of(view.module, view.stored.title)
    blocks: list[Block] = [
        Heading(f"Edit: {title}"),
        Note(
            "Saving makes you one of its authors: others then have to approve it, and approvals"
            " given so far are void.",
            "warning",
        ),
    ]
    if chosen is None:
        options = tuple(labelled_sections(view.stored.content))
        blocks.append(Field(f"section:{at}", "Section", "choice", options, options[0]))
        blocks.append(Buttons((Button("Open", "review.open", subject, "primary"),)))
        return Card(f"Edit {title}", tuple(blocks))
    lines = "\n".join(" ".join(said.text.split()) for said in chosen.sentences)
    blocks += [
        Field(f"text:{at}:{chosen.key}", chosen.heading, "long_text", value=lines),
        Note(
            "One sentence a line. A line keeps its source; for a changed or a new one I look for it"
            " in the SOPs that this module rests on."
        ),
        Buttons((Button("Save", "review.save", subject, "primary"),)),
    ]
    return Card(f"Edit {chosen.heading} of {title}", tuple(blocks))


def labelled_sections(content: Content) -> dict[str, Section]:
    """The sections as choices: a heading with the first words under it, no two alike."""
    labelled: dict[str, Section] = {}
    for section in sections(content):
        begins = section.sentences[0].text if section.sentences else ""
        words = " ".join(f"{section.heading}: {begins}".split())
        label, count = shortened(words, LABEL), 1
        while label in labelled:
            count += 1
            label = f"{shortened(words, LABEL - 5)} ({count})"
        labelled[label] = section
    return labelled
