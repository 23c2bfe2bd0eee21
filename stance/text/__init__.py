"""Untrusted files and arguments → text: the door where input is checked, once."""

from stance.text.arguments import check_text
from stance.text.files import read_text
from stance.text.language import looks_english

__all__ = ["check_text", "looks_english", "read_text"]
