"""How far a node has come with an update, in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from samen.adapters.db.models import DeviceUpdate, UpdateState
from samen.web import i18n
from samen.web.wording import N_

STATES = {
    UpdateState.ASKED: N_("%(version)s: the device has not answered yet"),
    UpdateState.LOADING: N_("%(version)s: the device is loading it"),
    UpdateState.STAGED: N_("%(version)s: loaded, the device starts anew"),
    UpdateState.TRIAL: N_("%(version)s: on trial"),
    UpdateState.CONFIRMED: N_("%(version)s: installed"),
    UpdateState.ROLLED_BACK: N_("%(version)s: failed, the version before runs again"),
    UpdateState.REFUSED: N_("%(version)s: refused"),
}
# By the codes that samen_node.ota and slots give.
REASONS = {
    "crashed": N_("It did not come to work at any of its first three starts."),
    "no_broker": N_("It did not reach the server in time."),
    "bad_hmac": N_("Its signature is not for this device: give the device a new secret."),
    "not_newer": N_("The device runs that version or a newer one."),
    "no_room": N_("The device has no room for it."),
    "bad_file": N_("What arrived was not what had been promised."),
    "bad_manifest": N_("What arrived was not what had been promised."),
    "no_answer": N_("The device asked for it, and the server did not hand it out in time."),
    "interrupted": N_("The device was started anew three times while it was loading it."),
}
_TAGS = {UpdateState.ROLLED_BACK: "tag-bad", UpdateState.REFUSED: "tag-bad", UpdateState.TRIAL: "tag-warn"}


def update_words(update: DeviceUpdate, now: datetime) -> dict[str, str | None]:
    """The words for a page; a reason that is not known is given as it came."""
    reason = REASONS.get(update.detail)
    return {
        "words": _(STATES[update.state], version=update.version),
        "why": _(reason) if reason else update.detail or None,
        "tag": _TAGS.get(update.state),
        "since": i18n.ago(update.state_at, now),
    }
