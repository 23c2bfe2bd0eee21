"""scikit-learn text pipelines, compiled: texts → tokens → weights → scores in one pass.

    fast = stance.compile(pipeline)
    fast.predict(texts)
    fast.save("folder"); stance.load_compiled("folder")

Reading order: `steps` and `classifiers` read a fitted pipeline into a `Plan` (stance.core.plan) and a head;
`heads` and `joint_heads` turn scores into labels and probabilities; `pipeline` is the object; `plain` scores without
the compiled core; `store` saves and loads.

scikit-learn 1.6 to 1.9 are read. Which of them a folder was made with is recorded there, for information only.
"""

from typing import Any, Literal

from stance.compiled.pipeline import CompiledPipeline
from stance.compiled.store import load_compiled

__all__ = ["CompiledPipeline", "compile", "load_compiled"]


def compile(
    pipeline: Any,
    *,
    n_jobs: int | None = None,
    float64: bool = False,
    path: Literal["core", "plain"] | None = None,
) -> CompiledPipeline:
    """Return a fitted scikit-learn text pipeline, compiled: the same labels, scores and probabilities.

    `pipeline` is a vectorizer (or FeatureUnion of them), linear steps and a linear classifier, or a meta-estimator
    of such. Scores are computed in float32, labels that float32 leaves in doubt in float64; `float64=True` computes
    all in float64. `n_jobs` is the number of threads, as joblib counts them. `path` is "core" to insist on the
    compiled core, "plain" to score on scikit-learn, None for the core where it is there. The result keeps nothing of
    `pipeline`. Raises NotCompilable, naming the step and the setting, for what is not covered, and if the compiled
    pipeline answers a few probing texts differently from the original.
    """
    from stance.compiled.classifiers import read_estimator
    from stance.compiled.probe import probe
    from stance.compiled.store import versions

    plan, head = read_estimator(pipeline)
    compiled = CompiledPipeline(
        plan,
        head,
        n_jobs=n_jobs,
        float64=float64,
        path=path,
        made_from=type(pipeline).__name__,
        made_with=versions(),
    )
    probe(compiled, pipeline)
    return compiled
