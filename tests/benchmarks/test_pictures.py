"""The pictures' check: a page that is added and not pictured fails the script."""

from fastapi import FastAPI

from benchmarks.pictures import NO_PAGES, unpictured


def _application(*paths: str) -> FastAPI:
    application = FastAPI()
    for path in (*NO_PAGES, *paths):
        application.get(path)(lambda: "a page")
    return application


def test_a_page_without_a_picture_is_named_and_one_with_is_not() -> None:
    (found,) = unpictured(_application("/queue", "/cases/{case_id}"), ["/cases/R-1"])
    assert found.startswith("/queue has no picture")


def test_what_is_named_as_no_page_and_is_not_there_is_named() -> None:
    found = unpictured(FastAPI(), [])
    assert len(found) == len(NO_PAGES)
    assert all("does not exist" in one for one in found)
