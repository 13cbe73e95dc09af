import asyncio
import base64
import hashlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx2
import openai
import pydantic
import pytest
from openai.types import ImagesResponse
from PIL import Image, ImageFile

from bulkgen.demo.process import DemoServer
from tests.fakes.demo_server import KEY, RunningServer, running_server

ROOT = Path(__file__).parents[2]
FLARE = "gpt-image-2.5-flare"


@pytest.fixture(scope="module")
def server():
    with running_server(
        latency_s=0.02, images_per_minute=1000, today=date(2026, 11, 22)
    ) as running:
        yield running


@pytest.fixture
def script(server):
    yield server.script
    server.script()


def a_client(server: RunningServer, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=server.base_url, max_retries=0)


@pytest.fixture
def client(server):
    with a_client(server) as client:
        yield client


def generate(client: openai.OpenAI, prompt: str = "a red fox", **parameters: Any) -> ImagesResponse:
    defaults: dict[str, Any] = {
        "model": FLARE,
        "size": "1024x1024",
        "quality": "low",
        "output_format": "jpeg",
    }
    answer: ImagesResponse = client.images.generate(prompt=prompt, **{**defaults, **parameters})
    return answer


def picture(answer: ImagesResponse) -> ImageFile.ImageFile:
    """The first picture of an answer."""
    return Image.open(io.BytesIO(files_of(answer)[0]))


def files_of(answer: ImagesResponse) -> list[bytes]:
    return [base64.b64decode(image.b64_json or "", validate=True) for image in answer.data or ()]


def calls_of(server: RunningServer, prompt: str) -> list[dict[str, Any]]:
    return [entry for entry in server.ledger() if entry["prompt"] == prompt]


def wait_for(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# Pictures


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_a_picture_comes_in_the_format_and_size_asked_for(client, output_format):
    answer = generate(client, output_format=output_format, size="1536x1024", quality="medium")

    assert picture(answer).format == output_format.upper()
    assert picture(answer).size == (1536, 1024)
    assert answer.output_format == output_format
    assert answer.size == "1536x1024"
    assert answer.quality == "medium"
    assert answer.background == "opaque"


def test_usage_is_what_the_price_list_says(client):
    usage = generate(client, "x" * 41, quality="medium", n=2).usage

    assert usage is not None
    assert usage.output_tokens_details is not None
    assert usage.output_tokens == 2 * 439
    assert usage.output_tokens_details.image_tokens == 2 * 439
    assert usage.input_tokens_details.text_tokens == 11
    assert usage.input_tokens_details.image_tokens == 0
    assert usage.total_tokens == 11 + 2 * 439


def test_the_images_of_a_call_differ_and_so_do_those_of_the_next_call(client):
    answers = [generate(client, "four foxes", n=2) for _ in range(2)]

    assert len({data for answer in answers for data in files_of(answer)}) == 4


def test_a_transparent_picture_has_a_transparent_background(client):
    answer = generate(client, background="transparent", output_format="webp")

    assert answer.background == "transparent"
    assert picture(answer).convert("RGBA").getchannel("A").getpixel((0, 0)) == 0


def test_an_answer_names_its_request_and_its_organization(client):
    answer = client.images.with_raw_response.generate(
        model=FLARE, prompt="a fox", size="1024x1024", quality="low", output_format="jpeg"
    )

    assert re.fullmatch(r"req_[0-9a-f]{32}", answer.headers["x-request-id"])
    assert re.fullmatch(r"org-[0-9a-f]{8}", answer.headers["openai-organization"])
    assert answer.headers["openai-version"] == "2020-10-01"
    assert int(answer.headers["openai-processing-ms"]) > 0


def test_an_edit_takes_several_pictures(client):
    files = [("a.png", b"\x89PNG\r\n\x1a\n", "image/png"), ("b.jpg", b"\xff\xd8\xff", "image/jpeg")]

    answer = client.images.edit(
        model=FLARE, image=files, prompt="put them together", size="1024x1024", n=1, quality="low"
    )

    assert picture(answer).size == (1024, 1024)
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 2 * 1229


def test_an_edit_refuses_what_is_no_picture(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.edit(model=FLARE, image=("a.png", b"hello", "image/png"), prompt="x")

    assert refused.value.code == "invalid_image_file"
    assert refused.value.type == "image_generation_user_error"


# Refusals


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"size": "512x512"}, "invalid_value", "size"),
        ({"size": "1000x1000"}, "invalid_value", "size"),
        ({"n": 0}, "integer_below_min_value", "n"),
        ({"n": 11}, "integer_above_max_value", "n"),
        ({"n": 1.5}, "invalid_type", "n"),
        ({"background": "transparent"}, "invalid_value", "background"),
        ({"model": "gpt-image-2", "quality": "xhigh"}, "invalid_value", "quality"),
        ({"output_format": "gif"}, "invalid_value", "output_format"),
        ({"output_compression": 101}, "integer_above_max_value", "output_compression"),
        ({"response_format": "b64_json"}, "unknown_parameter", "response_format"),
        ({"style": "vivid"}, "unknown_parameter", "style"),
        ({"prompt": "x" * 32_001}, "string_above_max_length", "prompt"),
        ({"prompt": ""}, "missing_required_parameter", "prompt"),
    ],
)
def test_a_request_the_model_cannot_serve_names_the_parameter(client, parameters, code, param):
    with pytest.raises(openai.BadRequestError) as refused:
        generate(client, **parameters)

    assert refused.value.type == "invalid_request_error"
    assert (refused.value.code, refused.value.param) == (code, param)
    assert (refused.value.request_id or "").startswith("req_")


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-3", "gpt-image-9"])
def test_a_model_that_has_ended_is_not_there(client, model):
    with pytest.raises(openai.NotFoundError) as refused:
        generate(client, model=model)

    assert refused.value.code == "model_not_found"


