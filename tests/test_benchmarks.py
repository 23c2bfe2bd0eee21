"""The benchmarks refuse wrong answers, make up the same texts everywhere, and say which targets were missed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1]))

from benchmarks import made_up, measure, report
from benchmarks.case import Race, WrongAnswer, largest_difference, same_labels
from benchmarks.inputs import Inputs, spread
from stance.sentences import split_sentences


def test_made_up_documents_are_the_same_everywhere():
    """The seed decides all, and another seed gives others."""
    assert made_up.checksum() == made_up.CHECKSUM
    assert made_up.checksum(2) != made_up.CHECKSUM


def test_made_up_sentences_are_as_long_as_those_of_speeches():
    """Half of them have 9 to 27 words, more or less; some text is not ASCII."""
    text = "\n\n".join(made_up.documents(3_000))
    lengths = [len(text[a:b].split()) for a, b in split_sentences(text)]
    low, middle, high = np.percentile(lengths, [25, 50, 75])
    assert (7 <= low <= 12, 13 <= middle <= 20, 22 <= high <= 30) == (True, True, True)
    assert not text.isascii()


def test_a_short_run_reads_less_and_trains_on_nothing_that_it_scores():
    """`scale` divides sizes; training and scored sentences lie apart."""
    inputs = Inputs("test", list(made_up.documents(2_000)), scale=20)
    assert len(inputs.training) == 1_000
    assert len(inputs.scored(4_000)) == 200
    places = {text: i for i, text in enumerate(inputs.sentences)}
    assert len(places) > 1_900
    assert not {places[t] for t in inputs.training} & {places[t] for t in inputs.scored(4_000) if len(t) > 40}


def test_spread_takes_from_all_over():
    """The first and the last are among them."""
    assert spread(range(10), 3) == [0, 4, 9]
    assert spread(range(2), 3) == [0, 1]


def test_a_wrong_label_is_refused_with_its_place():
    """The error names who was wrong, how often, and where first."""
    assert same_labels("us", ["a", "b"], ["a", "b"]) == same_labels("us", ["a", "b"], ["a", "b"])
    with pytest.raises(WrongAnswer, match=r"us: 1 of 2 labels differ, the first at \[1\]"):
        same_labels("us", ["a", "c"], ["a", "b"])
    with pytest.raises(WrongAnswer, match="labels differ"):
        same_labels("us", ["a"], ["a", "b"])


@pytest.mark.parametrize("found", [[1.0, 2.1], [1.0, float("nan")]])
def test_a_wrong_score_is_refused(found):
    """Differences are relative above 1; what is no number is wrong."""
    assert largest_difference("us", [1.0, 200.0], [1.0, 200.1], 1e-3) == pytest.approx(0.1 / 200.1)
    with pytest.raises(WrongAnswer, match="differs"):
        largest_difference("us", found, [1.0, 2.0], 1e-3)
    with pytest.raises(WrongAnswer, match="shape"):
        largest_difference("us", [1.0], [1.0, 2.0], 1e-3)


def test_sides_take_turns_and_are_reset():
    """Every second round runs backwards; `reset` is called before each call and is not part of its time."""
    calls = []

    class Side:
        def __init__(self, name):
            self.name, self.resets = name, 0

        def reset(self):
            self.resets += 1

        def __call__(self):
            calls.append(self.name)

    sides = {"a": Side("a"), "b": Side("b")}
    took = measure.race(sides, 2)
    assert [len(each) for each in took.values()] == [2, 2]
    assert sides["a"].resets == calls.count("a")
    turns = [name for i, name in enumerate(calls) if i == 0 or calls[i - 1] != name]
    assert turns == ["a", "b", "a", "b", "a"]  # once to count calls, forwards, backwards


def test_a_ratio_is_one_of_a_round():
    """The median is of the rounds; the best is the best time against the best time."""
    took = {"ours": [1.0, 2.0, 1.0], "peer": [10.0, 60.0, 8.0]}
    assert measure.ratio(took, "ours", "peer") == {"median": 10.0, "best": 8.0}


def result(median):
    texts = ["some text"] * 3
    race = Race(texts, {"stance": lambda: 1, "peer": lambda: 2}, [("stance", "peer")], {"labels": "abc"})
    row = {"case": "words", "answer": race.answer, **race.measure(2)}
    row["ratios"][0] |= {"median": median, "best": 100.0}
    row["targets"] = [{"ours": "stance", "peer": "peer", "least": 50, "reach": 80, "unit": "x", "by": "median"}]
    starts = {"case": "cold start", "answer": {}, "kind": "milliseconds"}
    starts["milliseconds"] = {"first label": {"median": 100.0, "best": 60.0}}
    starts["targets"] = [{"ours": "first label", "peer": None, "least": 150, "reach": 70, "unit": "ms", "by": "median"}]
    return json.loads(json.dumps({"cases": [row, starts], "left_out": {"beside spaCy": "needs spacy"}}))


@pytest.mark.parametrize(("median", "verdict"), [(49.0, "**no**"), (50.0, "yes"), (80.0, "yes, and the reach")])
def test_a_target_missed_is_called_so(median, verdict):
    """By the median, not by the best; for times less is better."""
    lines = report.targets(result(median)).splitlines()
    assert lines[2].endswith(f"| {verdict} |")
    assert lines[3] == "| cold start: first label | at most 150 ms | 70.0 ms | 100 ms | 60.0 ms | yes |"


def test_tables_name_what_was_left_out_and_answered():
    """A peer that is not installed is listed; the races have a row a side."""
    found = result(60.0)
    assert report.left_out(found) == "- beside spaCy: needs spacy"
    assert "labels abc" in report.answers(found)
    assert [line.split("|")[2].strip() for line in report.races(found).splitlines()[2:]] == ["stance", "peer"]
