import pytest

from tools.records.differences import differences


@pytest.mark.parametrize(
    ("old", "new", "pointers"),
    [
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1, "b": [1, 2]}, {"a": 2, "b": [1, 3]}, ("/a", "/b/1")),
        ({"b": [1]}, {"b": [1, 2, 3]}, ("/b/1", "/b/2")),
        ({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}, ("/a~1b/c~0d",)),
        ({"a": 1}, {"b": 1}, ("/a", "/b")),
        ({"a": True}, {"a": 1}, ("/a",)),
        ({"a": []}, {"a": {}}, ("/a",)),
        ({"a": None}, {}, ("/a",)),
        (1, 2, ("",)),
    ],
)
def test_differences_are_named_by_the_smallest_part(old: object, new: object, pointers: tuple[str, ...]) -> None:
    assert differences(old, new) == pointers


def test_a_hundred_differences_are_listed_at_most() -> None:
    assert len(differences([0] * 500, [1] * 500)) == 100