def test_a_prompt_with_the_marker_is_blocked(server, client):
    with pytest.raises(openai.BadRequestError) as refused:
        generate(client, "something [blocked]")

    assert refused.value.code == "moderation_blocked"
    assert refused.value.type == "image_generation_user_error"
    assert "safety_violations=[violence]" in str(refused.value)
    assert calls_of(server, "something [blocked]")[0]["outcome"] == "refused"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic abc"}])
def test_a_call_without_a_key_is_refused(server, headers):
    answer = httpx2.get(f"{server.base_url}/models", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["code"] is None


def test_a_body_that_is_no_json_is_refused(server):
    answer = httpx2.post(
        f"{server.base_url}/images/generations",
        content=b"{",
        headers={"authorization": f"Bearer {KEY}"},
    )

    assert answer.status_code == 400


# The limit


def test_the_limit_is_named_as_the_api_names_it_and_refills():
    with running_server(latency_s=0, images_per_minute=5, prepared_bytes=1) as server:
        client = a_client(server)
        for _ in range(5):
            generate(client)

        with pytest.raises(openai.RateLimitError) as refused:
            generate(client)

        assert (refused.value.type, refused.value.code) == ("input-images", "rate_limit_exceeded")
        assert re.search(
            r"Rate limit reached for gpt-image-2\.5-flare \(for limit gpt-image\) in organization "
            r"org-demo on input-images per min: Limit 5, Used 5, Requested 1\. "
            r"Please try again in (12|11(\.\d{1,3})?)s\.",
            str(refused.value),
        )
        assert 10_000 < int(refused.value.response.headers["retry-after-ms"]) <= 12_000
        assert [entry["outcome"] for entry in server.ledger()] == ["bought"] * 5 + ["refused"]


def test_waiting_as_long_as_told_is_enough_in_the_servers_own_seconds():
    with running_server(
        latency_s=1, images_per_minute=10, prepared_bytes=1, time_scale=200
    ) as server:
        client = a_client(server)
        generate(client, n=10)
        with pytest.raises(openai.RateLimitError) as refused:
            generate(client, n=10)

        wait_s = int(refused.value.response.headers["retry-after-ms"]) / 1000
        assert wait_s > 10
        time.sleep(wait_s / 200)
        assert len(files_of(generate(client, n=10))) == 10


def test_each_key_has_its_own_limit():
    with running_server(latency_s=0, images_per_minute=1, prepared_bytes=1) as server:
        generate(a_client(server))
        generate(a_client(server, "sk-another"))

        with pytest.raises(openai.RateLimitError):
            generate(a_client(server))


def test_a_call_for_more_than_the_limit_can_never_pass():
    with running_server(latency_s=0, images_per_minute=5, prepared_bytes=1) as server:
        with pytest.raises(openai.RateLimitError, match="Limit 5, Requested 6") as refused:
            generate(a_client(server), n=6)

        assert "retry-after" not in refused.value.response.headers


# Models, text and moderation


def test_a_model_says_when_it_ends(client):
    assert client.models.retrieve("gpt-image-1.5").shutdown_date == "2026-12-01"
    assert client.models.retrieve("gpt-image-2.5-flare-2026-09-08").shutdown_date is None
    assert client.models.retrieve("gpt-6-luna").id == "gpt-6-luna"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-image-1")


def test_the_list_holds_models_that_have_not_ended(client):
    names = {model.id for model in client.models.list()}

    assert {FLARE, "gpt-image-1.5", "omni-moderation-latest"} <= names
    assert not {"gpt-image-1", "dall-e-3"} & names


class Kind(pydantic.BaseModel):
    name: str
    weight: int


class Words(pydantic.BaseModel):
    title: str
    description: str
    tags: list[str]
    alt: str
    kind: Kind
    also: str | None
    seen: bool


def test_words_for_a_page_fit_the_schema_and_the_prompt(server, client):
    text = json.dumps({"prompt": "A red fox asleep in fresh snow", "known_tags": ["fox"]})

    answer = client.responses.parse(
        model="gpt-6-luna",
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": text},
                    {
                        "type": "input_image",
                        "image_url": "data:image/webp;base64,AA",
                        "detail": "low",
                    },
                ],
            }
        ],
        text_format=Words,
        max_output_tokens=400,
    )

    words = answer.output_parsed
    assert "fox" in words.title.lower()
    assert "snow" in words.description
    assert "fox" in words.tags
    assert "fox" in words.alt
    assert answer.usage.input_tokens > 1229
    entry = server.ledger("responses")[-1]
    assert entry["outcome"] == "bought"
    assert 0 < float(entry["cost_usd"]) < 0.001


