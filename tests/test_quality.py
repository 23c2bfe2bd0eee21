"""The benchmark of quality: gold is read as two coders, actors are swapped as a writer would, parts nest."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import stance
from stance.actors import load_actors

sys.path.append(str(Path(__file__).resolve().parents[1]))  # last: what is installed comes first

from benchmarks.quality import calibration, card, gold, learning, report, results, swap, tasks

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = stance.read_corpus(ROOT / "corpora" / "security" / "written.jsonl")


@pytest.mark.parametrize(
    ("one", "other", "before", "after"),
    [
        ("United States", "China", "The US must stop; Beijing waits.", "China must stop; Washington waits."),
        ("United States", "China", "An American base is a Chinese worry.", "A Chinese base is an American worry."),
        ("United States", "China", "US bases ring China’s coast.", "Chinese bases ring the United States’ coast."),
        ("Russia", "Ukraine", "Putin spoke. Russia shelled Ukrainians.", "Zelensky spoke. Ukraine shelled Russians."),
        ("Russia", "NATO", "NATO provokes Russia.", "Russia provokes NATO."),
    ],
)
def test_actors_are_swapped_as_a_writer_would(one, other, before, after):
    """Names, adjectives, capitals and leaders change places, with their articles and possessives."""
    assert swap.swapped(before, one, other, load_actors(), swap.read_forms()) == after


def test_a_sentence_that_names_neither_is_not_swapped():
    """None tells it from one that stays as it was."""
    assert swap.swapped("Peace is good.", "Russia", "NATO", load_actors(), swap.read_forms()) is None


def test_gold_is_read_as_two_coders(tmp_path):
    """What both gave, both have; of what they dispute each has their own; an absent target is not listed."""
    row = {
        "document": "ungdc/x", "passage": 3, "sentence": 0, "text": "Japan must stop.", "claims": ["demand"],
        "disputed": ["warning"], "role": ["prescription", "evaluation"], "voice": ["author"],
        "stance": {"Japan": ["against", "absent"]},
    }  # fmt: skip
    (tmp_path / "dev.jsonl").write_text(json.dumps(row) + "\n")
    (sentence,) = gold.read_gold(tmp_path)
    first, second = sentence.codings
    assert (first.claims, second.claims) == ({"demand", "warning"}, {"demand"})
    assert (first.role, second.role) == ("prescription", "evaluation")
    assert (dict(first.stance), dict(second.stance)) == ({"Japan": "against"}, {})
    assert sentence.kind == gold.SPEECHES


def test_parts_of_a_learning_curve_nest_and_hold_whole_documents():
    """Each part has the sentences asked for, no document in part, and all of the part before."""
    parts = list(learning.parts(WRITTEN, (100, 300, 10**6), seed=0))
    assert [len(part) >= size for part, size in zip(parts, (100, 300), strict=True)] == [True, True]
    small, large = (set(part.documents) for part in parts)
    assert small < large
    assert sum(document in small for document in WRITTEN.documents) == len(parts[0])


def test_probabilities_are_calibrated_anew_by_other_documents():
    """Log-odds that are twice too steep come back calibrated; the order of sentences stays."""
    codebook = calibration.claims_alone(stance.load_codebook("security"))
    rng = np.random.default_rng(0)
    right = WRITTEN.claim_shares(codebook)
    rate = right.mean(axis=0)
    steep = 2 * np.log(rate / (1 - rate)) + 2 * right + rng.normal(size=right.shape)
    probabilities = 1 / (1 + np.exp(-steep))
    fresh = calibration.crossed(probabilities, WRITTEN, codebook)
    assert np.abs(fresh.mean(axis=0) - rate).max() < 0.01
    assert np.abs(probabilities.mean(axis=0) - rate).max() > 0.02


def test_tasks_are_read_as_their_authors_publish_them(tmp_path):
    """SemEval: tabs, no quoting, Windows-1252, one model a target; every tweet is its own document."""
    head = "ID\tTarget\tTweet\tStance\tOpinion towards\tSentiment\n"
    rows = [
        '1\tAtheism\t"So what" — no.\tAGAINST\tx\ty',
        "2\tClimate Change\tYes!\tFAVOR\tx\ty",
        "3\tAtheism\tHm\tNONE\tx\ty",
    ]
    for name in ("trialdata", "trainingdata", "testdata-taskA"):
        own = rows if name != "trialdata" else [row.replace("\t", "0\t", 1) for row in rows]
        path = tmp_path / f"{name}-all-annotations.txt"
        path.write_bytes((head + "\n".join(own) + "\n").encode("cp1252"))
    task = next(task for task in tasks.TASKS if task.name == "semeval-2016")
    parts = list(task.parts(tmp_path))
    assert [(len(train), len(test)) for train, test in parts] == [(4, 2), (2, 1)]
    test = parts[0][1]
    assert test.texts == ['"So what" — no.', "Hm"]
    assert len(set(test.documents)) == 2
    test.check(task.codebook)


@pytest.mark.parametrize("task", tasks.TASKS, ids=lambda task: task.name)
def test_what_a_task_is_trained_with_is_there(task):
    """Its codebook, settings, lexicon and table of actors can be read."""
    assert task.codebook.name == task.name
    settings = task.trained_with
    assert settings.lexicon is None or Path(settings.lexicon).is_file()
    assert task.actor_table is None or task.actor_table.kinds


def test_every_part_on_file_says_what_reproduces_it():
    """Signatures name versions, seed and resamples; no figure lies outside its interval's order."""
    found = results.newest()
    assert {"gold", "swap"} <= found.keys()
    for part in found.values():
        assert {"seed", "resamples", "stance", "scikit-learn"} <= {
            key.split(":")[0] for key in part["signature"].split("|")
        }
    for who in found["gold"]["figures"].values():
        for value, low, high, _ in who["all"].values():
            assert value is None or low is None or low <= high
    assert all(text.count("|") for text in report.parts().values() if "No run" not in text)


def test_a_card_carries_the_results_measured_on_its_model(tmp_path, model):
    """Every part stands in the card with its interval, each once however often it is written; a part measured on a
    model of another corpus is left out, and the model scores as before."""
    model.save(tmp_path / "m")
    texts = WRITTEN.texts[:20]
    before = stance.load(tmp_path / "m").probabilities(texts).claims
    found = results.newest()
    mark = f"|trained:{model.provenance.corpus_digest[:12]}|"
    own = {name: {**part, "signature": mark} for name, part in found.items() if name != "swap"}
    for _ in range(2):
        written = card.write_card(tmp_path / "m", {**own, "swap": {**found["swap"], "signature": "|trained:other|"}})
    assert set(written) == own.keys()
    text = (tmp_path / "m" / "card.md").read_text(encoding="utf-8")
    tasks_title = "### Other people's tasks, trained and tested with the same library"
    assert text.count(tasks_title) == text.count(f"### Gold: {gold.OPINION}") == 1
    value, low, high, n = found["gold"]["figures"]["stance"][gold.OPINION]["claims.micro_f1"]
    assert f"| claims, micro F1 | {value:.3f} [{low:.2f}, {high:.2f}] | {n:,} |" in text
    assert "actors swapped" not in text
    assert np.array_equal(stance.load(tmp_path / "m").probabilities(texts).claims, before)
