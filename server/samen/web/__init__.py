"""Pages, API and live stream over HTTP."""