def test_text_without_a_schema_is_plain(client):
    answer = client.responses.create(model="gpt-6-luna", input="A red fox asleep in fresh snow")

    assert "fox" in answer.output_text


def test_moderation_judges_text_and_picture_together(client):
    answer = client.moderations.create(
        model="omni-moderation-latest",
        input=[
            {"type": "text", "text": "a fight [violence]"},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AA"}},
        ],
    )

    (result,) = answer.results
    assert result.flagged
    assert result.categories.violence
    assert not result.categories.hate
    assert result.category_scores.violence > 0.9
    assert result.category_scores.hate < 0.01
    assert result.category_applied_input_types.violence == ["text", "image"]
    assert result.category_applied_input_types.sexual_minors == ["text"]
    assert len(result.category_scores.model_dump(by_alias=True, exclude_none=True)) == 13


def test_moderation_gives_a_result_for_each_text(client):
    answer = client.moderations.create(input=["a red fox", "[hate]"])

    assert [result.flagged for result in answer.results] == [False, True]


# Faults


@pytest.mark.parametrize(
    ("rule", "error", "status", "code"),
    [
        ({"action": "rate_limit"}, openai.RateLimitError, 429, "rate_limit_exceeded"),
        ({"action": "other_429"}, openai.RateLimitError, 429, "rate_limit_exceeded"),
        ({"action": "slow_down"}, openai.InternalServerError, 503, "slow_down"),
        ({"action": "insufficient_quota"}, openai.RateLimitError, 429, "insufficient_quota"),
        (
            {"action": "billing_hard_limit"},
            openai.BadRequestError,
            400,
            "billing_hard_limit_reached",
        ),
        ({"action": "unauthorized"}, openai.AuthenticationError, 401, "invalid_api_key"),
        ({"action": "forbidden_unverified"}, openai.PermissionDeniedError, 403, None),
        ({"action": "model_not_found"}, openai.NotFoundError, 404, "model_not_found"),
        (
            {"action": "bad_request", "param": "quality"},
            openai.BadRequestError,
            400,
            "invalid_value",
        ),
        ({"action": "moderation_blocked"}, openai.BadRequestError, 400, "moderation_blocked"),
        ({"action": "server_error"}, openai.InternalServerError, 500, None),
        ({"action": "overloaded"}, openai.InternalServerError, 503, "server_is_overloaded"),
        ({"action": "html_502"}, openai.InternalServerError, 502, None),
    ],
    ids=lambda value: value["action"] if isinstance(value, dict) else "",
)
def test_a_scripted_refusal_buys_nothing(server, client, script, rule, error, status, code):  # noqa: PLR0917 - a table
    prompt = f"refused by {rule['action']}"
    script(rule)

    with pytest.raises(error) as refused:
        generate(client, prompt)

    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert KEY not in str(refused.value)
    (entry,) = calls_of(server, prompt)
    assert (entry["outcome"], entry["cost_usd"], entry["sha256"]) == ("refused", "0", [])
    assert entry["error"] == (code or str(status))


