"""Sentences → tokens, by one pattern that NLTK's `RegexpTokenizer` reads as we do.

`RegexpTokenizer(TOKEN_PATTERN)` is the specification. `tokenize` and `token_spans` give the same tokens from
the standard library's `re`, so that neither function needs NLTK.
"""

from stance.tokens.pattern import TOKEN_PATTERN, token_spans, tokenize

__all__ = ["TOKEN_PATTERN", "token_spans", "tokenize"]
