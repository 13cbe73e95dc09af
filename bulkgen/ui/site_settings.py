"""How the public site looks and what it says of itself."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.people import Actor
from bulkgen.domain.site import Site
from bulkgen.studio.site import PublicSite
from bulkgen.ui import messages


def draw_site(public_site: PublicSite, actor: Actor) -> None:
    """The settings of the site, saved together."""
    st.header("Public pages")
    now = public_site.settings()
    with st.form("settings.site"):
        name = st.text_input("Name of the site", now.name)
        logo_url = st.text_input(
            "Address of a logo", now.logo_url, placeholder="https://example.com/logo.svg"
        )
        with st.container(horizontal=True):
            accent_light = st.color_picker("Accent on light", now.accent_light)
            accent_dark = st.color_picker("Accent on dark", now.accent_dark)
        footer = st.text_area("Footer", now.footer)
        creator = st.text_input("Creator of the pictures", now.creator, placeholder=now.name)
        credit = st.text_input(
            "Credit beside each picture", now.credit, placeholder="AI-generated with its model"
        )
        copyright_notice = st.text_input("Copyright notice", now.copyright_notice)
        license_url = st.text_input("Address of the licence", now.license_url)
        acquire_license_url = st.text_input(
            "Address where a licence is sold", now.acquire_license_url
        )
        index_unreviewed = st.checkbox(
            "Search engines may list pages that no person has reviewed", now.index_unreviewed
        )
        if st.form_submit_button("Save the public pages"):
            _save(
                public_site,
                actor,
                Site(
                    name=name,
                    logo_url=logo_url,
                    accent_light=accent_light,
                    accent_dark=accent_dark,
                    footer=footer,
                    creator=creator,
                    credit=credit,
                    copyright_notice=copyright_notice,
                    license_url=license_url,
                    acquire_license_url=acquire_license_url,
                    index_unreviewed=index_unreviewed,
                ),
            )


def _save(public_site: PublicSite, actor: Actor, site: Site) -> None:
    try:
        public_site.set_settings(actor, site)
    except BulkgenError as error:
        messages.show(error)
    else:
        messages.note("Saved.")
        st.rerun()
