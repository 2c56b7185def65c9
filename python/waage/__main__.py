"""``python -m waage``."""

from ._commands import main

raise SystemExit(main())