def test_a_scripted_limit_names_the_wait(client, script):
    script({"action": "rate_limit", "seconds": 0.24})

    with pytest.raises(openai.RateLimitError, match=r"Please try again in 240ms\.") as refused:
        generate(client)

    assert refused.value.response.headers["retry-after-ms"] == "240"


def test_a_refused_key_is_repeated_only_when_the_script_says_so(client, script):
    script({"action": "unauthorized", "echo_key": True})

    with pytest.raises(openai.AuthenticationError, match=KEY):
        generate(client)


def test_a_reset_before_the_call_is_served_buys_nothing(server, client, script):
    script({"action": "reset_before"})

    with pytest.raises(openai.APIConnectionError) as broken:
        generate(client, "reset before")

    assert isinstance(broken.value.__cause__, httpx2.ReadError)
    assert calls_of(server, "reset before")[0]["outcome"] == "refused"


@pytest.mark.parametrize(
    ("action", "cause"),
    [("reset_after", httpx2.ReadError), ("cut_body", httpx2.RemoteProtocolError)],
)
def test_an_answer_that_breaks_was_bought(server, client, script, action, cause):
    script({"action": action})

    with pytest.raises(openai.APIConnectionError) as broken:
        generate(client, f"broken by {action}")

    assert isinstance(broken.value.__cause__, cause)
    (entry,) = calls_of(server, f"broken by {action}")
    assert entry["outcome"] == "bought"
    assert len(entry["sha256"]) == 1


def test_a_call_that_hangs_was_bought(server, client, script):
    script({"action": "hang"})

    with pytest.raises(openai.APITimeoutError):
        generate(client.with_options(timeout=0.5), "hanging")

    assert calls_of(server, "hanging")[0]["outcome"] == "bought"


def test_a_slow_body_arrives_whole(client, script):
    script({"action": "slow_body", "seconds": 0.3})
    started = time.monotonic()

    answer = generate(client)

    assert time.monotonic() - started > 0.25
    assert picture(answer).size == (1024, 1024)


