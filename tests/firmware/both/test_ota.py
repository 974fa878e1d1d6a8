"""Updates over the air: only what is newer, signed for this node and whole is ever tried."""

import asyncio
import os
import sys

import slots
from node_parts.ground import a_folder, write
from node_parts.ota_power import Power, at_every_change
from node_parts.ota_release import Fed, Release, a_start, fate

from samen_node import FIRMWARE, ota
from samen_node.store import log

FLASH = [slots, ota, log]

NEW = Release(
    "9.1.0",
    {
        "samen_node/app.mpy": b"application" * 100,
        "samen_node/net/mqtt.mpy": b"link" * 200,
        "samen_node/run.mpy": b"r",
    },
)
OLDER = Release("9.0.0", {"samen_node/app.mpy": b"old" * 300, "samen_node/drivers/pir.mpy": b"pir"})
OTHER = Release("9.2.0", {"samen_node/app.mpy": b"other" * 200})


def a_flash(runs="a"):
    """A flash from which a confirmed copy runs."""
    flash = a_folder()
    slots.propose(flash, runs, "1 1")
    a_start(flash)
    lay(OLDER, flash + "/" + runs)
    return flash


def lay(release, folder):
    """Put a release into a folder."""
    os.mkdir(folder)
    for path, content in release.files.items():
        inside = folder
        for name in path.split("/")[:-1]:
            inside += "/" + name
            try:
                os.mkdir(inside)
            except OSError:
                pass
        write(folder + "/" + (path or "manifest"), content)


def test_a_newer_version_is_loaded_beside_the_running_one_and_tried():
    node = Fed(a_flash("a"), NEW)

    assert node.hears(NEW.wish())
    assert slots.begin(node.flash) == (node.flash + "/a", "update")
    assert node.loads() == [("loading", ""), ("staged", "")]

    assert NEW.is_whole_in(node.flash + "/b") and OLDER.is_whole_in(node.flash + "/a")
    assert slots.begin(node.flash) == (node.flash + "/b", "trial")
    assert fate(node.flash) == ("trial", "")
    slots.healthy(node.flash)
    assert fate(node.flash) == ("confirmed", "")


def test_a_wish_that_has_come_to_its_end_is_not_followed_when_it_comes_again():
    flash = a_flash("a")
    Fed(flash, NEW).follows(NEW.wish())
    a_start(flash)

    assert not Fed(flash, NEW).hears(NEW.wish())
    assert Fed(flash, NEW).hears(NEW.wish(attempt=2))


def test_files_come_in_pieces_and_each_is_asked_for_once():
    node = Fed(a_flash(), NEW)

    node.follows(NEW.wish())

    assert len(node.asked) == len(set(node.asked))
    assert [at for name, at in node.asked if name == "samen_node/app.mpy"] == [0, 512, 1024]


def test_what_is_there_already_is_not_asked_for_again():
    node = Fed(a_flash(), NEW)
    lay(NEW, node.flash + "/b")
    write(node.flash + "/b/samen_node/run.mpy", b"x")

    node.follows(NEW.wish())

    assert node.asked == [("samen_node/run.mpy", 0)]
    assert NEW.is_whole_in(node.flash + "/b")


def test_what_an_older_update_left_is_gone():
    node = Fed(a_flash(), NEW)
    lay(OLDER, node.flash + "/b")

    node.follows(NEW.wish())

    assert NEW.is_whole_in(node.flash + "/b")
    assert "drivers" not in os.listdir(node.flash + "/b/samen_node")


def refused(wish, release=NEW, flash=None):
    """Why a wish is refused; nothing may come of it, and the node measures again."""
    node = Fed(flash or a_flash("a"), release)
    node.follows(wish)
    assert slots.begin(node.flash) == (node.flash + "/a", "normal")
    kept, told = fate(node.flash), node.told[-1]
    assert "refused" in (kept[0], told[0])
    return kept[1] or told[1]


def test_an_older_version_is_refused():
    for version in ("0.0.9", "0", "0.1", "not-a-version"):
        assert refused(Release(version, NEW.files).wish()) == "not_newer"


