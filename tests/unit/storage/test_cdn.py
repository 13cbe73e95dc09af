import json

import httpx2
import pytest

from bulkgen.domain.errors import StorageError
from bulkgen.storage.cdn import cloudflare_purge

TOKEN = "token-of-the-tests"  # noqa: S105 - it opens nothing
URLS = ["https://cdn.example/pages/a.webp", "https://cdn.example/pages/b.webp"]


def purge_by(answer: httpx2.Response | httpx2.HTTPError, asked: list[httpx2.Request]) -> None:
    def give(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if isinstance(answer, httpx2.HTTPError):
            raise answer
        return answer

    with httpx2.Client(transport=httpx2.MockTransport(give)) as client:
        cloudflare_purge(client, "0a1b", TOKEN)(URLS)


def test_files_are_purged_by_their_addresses():
    asked: list[httpx2.Request] = []
    purge_by(httpx2.Response(200, json={"success": True}), asked)

    request = asked[0]
    assert request.method == "POST"
    assert request.url == "https://api.cloudflare.com/client/v4/zones/0a1b/purge_cache"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content) == {"files": URLS}


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_refusal_names_the_settings_and_no_token(status):
    with pytest.raises(StorageError, match="BULKGEN_CLOUDFLARE_ZONE") as caught:
        purge_by(httpx2.Response(status, text=f"bad token {TOKEN}"), [])

    assert f"HTTP {status}" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_an_outage_is_told():
    with pytest.raises(StorageError, match="nothing was purged"):
        purge_by(httpx2.ConnectError("no route"), [])
