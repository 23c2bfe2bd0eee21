"""Columns in the order of the core's rows: it then makes its tables in half the time, reading from first to last."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stance.core.plan import Block, Phrases, Plan, Terms


def arranged(plan: Plan) -> Plan:
    """Return the plan with the columns of each block ordered by scale, and its words and pairs of words as `Phrases`.

    The scores are those of `plan`, but for the order in which float64 terms are added.
    """
    return Plan(tuple(map(_arranged, plan.blocks)), plan.intercept)


def _arranged(block: Block) -> Block:
    if block.vocabulary is None:
        return block
    terms = list(block.vocabulary)
    order = np.argsort(block.scale, kind="stable")
    if block.analyzer == "word" and block.ngram_range == (1, 2) and block.stop_words is None:
        words = [term.split(" ") for term in terms]
        if all(1 <= len(parts) <= 2 and all(parts) for parts in words):
            is_pair = np.array([len(parts) == 2 for parts in words], np.bool_)
            order = np.concatenate([order[~is_pair[order]], order[is_pair[order]]])
            return _reordered(block, order, _phrases([words[i] for i in order.tolist()]))
    return _reordered(block, order, Terms.of(terms[i] for i in order.tolist()))


def _reordered(block: Block, order: np.ndarray, vocabulary: Terms | Phrases) -> Block:
    return replace(block, vocabulary=vocabulary, scale=block.scale[order], weights=block.weights[order])


def _phrases(terms: list[list[str]]) -> Phrases:
    """Return the phrases of words, then pairs; other words are numbered by first sight."""
    number: dict[str, int] = {}
    n_single = sum(len(parts) == 1 for parts in terms)
    for parts in terms:
        for word in parts:
            number.setdefault(word, len(number))
    pairs = [[number[first], number[second]] for first, second in terms[n_single:]]
    return Phrases(Terms.of(number), np.array(pairs, np.uint32).reshape(-1, 2), n_single)