def test_a_wish_that_was_not_signed_for_this_node_is_refused():
    assert refused(NEW.wish(password="another")) == "bad_hmac"
    assert refused(NEW.wish(device="node-2")) == "bad_hmac"


class LateFed(Fed):
    """Its link comes when it has long read the wish."""

    async def _follow(self):
        task = asyncio.create_task(self.loader.follow())
        await asyncio.sleep(0.05)
        assert not task.done()
        await self.loader.greet()
        await task


def test_a_forgery_is_told_although_the_link_comes_late():
    node = LateFed(a_flash("a"), NEW)
    node.hears(NEW.wish(password="another"))

    assert node.loads() == [("refused", "bad_hmac")]


def test_a_wish_that_was_changed_on_its_way_is_refused():
    for name, value in (("version", "9.9.9"), ("attempt", 2), ("size", 1), ("sha256", "0" * 64)):
        wish = NEW.wish()
        wish[name] = value
        assert refused(wish) == "bad_hmac"


def test_a_forged_wish_does_not_efface_what_became_of_an_honest_one():
    flash = a_flash("a")
    Fed(flash, NEW).follows(NEW.wish())
    for _ in range(4):
        slots.begin(flash)

    Fed(flash, NEW).follows(NEW.wish(attempt=2, password="another"))

    assert fate(flash) == ("rolled_back", "crashed")
    Fed(flash, NEW).follows(NEW.wish())
    assert slots.begin(flash)[1] == "normal"


def test_a_wish_that_is_over_hides_no_failing_start():
    flash = a_flash("a")
    wish = NEW.wish()
    Fed(flash, NEW).follows(wish)
    for _ in range(8):
        slots.begin(flash)
    before = slots.read(flash)["starts"]

    assert not Fed(flash, NEW).hears(wish)

    assert slots.read(flash)["starts"] == before > slots.FAILURES


def test_noise_on_the_topic_of_wishes_costs_a_start_at_most():
    for noise in (b"", b"no wish", b"\xff\xfe", b"[]", b"x" * 5000):
        node = Fed(a_flash("a"), NEW)

        node.wishes.hear(noise)
        if node.wishes.restart(0):
            node.loads()

        assert slots.begin(node.flash) == (node.flash + "/a", "normal")


def test_a_node_that_was_not_started_by_main_keeps_no_wish():
    kept = sys.modules.pop("slots")
    try:
        node = Fed(a_flash(), NEW)
    finally:
        sys.modules["slots"] = kept

    assert not node.hears(NEW.wish())
    assert node.wishes.fate() == []


def test_a_node_in_safe_mode_takes_an_update_too():
    flash = a_flash("a")
    for _ in range(5):
        slots.begin(flash)

    assert Fed(flash, NEW, "safe").hears(NEW.wish())

    assert slots.begin(flash) == (flash + "/a", "update")
    assert Fed(flash, NEW).loads()[-1] == ("staged", "")


def test_a_file_that_is_not_what_the_manifest_says_is_refused():
    for damage in (b"R", b""):
        forged = Release(NEW.version, NEW.files)
        forged.files[""] = NEW.files[""]
        forged.files["samen_node/run.mpy"] = damage

        assert refused(NEW.wish(), forged) == "bad_file"


def test_a_manifest_that_is_not_what_was_signed_is_refused():
    forged = Release(NEW.version, NEW.files)
    forged.files[""] = NEW.files[""].replace(b"a", b"b")

    assert refused(NEW.wish(), forged) == "bad_file"


def test_a_path_that_leads_out_of_its_folder_is_refused():
    for path in ("samen_node/../../slots.mpy", "/etc/passwd", "slots.mpy", "main.py"):
        release = Release("9.1.0", {path: b"x"})
        assert refused(release.wish(), release) == "bad_manifest"


def test_a_manifest_that_makes_no_sense_is_refused():
    release = Release("9.1.0", {})
    release.files[""] = b"nonsense\n"

    assert refused(release.wish(), release) == "bad_manifest"