def test_a_packed_body_arrives_whole(client, script):
    script({"action": "gzip"})

    assert picture(generate(client)).size == (1024, 1024)


def test_answers_without_a_usable_picture(client, script):
    script(
        {"action": "empty_data", "next": 1},
        {"action": "bad_base64", "next": 1},
        {"action": "wrong_size"},
    )

    assert files_of(generate(client)) == []
    with pytest.raises(ValueError, match="base64"):
        picture(generate(client))
    assert picture(generate(client)).size == (512, 512)


def test_a_rule_hits_the_calls_it_describes():
    with running_server(latency_s=0, prepared_bytes=1) as server:
        client = a_client(server)
        server.script(
            {"action": "server_error", "call": 2},
            {"action": "overloaded", "prompt": "fox", "next": 1},
            {"action": "unauthorized", "endpoint": "models"},
        )
        outcomes = []
        for prompt in ("a cat", "a dog", "a fox", "a fox"):
            try:
                generate(client, prompt)
                outcomes.append(200)
            except openai.APIStatusError as error:
                outcomes.append(error.status_code)

        assert outcomes == [200, 500, 503, 200]
        with pytest.raises(openai.AuthenticationError):
            client.models.list()


@pytest.mark.parametrize("rule", [{"action": "explode"}, {"action": "hang", "who": 1}, {}])
def test_a_script_that_cannot_be_read_is_refused(server, rule):
    with pytest.raises(httpx2.HTTPStatusError, match="400"):
        server.script(rule)


# The ledger


def test_the_ledger_holds_what_was_sent_and_what_it_cost(server, client):
    answer = generate(client, "for the ledger", quality="medium", n=2)

    (entry,) = calls_of(server, "for the ledger")
    assert entry["sha256"] == [hashlib.sha256(data).hexdigest() for data in files_of(answer)]
    assert (entry["model"], entry["n"], entry["outcome"]) == (FLARE, 2, "bought")
    # 878 tokens at $30 and 4 at $5 a million.
    assert entry["cost_usd"] == "0.026360"
    assert entry["key"] == hashlib.sha256(KEY.encode()).hexdigest()[:12]
    assert KEY not in json.dumps(server.ledger())


def test_a_client_that_goes_away_has_bought_all_the_same(server, client):
    server.set_pace(1000, 0.4)
    try:
        with pytest.raises(openai.APITimeoutError):
            generate(client.with_options(timeout=0.1), "gone away")

        assert calls_of(server, "gone away")[0]["outcome"] == "open"
        wait_for(lambda: calls_of(server, "gone away")[0]["outcome"] == "bought")
        assert len(calls_of(server, "gone away")[0]["sha256"]) == 1
    finally:
        server.set_pace(1000, 0.02)


def test_without_control_only_the_pace_can_be_set():
    with running_server(control=False) as server, httpx2.Client() as http:
        http.headers["authorization"] = f"Bearer {KEY}"
        control = server.base_url.replace("/v1", "/_demo")

        assert http.get(f"{control}/ledger").status_code == 404
        assert http.post(f"{control}/script", json=[]).status_code == 404
        pace = {"images_per_minute": 20, "latency_s": 1}
        assert http.post(f"{control}/pace", json=pace).status_code == 200
        assert http.post(f"{control}/pace", json={"images_per_minute": 0}).status_code == 400
        del http.headers["authorization"]
        assert http.post(f"{control}/pace", json=pace).status_code == 401


# Measurements


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_prepared_pictures_have_the_size_asked_for_and_are_all_different(output_format):
    with running_server(latency_s=0, prepared_bytes=1_500_000) as server:
        files = [
            files_of(generate(a_client(server), output_format=output_format))[0] for _ in range(2)
        ]
        assert all(1_500_000 <= len(data) <= 1_500_002 for data in files)
        for data, entry in zip(files, server.ledger(), strict=True):
            assert entry["sha256"] == [hashlib.sha256(data).hexdigest()]
            assert Image.open(io.BytesIO(data)).convert("RGB").size == (1024, 1024)
        assert files[0] != files[1]


