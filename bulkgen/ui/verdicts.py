"""What the moderation said of a page, in words."""

import streamlit as st

from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.ui.formats import markdown

_SHOWN = 4


def sentence(page: PromptPage) -> str | None:
    """What a person has to know of the moderation of a page; None where it found nothing."""
    verdict = page.verdict
    if verdict is None or verdict.clean:
        return None
    if verdict.unavailable:
        said = "The moderation gave no answer"
    elif verdict.status is PageStatus.BLOCKED:
        said = f"Blocked by the moderation: {verdict.finding}"
    else:
        said = f"Moderation in doubt: {verdict.finding}"
    if page.decided_at is None:
        return said
    done = "blocked" if page.status is PageStatus.BLOCKED else "accepted"
    return f"{said}; {done} by a person on {page.decided_at:%Y-%m-%d %H:%M} UTC"


def draw_verdict(page: PromptPage) -> None:
    """The highest scores of a page, who gave them and for what."""
    verdict = page.verdict
    if verdict is None:
        st.caption("There is no verdict of a moderation about this page.")
        return
    st.caption(markdown(sentence(page) or "The moderation found nothing."))
    highest = sorted(verdict.scores.items(), key=lambda item: -item[1])[:_SHOWN]
    if highest:
        scores = ", ".join(f"{name} {score:.1%}" for name, score in highest)
        by = f" by {verdict.model}" if verdict.model else ""
        st.caption(markdown(f"Highest scores{by}: {scores}"))
    seen = [
        f"{what} {digest[:8]}"
        for what, digest in zip(("prompt", "picture"), verdict.input_sha256, strict=False)
    ]
    if seen:
        st.caption(markdown(f"Judged: {', '.join(seen)} (SHA-256)"))