def test_pieces_that_were_not_asked_for_change_nothing():
    node = Fed(a_flash(), NEW)
    answer = node.answer

    def with_noise(question):
        for name, value in (("version", "9.9.9"), ("file", "samen_node/x.mpy"), ("at", 7)):
            part = NEW.part(question)
            part[name] = value
            node.give(part)
        node.loader.hear("", b"no message at all")
        answer(question)

    node.answer = with_noise

    assert node.follows(NEW.wish())[-1] == ("staged", "")
    assert NEW.is_whole_in(node.flash + "/b")


def test_an_answer_that_is_lost_is_asked_for_again_and_a_fallen_link_is_waited_for():
    node = Fed(a_flash(), NEW)
    answer = node.answer
    calls = []

    def through_trouble(question):
        calls.append(question)
        if len(calls) == 5:
            raise OSError("the link fell")
        if len(calls) != 3:  # which is lost
            answer(question)

    node.answer = through_trouble

    assert node.follows(NEW.wish())[-1] == ("staged", "")


def test_a_server_that_hands_nothing_out_does_not_keep_a_node_from_measuring_for_ever():
    node = Fed(a_flash("a"), NEW, patience_s=0)
    node.answer = lambda question: None

    node.follows(NEW.wish())

    assert fate(node.flash) == ("refused", "no_answer")
    assert slots.begin(node.flash) == (node.flash + "/a", "normal")


def test_what_is_interrupted_often_comes_to_its_end_as_long_as_files_come():
    flash = a_flash("a")
    Fed(flash, NEW).hears(NEW.wish())

    interruptions = 0
    while slots.begin(flash)[1] == "update":
        interruptions += 1
        with Power(FLASH, 11):
            Fed(flash, NEW).loads()

    assert interruptions > 3
    assert slots.read(flash)["trial"] == "b" and NEW.is_whole_in(flash + "/b")


def test_what_is_interrupted_three_times_is_left_so_that_the_node_measures():
    flash = a_flash("a")
    Fed(flash, NEW).hears(NEW.wish())

    assert [slots.begin(flash)[1] for _ in range(3)] == ["update"] * 3
    Fed(flash, NEW).loads()

    assert fate(flash) == ("refused", "interrupted")
    assert slots.begin(flash) == (flash + "/a", "normal")


def test_a_flash_without_room_is_left_as_it_was():
    node = Fed(a_flash("a"), NEW)

    class Full(Power):
        def statvfs(self, path):
            return (4096, 4096, 100, 1, 1, 0, 0, 0, 0, 255)

    with Full([ota], 10000):
        node.follows(NEW.wish())

    assert fate(node.flash) == ("refused", "no_room")
    assert slots.begin(node.flash) == (node.flash + "/a", "normal")


def test_a_flash_that_fills_up_on_the_way_is_cleared():
    node = Fed(a_flash("a"), NEW)

    def full(path, mode="r"):
        if mode == "ab":
            raise OSError(28)
        return open(path, mode)

    ota.open = full
    try:
        node.follows(NEW.wish())
    finally:
        del ota.open

    assert fate(node.flash) == ("refused", "no_room")
    assert "b" not in os.listdir(node.flash)


# --- what became of it ------------------------------------------------------------------------------


def test_a_version_that_was_given_back_is_told_and_not_tried_again_unless_asked_anew():
    flash = a_flash("a")
    Fed(flash, NEW).follows(NEW.wish(attempt=1))
    for _ in range(4):
        slots.begin(flash)

    assert fate(flash) == ("rolled_back", "crashed")
    assert not Fed(flash, NEW).hears(NEW.wish(attempt=1))
    again = Fed(flash, NEW)
    assert again.follows(NEW.wish(attempt=2))[-1] == ("staged", "")
    assert again.asked == []


def test_the_running_version_is_not_loaded():
    node = Fed(a_flash(), NEW)

    node.follows(Release(FIRMWARE, NEW.files).wish())

    assert fate(node.flash) == ("refused", "not_newer")
    assert node.asked == []


def a_trial_of_b():
    flash = a_flash("a")
    slots.propose(flash, "b", FIRMWARE + " 3")
    slots.begin(flash)
    return flash