async def ask_once(port: int, number: int) -> bytes:
    """Order a picture on a connection of its own; the status line of the answer."""
    order = {"model": FLARE, "prompt": f"{number}", "output_format": "jpeg"}
    body = json.dumps(order).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /v1/images/generations HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n"
        b"Authorization: Bearer key\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0]


def test_250_calls_are_in_flight_at_once():
    async def ask_all(port: int) -> list[bytes]:
        return await asyncio.gather(*(ask_once(port, number) for number in range(250)))

    latency_s = 3.0
    with running_server(latency_s=latency_s, latency_sigma=0, prepared_bytes=1) as server:
        answers = asyncio.run(ask_all(server.port))

        assert answers == [b"HTTP/1.1 200 OK"] * 250
        admitted = sorted(datetime.fromisoformat(entry["at"]) for entry in server.ledger())
        # The last came in before the first was answered.
        assert (admitted[-1] - admitted[0]).total_seconds() < latency_s


# The process


def ended(pid: int) -> bool:
    """Whether a process is gone, or only its entry is left."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def demo_server():
    server = DemoServer()
    yield server
    server.stop()


def test_the_process_starts_when_it_is_asked_for_and_keeps_its_address(demo_server):
    address = demo_server.base_url

    assert demo_server.base_url == address
    with openai.OpenAI(api_key="any", base_url=address, max_retries=0) as client:
        assert client.models.retrieve(FLARE).id == FLARE


def test_the_process_starts_again_when_it_has_died_and_keeps_its_pace(demo_server):
    demo_server.set_pace(2, 0.0)
    first = demo_server.base_url
    demo_server._process.kill()
    demo_server._process.wait()

    with openai.OpenAI(api_key="any", base_url=demo_server.base_url, max_retries=0) as client:
        assert demo_server.base_url != first
        with pytest.raises(openai.RateLimitError, match="Limit 2, Requested 3"):
            generate(client, n=3)


def test_the_pace_of_a_running_process_changes(demo_server):
    with openai.OpenAI(api_key="any", base_url=demo_server.base_url, max_retries=0) as client:
        demo_server.set_pace(4, 0.0)

        with pytest.raises(openai.RateLimitError, match="Limit 4, Requested 5"):
            generate(client, n=5)


def test_ctrl_c_in_the_terminal_is_for_the_parent_alone(demo_server):
    assert demo_server.base_url

    assert os.getpgid(demo_server._process.pid) != os.getpgrp()


def test_a_stopped_process_is_gone(demo_server):
    assert demo_server.base_url
    pid = demo_server._process.pid

    demo_server.stop()

    assert ended(pid)


def test_the_process_ends_when_its_parent_is_killed():
    program = (
        "import time\n"
        "from bulkgen.demo.process import DemoServer\n"
        "server = DemoServer()\n"
        "server.base_url\n"
        "print(server._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not ended(pid)

        parent.send_signal(signal.SIGKILL)

        wait_for(lambda: ended(pid), timeout_s=3)


def test_in_the_foreground_it_says_where_it_is_and_ends_with_ctrl_c():
    with subprocess.Popen(
        [sys.executable, "-m", "bulkgen.demo"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[2]
        assert httpx2.get(f"{address}/models").status_code == 401

        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)

    assert process.returncode == 0
    assert errors == ""


def run_on_port(port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bulkgen.demo", "--port", str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_port_in_use_is_one_clear_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_on_port(port)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Port {port} is in use. Choose another with --port.\n"


def test_a_number_that_is_no_port_is_one_clear_sentence():
    done = run_on_port(70_000)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Port 70000 cannot be opened. Choose another with --port.\n"
