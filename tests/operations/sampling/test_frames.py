"""Frames as text: one text for the same venues, read back as it was, with a digest of its own."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.sampling.frames import Line, decode, digest, encode, sizes

words = st.text(st.characters(blacklist_characters="\t\r\n", blacklist_categories=["Cs"]))
frames = st.lists(
    st.builds(Line, st.integers(1), words, words, words), unique_by=lambda line: line.number
)


@given(frames, st.randoms())
def test_the_same_venues_give_the_same_text_in_whatever_order(frame, chance):
    shuffled = frame[:]
    chance.shuffle(shuffled)

    assert encode(shuffled) == encode(frame)
    assert decode(encode(frame)) == sorted(frame)


@given(frames, frames)
def test_other_frames_have_another_digest(one, other):
    assert (digest(encode(one)) == digest(encode(other))) == (sorted(one) == sorted(other))


def test_the_text_is_what_its_description_says():
    frame = [Line(12, "Hotel", "Fern Löwe", "ZZ1 1AA"), Line(7, "Hostel", "Quay")]
    text = "7\tHostel\tQuay\t\n12\tHotel\tFern Löwe\tZZ1 1AA\n"

    assert encode(frame) == text
    assert digest(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("mark", ["\t", "\n", "\r"])
def test_no_word_makes_another_column_or_line(mark):
    with pytest.raises(ValueError, match="no tab"):
        Line(1, "", f"Fern{mark}Inn")


def test_no_venue_is_in_a_frame_twice():
    with pytest.raises(ValueError, match="once"):
        encode([Line(1, "a"), Line(1, "b")])


def test_strata_are_counted_by_name():
    assert sizes([Line(1, "b"), Line(2, "a"), Line(3, "b")]) == {"a": 1, "b": 2}
