"""The exceptions of the library: each says what must hold, what was given, and where."""


class StanceError(ValueError):
    """Base of every error the library raises about what it was given."""


class TextError(StanceError):
    """A text, or a file of text, cannot be read as text."""


class CodebookError(StanceError):
    """A codebook file breaks a rule of codebooks."""


class CorpusError(StanceError):
    """A corpus file holds rows that break a rule of corpora."""


class ActorError(StanceError):
    """An actor file breaks a rule of actor tables."""


class ModelError(StanceError):
    """A model folder is missing, damaged, tampered with, or of a newer format."""


class NotCompilable(StanceError):
    """A pipeline has a step or a setting that the compiled core does not cover."""
