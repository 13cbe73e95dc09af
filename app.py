"""The app; `make run` starts it with `streamlit run app.py`."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bulkgen import bootstrap
from bulkgen.domain.errors import BulkgenError
from bulkgen.settings import ROOT
from bulkgen.ui.image_links import base_path
from bulkgen.ui.launch import allowed_hosts, check_address
from bulkgen.ui.session import studio
from bulkgen.web.loopback import LoopbackOnly
from bulkgen.web.routes import routes


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Start the engine with the server, and let open calls end with it."""
    bootstrap.installation().engine.start()
    gc.collect()
    gc.freeze()
    yield
    await anyio.to_thread.run_sync(bootstrap.close_installation)


try:
    check_address(st.get_option("server.address"))
    public_url = bootstrap.installation().settings.public_url
except BulkgenError as error:
    sys.exit(f"bulkgen: {error}")
app = st.App(
    ROOT / "bulkgen" / "ui" / "shell.py",
    lifespan=lifespan,
    routes=routes(studio, public_url, base_path()),
    middleware=[
        Middleware(LoopbackOnly),
        Middleware(
            TrustedHostMiddleware,
            allowed_hosts=allowed_hosts(public_url),
            www_redirect=False,
        ),
    ],
)
