"""What a node tells of its own troubles, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _


def node_faults(meta: Mapping[str, Any], diag: Mapping[str, Any]) -> list[str]:
    """A sentence a trouble, from the newest `meta` and `diag`; none where the node is well."""
    low = diag.get("low", [])
    told = [
        meta.get("mode") == "safe" and _("It runs in safe mode: within reach, but it measures nothing."),
        "crash" in meta and _("It started again after a fault: %(fault)s", fault=meta.get("crash")),
        "heap" in low and _("Its working memory is nearly full."),
        "flash" in low and _("Its flash memory is nearly full."),
        diag.get("net", 0) > 0 and _("It is on its second Wi-Fi network: the first is out of reach."),
    ]
    return [sentence for sentence in told if sentence]
