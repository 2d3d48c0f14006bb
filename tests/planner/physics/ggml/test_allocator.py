"""The allocator of ggml: best fit, in-place operators, views that are memory of others."""

from __future__ import annotations

from planner.physics.ggml.allocator import ALIGNMENT, Arena, Tensor, buffer_bytes

K = 1024


def test_a_hole_that_fits_best_is_taken_and_holes_that_touch_become_one() -> None:
    arena = Arena()
    offsets = [arena.take(size * K) for size in (4, 1, 2, 1)]
    arena.give(offsets[0], 4 * K)
    arena.give(offsets[2], 2 * K)
    assert arena.take(2 * K) == offsets[2]
    arena.give(offsets[1], K)
    assert arena.take(5 * K) == 0
    assert arena.peak == 8 * K


def test_sizes_are_rounded_to_the_alignment() -> None:
    arena = Arena()
    arena.take(1)
    assert arena.take(1) == ALIGNMENT


def test_a_chain_needs_two_tensors_and_in_place_one() -> None:
    first = Tensor(K)
    second = Tensor(K, (first,))
    third = Tensor(K, (second,))
    assert buffer_bytes([first, second, third]) == 2 * K
    first = Tensor(K)
    second = Tensor(K, (first,), in_place=True)
    assert buffer_bytes([first, second, Tensor(K, (second,), in_place=True)]) == K


def test_an_operand_that_is_read_again_is_not_overwritten() -> None:
    first = Tensor(K)
    second = Tensor(K, (first,), in_place=True)
    assert buffer_bytes([first, second, Tensor(K, (first, second))]) == 3 * K


def test_a_view_has_no_memory_and_is_never_overwritten() -> None:
    whole = Tensor(K)
    part = Tensor(K, (whole,), view=whole)
    after = Tensor(K, (part,), in_place=True)
    assert buffer_bytes([whole, part, after]) == 2 * K


def test_what_is_kept_stays_and_inputs_lie_first() -> None:
    given = Tensor(K, kept=True)
    made = Tensor(K, (given,))
    assert buffer_bytes([made, Tensor(K, (made,))], [given]) == 3 * K
