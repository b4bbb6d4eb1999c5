"""The colours that papers share."""

from __future__ import annotations

from qq_excel.papers.style import BANDS, GREYS, band_inks


def test_few_bands_reach_from_the_youngest_colour_to_the_oldest() -> None:
    assert list(band_inks(["a", "b", "c"], []).values()) == [BANDS[0], BANDS[4], BANDS[-1]]
    assert band_inks(["a"], []) == {"a": BANDS[0]}
    assert list(band_inks([str(n) for n in range(len(BANDS))], []).values()) == list(BANDS)


def test_what_stands_beside_the_bands_is_grey_wherever_it_stands() -> None:
    inks = band_inks(["not due", "young", "old", "disputed", "in court"], ["not due", "disputed", "in court"])
    assert inks == {
        "not due": GREYS[0], "young": BANDS[0], "old": BANDS[-1], "disputed": GREYS[1], "in court": GREYS[2],
    }  # fmt: skip


def test_a_policy_of_many_bands_and_a_paper_of_none_have_their_colours() -> None:
    assert set(band_inks([str(n) for n in range(20)], []).values()) == set(BANDS)
    assert band_inks([], ["disputed"]) == {}
