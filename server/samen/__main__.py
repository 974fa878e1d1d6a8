"""`python -m samen` is `samen`."""

from samen.cli import main

main()
