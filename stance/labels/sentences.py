"""Probabilities → the labelled sentences of one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stance.actors.sources import source_span
from stance.codebook import Codebook
from stance.labels.records import Claim, Role, Sentence, Span, Stance, Voice


def build_sentences(
    codebook: Codebook,
    calibration: Any,
    sentences: Sequence[str],
    spans: Sequence[Span],
    probabilities: Any,
    targets: Sequence[Mapping[str, Sequence[Span]]],
    stances: Sequence[Mapping[str, Any]],
) -> tuple[Sentence, ...]:
    """Return the labelled sentences of a document.

    `spans` are the sentences' places in the document; the spans in `targets` count from the start of their sentence.
    `probabilities` and `calibration` are the model's (`stance.model`).
    """
    out = []
    given = probabilities.claims >= calibration.thresholds
    claims, roles, voices = probabilities.claims, probabilities.roles, probabilities.voice.tolist()
    best_role = roles.argmax(axis=1).tolist() if roles.shape[1] else []
    for i, (text, span) in enumerate(zip(sentences, spans, strict=True)):
        found = sorted(((float(claims[i, j]), j) for j in given[i].nonzero()[0]), key=lambda x: (-x[0], x[1]))
        role = voice = None
        if codebook.roles:
            role = Role(codebook.role_names[best_role[i]], float(roles[i, best_role[i]]))
        if codebook.voices:
            voice = _voice(codebook, calibration.voice_threshold, voices[i], text, span[0])
        stance = {}
        for target, probability in stances[i].items():
            j = int((probability * calibration.stance_bias).argmax())
            places = tuple((span[0] + a, span[0] + b) for a, b in targets[i][target])
            stance[target] = Stance(codebook.stance_names[j], float(probability[j]), places)
        names = tuple(Claim(codebook.claim_names[j], p) for p, j in found)
        out.append(Sentence(text, span, names, role, voice, stance))
    return tuple(out)


def _voice(codebook: Codebook, threshold: float, probability: float, text: str, offset: int) -> Voice:
    """Return the first voice, or the second one with its source if its probability reaches the threshold."""
    if probability < threshold:
        return Voice(codebook.voice_names[0], 1 - probability)
    source = source_span(text)
    return Voice(codebook.voice_names[1], probability, source and (offset + source[0], offset + source[1]))