def test_what_is_wished_during_a_trial_waits_for_its_end():
    flash = a_trial_of_b()
    node = Fed(flash, NEW, "trial")

    assert not node.hears(NEW.wish())
    slots.healthy(flash)
    ((leaf, told, retained),) = node.wishes.confirmed()

    assert (leaf, told["state"], told["attempt"], retained) == ("ota/status", "confirmed", 3, True)
    assert node.wishes.restart(0)
    assert slots.begin(flash) == (flash + "/b", "update")


def test_a_trial_that_does_not_meet_the_broker_gives_itself_up():
    flash = a_trial_of_b()
    node = Fed(flash, NEW, "trial")

    assert not node.wishes.restart(299)
    assert node.wishes.restart(300)

    assert slots.begin(flash) == (flash + "/a", "normal")
    assert fate(flash) == ("rolled_back", "no_broker")


# --- the power is cut at every change to flash ------------------------------------------------------


def a_bare_flash():
    return a_flash("a")


def with_an_older_release():
    flash = a_flash("a")
    lay(OTHER, flash + "/b")
    return flash


def half_loaded():
    """As a cut in the middle of it leaves it."""
    flash = a_flash("a")
    with Power(FLASH, 9):
        Fed(flash, NEW).follows(NEW.wish())
    return flash


def given_up():
    flash = proposed_and_never_tried()
    slots.begin(flash)
    slots.give_up(flash, "no_broker")
    return flash


def proposed_and_never_tried():
    flash = with_an_older_release()
    slots.propose(flash, "b", "9.2.0 1")
    return flash


def update(flash):
    """All of an update's life: heard, loaded in a start of its own, tried, confirmed."""
    if Fed(flash, NEW).hears(NEW.wish(attempt=os.urandom(1)[0])):
        slots.begin(flash)
        Fed(flash, NEW).loads()
        a_start(flash)


GROUNDS = (a_bare_flash, with_an_older_release, half_loaded, given_up, proposed_and_never_tried)


def cut_everywhere(check, grounds=GROUNDS):
    """How often the power was cut, over all that an update may find."""
    return sum(at_every_change(FLASH, ground, update, check) for ground in grounds)


def boots(flash):
    """Whether what starts is whole, and the update can be brought to its end after all."""
    folder, mode = slots.begin(flash)
    if folder == flash + "/a":
        whole = mode in ("normal", "update") and OLDER.is_whole_in(folder)
    else:
        # What was proposed before the update began may be tried until then.
        whole = NEW.is_whole_in(folder) or (mode == "trial" and OTHER.is_whole_in(folder))
        if OTHER.is_whole_in(folder):
            slots.give_up(flash, "no_broker")
        slots.healthy(flash)
    if mode == "update":
        Fed(flash, NEW).loads()
        a_start(flash)
    if slots.read(flash)["current"] == "a":
        update(flash)
    return whole and a_start(flash) == (flash + "/b", "normal") and NEW.is_whole_in(flash + "/b")


def test_power_cut_at_any_change_leaves_a_node_that_boots_and_can_be_updated():
    failed = []

    cuts = cut_everywhere(lambda flash: boots(flash) or failed.append(flash))

    assert cuts > 120, cuts
    assert failed == []


def found_with(name, broken):
    """How many cuts leave a node that does not boot when a function of slots is exchanged while it updates."""
    right = getattr(slots, name)
    failed = []

    def check(flash):
        setattr(slots, name, right)
        boots(flash) or failed.append(flash)
        setattr(slots, name, broken(right))

    setattr(slots, name, broken(right))
    try:
        cut_everywhere(check, GROUNDS[:1])
    finally:
        setattr(slots, name, right)
    return len(failed)


def test_the_cuts_do_find_an_update_that_is_written_over_the_running_copy():
    assert found_with("spare", lambda right: lambda flash: slots.read(flash)["current"]) > 10


def test_the_cuts_do_find_an_update_that_is_proposed_before_it_is_whole():
    def hasty(right):
        def spare(flash):
            name = right(flash)
            slots.propose(flash, name, "9.1.0 1")
            return name

        return spare

    assert found_with("spare", hasty) > 10
