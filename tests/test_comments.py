"""Threads: whatever the parents are, no comment is lost and nothing recurses."""

import dataclasses
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.comments import Comment, Thread

LEVELS = 5_000


def thread(parents):
    """Comment 0, 1, 2 … whose parents are the numbers given; a number without a comment makes an orphan."""
    return Thread(
        "t",
        tuple(
            Comment(str(number), "…", parent_id=None if parent is None else str(parent))
            for number, parent in enumerate(parents)
        ),
    )


ANY_THREAD = st.lists(st.none() | st.integers(0, 14), max_size=12).map(thread)
EXAMPLES = [
    thread([]),
    thread([0]),
    thread([1, 0]),
    thread([None, 2, 1, 2, 99]),
    thread([1, 2, 0, 0, 3]),
]


def examples(test):
    for one in EXAMPLES:
        test = example(one)(test)
    return given(ANY_THREAD)(test)


def leads_back(thread, comment):
    """Follow the parents for as many steps as there are comments."""
    by_id, at = {one.id: one for one in thread}, comment
    for _ in range(len(thread)):
        at = by_id.get(at.parent_id)
        if at is None or at is comment:
            return at is comment
    return False


@examples
def test_cycles_are_the_comments_that_are_their_own_ancestors(thread):
    assert thread.cycles == tuple(comment.id for comment in thread if leads_back(thread, comment))


@examples
def test_orphans_are_the_comments_whose_parent_is_absent(thread):
    ids = {comment.id for comment in thread}
    assert set(thread.orphans) == {comment.id for comment in thread if comment.parent_id not in {None, *ids}}
    assert not set(thread.orphans) & set(thread.cycles)


@examples
def test_only_orphans_and_cycles_lose_their_parent(thread):
    for comment in thread:
        parent = thread.parent(comment.id)
        if comment.id in {*thread.orphans, *thread.cycles}:
            assert parent is None
        else:
            assert (parent.id if parent else None) == comment.parent_id


@examples
def test_depth_is_one_more_than_the_number_of_ancestors(thread):
    for comment in thread:
        ancestors = thread.ancestors(comment.id)
        assert thread.depth(comment.id) == len(ancestors) + 1
        assert comment not in ancestors
        assert all(thread.parent(a.id) is b for a, b in itertools.pairwise((comment, *ancestors)))


@examples
def test_every_comment_is_the_child_of_one_place(thread):
    children = [thread.children(place) for place in (None, *(comment.id for comment in thread))]
    assert sorted(c.id for found in children for c in found) == sorted(c.id for c in thread)
    for found in children:
        assert list(found) == sorted(found, key=thread.comments.index)


@examples
def test_reading_order_loses_no_comment_and_puts_answers_right_after_their_parent(thread):
    ordered = thread.in_reading_order()
    assert sorted(c.id for c in ordered) == sorted(c.id for c in thread)
    for before, comment in itertools.pairwise(ordered):
        parent = thread.parent(comment.id)
        assert parent is None or parent in (before, *thread.ancestors(before.id))
    for place in (None, *(comment.id for comment in thread)):
        assert ordered.children(place) == thread.children(place)


@examples
def test_reading_order_is_idempotent(thread):
    once = thread.in_reading_order()
    assert once.in_reading_order() == once


@given(ANY_THREAD, st.randoms(use_true_random=False))
def test_depth_does_not_depend_on_the_order(thread, random):
    shuffled = list(thread.comments)
    random.shuffle(shuffled)
    other = Thread("t", tuple(shuffled))
    assert {c.id: other.depth(c.id) for c in thread} == {c.id: thread.depth(c.id) for c in thread}


def test_reading_order_keeps_what_is_known_of_the_thread():
    given = Thread(
        "t", (Comment("2", "b", parent_id="1"), Comment("1", "a")), "titre", "https://a.example", 7, ("note",)
    )
    assert given.in_reading_order() == dataclasses.replace(given, comments=given.comments[::-1])


@pytest.mark.parametrize("reverse", [False, True], ids=["parents first", "answers first"])
def test_thousands_of_levels_need_no_recursion(reverse):
    deep = thread([None, *range(LEVELS - 1)])
    if reverse:
        deep = Thread("t", deep.comments[::-1])
    last = str(LEVELS - 1)
    assert deep.depth(last) == LEVELS
    assert [comment.id for comment in deep.ancestors(last)] == [str(n) for n in reversed(range(LEVELS - 1))]
    assert [comment.id for comment in deep.in_reading_order()] == [str(n) for n in range(LEVELS)]
    assert not deep.cycles


@pytest.mark.parametrize(
    "parents",
    [
        [None, *range(49_999)],
        [*range(1, 50_000), 0],
        [number ^ 1 for number in range(50_000)],
        [0] * 50_000,
        [-1] * 50_000,
    ],
    ids=["chain", "one cycle", "many cycles", "answers to a cycle", "orphans"],
)
def test_the_cost_is_linear_in_the_number_of_comments(parents):
    """About 0.2 s where every step is linear; it would not end within the test run if one were quadratic."""
    wide = thread(parents)
    assert len(wide.in_reading_order()) == sum(1 for c in wide if wide.depth(c.id)) == 50_000


def test_a_thread_is_a_sequence_of_its_comments_and_finds_them_by_id():
    one, two = Comment("1", "a"), Comment("2", "b", parent_id="1")
    both = Thread("t", (one, two))
    assert (len(both), list(both), both["2"]) == (2, [one, two], two)
    assert both.children(None) == (one,)
    assert both.children("1") == (two,)
    assert both.children("2") == ()


def test_two_comments_with_one_id_are_refused():
    with pytest.raises(ValueError, match="thread t: two comments have the id '1'"):
        Thread("t", (Comment("0", "a"), Comment("1", "b"), Comment("1", "c")))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="comment 7: created_at 2024-05-01 12:00:00 has no time zone"):
        Comment("7", "a", created_at=datetime(2024, 5, 1, 12))
    assert Comment("7", "a", created_at=datetime(2024, 5, 1, 12, tzinfo=UTC)).created_at.tzinfo is UTC


def test_comments_and_threads_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Comment("1", "a").text = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        Thread("t").title = "b"
