"""`python -m stance` is the command `stance`."""

from stance.command import main

main()
