"""The vision model's grade counts only while it sees known damage, and only as far as writing does not sway it."""

import io
import json
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image, ImageDraw, ImageFont
from starlette.responses import Response

from agents.models.canaries import CanaryKind, draw_canaries
from agents.models.vision import VisionGrader
from agents.reading.photos import DamageGrade, PreparedPhoto, UngradedDamage
from knowledge.facts import FactMethod
from knowledge.reasons import Severity
from tests.support.honest_model import grade_of
from tests.support.model_servers import BEHAVIOURS, Behaviour, Body, Connect, Serve, completion, pictures
from tools.files.images import prepare_for_model


@cache
def photo(number: int, *, hole: int = 0, writing: str = "") -> PreparedPhoto:
    """A grey bowl, with a dark round hole of `hole` pixels' radius and words written beside it."""
    picture = Image.new("RGB", (640, 640), (200, 204, 208))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((120, 160, 520, 560), fill=(150, 160, 176))
    if hole:
        pen.ellipse((320 - hole, 380 - hole, 320 + hole, 380 + hole), fill=(8, 8, 8))
    pen.text((20, 20), writing, fill=(10, 10, 10), font=ImageFont.load_default(40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    data = out.getvalue()
    return PreparedPhoto(
        f"p{number}", f"{number:064x}", prepare_for_model(data), prepare_for_model(data, mask_text=True)
    )


async def test_a_good_model_sees_the_hole_passes_the_controls_and_agrees_with_itself(serve: Serve, gateway_to: Connect):
    gateway, log = gateway_to(serve("good").url)
    grade = await VisionGrader(gateway).grade([photo(1, hole=90)], "Ceramic bowl")
    assert (grade.severity, grade.corroborated, grade.confidence) == (Severity.SEVERE, True, 0.85)
    assert (grade.method, grade.reader) == (FactMethod.HOSTED_MODEL, "photo@1/scripted")
    assert len(log.calls) == 5


async def test_the_worst_of_three_photos_counts_and_a_fourth_is_not_sent(serve: Serve, gateway_to: Connect):
    server = serve("good")
    gateway, log = gateway_to(server.url)
    photos = [photo(1), photo(2, hole=90), photo(3), photo(4, hole=90)]
    grade = await VisionGrader(gateway).grade(photos, "Ceramic bowl")
    assert (grade.severity, grade.corroborated) == (Severity.SEVERE, True)
    assert len(log.calls) == 3 * 2 + 3
    assert all(len(pictures(json.loads(body))) == 1 for body in server.received)


async def test_intact_goods_are_graded_none(serve: Serve, gateway_to: Connect):
    gateway, _ = gateway_to(serve("good").url)
    grade = await VisionGrader(gateway).grade([photo(1)], "Ceramic bowl")
    assert (grade.severity, grade.corroborated) == (Severity.NONE, True)


async def test_a_model_that_always_says_severe_is_caught_by_the_intact_parcels(serve: Serve, gateway_to: Connect):
    server = serve("malicious")
    gateway, _ = gateway_to(server.url)
    grader = VisionGrader(gateway)
    with pytest.raises(UngradedDamage, match=r"control pictures wrong \(intact, intact alarming\)"):
        await grader.grade([photo(1, hole=90)], "Ceramic bowl")
    asked = len(server.received)
    for _ in range(10):
        with pytest.raises(UngradedDamage, match="moments ago"):
            await grader.grade([photo(1, hole=90)], "Ceramic bowl")
    assert len(server.received) == asked
    server.behaviour = BEHAVIOURS["good"]
    assert (await grader.grade([photo(1, hole=90)], "Ceramic bowl")).corroborated is True
    server.behaviour = BEHAVIOURS["malicious"]


def looking(see: Callable[[bytes], str]) -> Behaviour:
    async def behaviour(body: Body) -> Response:
        return completion(json.dumps({"grade": see(pictures(body)[0])}))

    return behaviour


async def _graded_by(
    see: Callable[[bytes], str], serve: Serve, gateway_to: Connect, shown: PreparedPhoto
) -> DamageGrade:
    server = serve("good")
    server.behaviour = looking(see)
    gateway, _ = gateway_to(server.url)
    try:
        return await VisionGrader(gateway).grade([shown], "Ceramic bowl")
    finally:
        server.behaviour = BEHAVIOURS["good"]


async def test_a_model_that_calls_everything_whole_is_caught_by_the_torn_parcel(serve: Serve, gateway_to: Connect):
    with pytest.raises(UngradedDamage, match=r"control pictures wrong \(torn soothing\)"):
        await _graded_by(lambda jpeg: "none", serve, gateway_to, photo(1))


async def test_a_model_that_reads_words_instead_of_goods_is_not_corroborated(serve: Serve, gateway_to: Connect):
    shown = photo(1, writing="CRUSHED AND SMASHED")

    def swayed(jpeg: bytes) -> str:
        return "severe" if jpeg == shown.jpeg else grade_of(jpeg)

    grade = await _graded_by(swayed, serve, gateway_to, shown)
    assert (grade.severity, grade.corroborated, grade.confidence) == (Severity.NONE, False, 0.3)
    assert "a person should look" in grade.why


async def test_readings_one_grade_apart_give_the_grade_without_the_writing_uncorroborated(
    serve: Serve, gateway_to: Connect
):
    shown = photo(1)
    grade = await _graded_by(lambda jpeg: "minor" if jpeg == shown.jpeg else grade_of(jpeg), serve, gateway_to, shown)
    assert (grade.severity, grade.corroborated, grade.confidence) == (Severity.NONE, False, 0.6)


async def test_photos_that_show_nothing_are_not_graded(serve: Serve, gateway_to: Connect):
    shown = photo(1)

    def blind(jpeg: bytes) -> str:
        return "cannot_tell" if jpeg == shown.jpeg else grade_of(jpeg)

    with pytest.raises(UngradedDamage, match="cannot tell what the photos show"):
        await _graded_by(blind, serve, gateway_to, shown)


@pytest.mark.parametrize("kind", ["nonsense", "failing", "locked", "malicious-extra-fields", "refusing"])
async def test_a_bad_model_gives_no_grade_and_says_why(serve: Serve, gateway_to: Connect, kind: str):
    gateway, _ = gateway_to(serve(kind).url)
    with pytest.raises(UngradedDamage, match="the vision model gave no grade: "):
        await VisionGrader(gateway).grade([photo(1)], "Ceramic bowl")


async def test_the_controls_hold_for_twenty_cases_and_are_then_repeated(serve: Serve, gateway_to: Connect):
    gateway, log = gateway_to(serve("good").url)
    grader = VisionGrader(gateway)
    for _ in range(21):
        await grader.grade([photo(1)], "Ceramic bowl")
    assert len(log.calls) == 21 * 2 + 2 * 3


async def test_controls_and_photos_go_out_in_an_order_and_a_form_that_tell_nothing_apart(
    serve: Serve, gateway_to: Connect
):
    server = serve("good")
    orders: set[tuple[str, ...]] = set()
    texts: set[str] = set()
    for number in range(4):
        server.received.clear()
        gateway, log = gateway_to(server.url)
        await VisionGrader(gateway).grade([photo(number, hole=90)], "Ceramic bowl")
        orders.add(tuple(call.input_sha256 for call in log.calls))
        texts |= {json.dumps(json.loads(body)["messages"][-1]["content"][0]) for body in server.received}
    assert len(orders) == 4
    assert len(texts) == 1


def test_the_same_case_draws_the_same_controls_and_another_case_others():
    assert draw_canaries("a") == draw_canaries("a")
    assert {canary.jpeg for canary in draw_canaries("a")}.isdisjoint(canary.jpeg for canary in draw_canaries("b"))


@pytest.mark.parametrize("seed", [f"case-{number}" for number in range(12)])
def test_a_measurement_of_the_pixels_grades_every_control_right(seed: str):
    for canary in draw_canaries(seed):
        assert Severity(grade_of(canary.jpeg)) in canary.right
    assert [canary.kind for canary in draw_canaries(seed)] == list(CanaryKind)
