"""stance: what a text claims, sentence by sentence, in whose voice, and where it stands toward each actor it names.

text → sentences → tokens → actors → features → scores → labels → study: each arrow is a package named by what
comes out of it. `stance.label(text)` goes all the way; `import stance` itself reads no file and imports no NLTK
and no scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "stance.actors": ("ActorTable", "load_actors"),
    "stance.codebook": ("Codebook", "load_codebook"),
    "stance.compiled": ("CompiledPipeline", "compile", "load_compiled"),
    "stance.corpus": ("Corpus", "materialize", "read_corpus", "split_corpus", "write_corpus"),
    "stance.errors": ("StanceError",),
    "stance.labels.records": ("Claim", "Document", "Role", "Sentence", "Stance", "Voice"),
    "stance.model": ("Model", "label", "label_documents", "load"),
    "stance.model.settings": ("Settings",),
    "stance.model.training": ("train",),
    "stance.study": ("Report", "evaluate", "prevalence"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME_OF, "__version__"])

if TYPE_CHECKING:  # what type checkers and editors see
    from stance.actors import ActorTable, load_actors
    from stance.codebook import Codebook, load_codebook
    from stance.compiled import CompiledPipeline, compile, load_compiled
    from stance.corpus import Corpus, materialize, read_corpus, split_corpus, write_corpus
    from stance.errors import StanceError
    from stance.labels.records import Claim, Document, Role, Sentence, Stance, Voice
    from stance.model import Model, Settings, label, label_documents, load
    from stance.model.training import train
    from stance.study import Report, evaluate, prevalence


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
