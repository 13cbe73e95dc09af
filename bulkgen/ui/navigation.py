"""The pages, named once; everything that links to one takes its path from here."""

import streamlit as st

from bulkgen.settings import ROOT

FAVICON = ROOT / "bulkgen" / "ui" / "favicon.svg"

_FOLDER = ROOT / "pages"
GENERATE = _FOLDER / "generate.py"
GALLERY = _FOLDER / "gallery.py"
REVIEW = _FOLDER / "review.py"
JOBS = _FOLDER / "jobs.py"
PROMPT_PAGES = _FOLDER / "prompt_pages.py"
GUIDE = _FOLDER / "guide.py"
SETTINGS = _FOLDER / "settings.py"
ADMIN = _FOLDER / "admin.py"


def pages() -> list[st.Page]:
    """Every page, in the order of the navigation."""
    return [
        st.Page(GENERATE, title="Generate", default=True, help="Write prompts and start a job."),
        st.Page(GALLERY, title="Gallery", help="The images of one job: watch, select, create."),
        st.Page(REVIEW, title="Review", help="One prompt at a time, one key for each decision."),
        st.Page(JOBS, title="Jobs", help="Every job with its state, counts and cost."),
        st.Page(PROMPT_PAGES, title="Prompt pages", help="Drafts and published pages."),
        st.Page(GUIDE, title="Guide", help="How to write prompts, and what images cost."),
        st.Page(SETTINGS, title="Settings", help="Limit, budgets, defaults, pace of the demo."),
        st.Page(ADMIN, title="Admin", help="How the installation is."),
    ]
