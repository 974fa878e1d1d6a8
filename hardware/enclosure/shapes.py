"""One base for every node, and three lids; millimetres.

The case hangs level on a wall: x to the right, y up, z towards the room. On the left, behind a partition and
vents, sits the air sensor, where the board's warmth does not reach it; on the right the board, its USB end at
the right wall.
Lids are printed face down, the base as it stands: neither needs support. Never printed yet: see docs/node.md.
"""

from build123d import Align, Axis, Box, Compound, Cone, Cylinder, Part, Pos, Rot, fillet

INNER_X, INNER_Y, INNER_Z = 110.0, 66.0, 32.0
WALL, FLOOR, PLATE = 2.0, 2.0, 2.4
OUTER_X, OUTER_Y = INNER_X + 2 * WALL, INNER_Y + 2 * WALL
SKIN = 0.8  # thin enough for light to shine through white plastic
POSTS = [(x, y) for x in (-51.0, 51.0) for y in (-29.0, 29.0)]
BOARD_X, BOARD_Y = 10.0, 0.0  # middle of a perfboard of 70 x 50
STANDOFFS = [(BOARD_X + x, BOARD_Y + y) for x in (-31.0, 31.0) for y in (-21.0, 21.0)]
PARTITION_X = -28.0
LIP, CLEARANCE = 4.0, 0.3
BOTTOM = (Align.CENTER, Align.CENTER, Align.MIN)


def base() -> Part:
    """The box that is screwed to the wall."""
    shell = _rounded(OUTER_X, OUTER_Y, FLOOR + INNER_Z, 4)
    shell -= Pos(0, 0, FLOOR) * _rounded(INNER_X, INNER_Y, INNER_Z, 2)
    for x, y in POSTS:
        post = Pos(x, y, FLOOR) * Box(8, 8, INNER_Z - LIP, align=BOTTOM)
        hole = Pos(x, y, FLOOR + 6) * Cylinder(1.25, INNER_Z, align=BOTTOM)
        shell = shell + post - hole
    for x, y in STANDOFFS:
        shell += Pos(x, y, FLOOR) * Cylinder(3, 5, align=BOTTOM)
    shell += Pos(PARTITION_X, 0, FLOOR) * Box(1.6, INNER_Y, 18, align=BOTTOM)
    shell -= Pos(PARTITION_X, 20, FLOOR + 12) * Box(4, 12, 8, align=BOTTOM)  # wires to the air sensor
    for keyhole in ((-41.0, 4.0), (47.0, 4.0)):
        shell -= _keyhole(*keyhole)
    shell -= Pos(OUTER_X / 2, 0, FLOOR + 13) * Box(
        3 * WALL, 32, 11, align=BOTTOM
    )  # USB, either port of an S3
    shell -= _vents()
    # Cable of a meter: a skin to push through where one is needed.
    return shell - Pos(30, -INNER_Y / 2, FLOOR + 12) * Rot(90, 0, 0) * Cylinder(3.5, WALL - 0.6, align=BOTTOM)


def lid_room() -> Part:
    """A window for the PIR, a thin place for the radar, a hole for the lamp."""
    lid = _lid() - _through(-8, 0, 5.3) - _lamp()
    return lid - Pos(22, 0, 1.2) * Box(37, 24, PLATE, align=BOTTOM)


def lid_meter() -> Part:
    """Nothing but the lamp."""
    return _lid() - _lamp()


def lid_door() -> Part:
    """Free is a ring and busy a bar, so that nobody needs to see colours; both shine through a thin skin."""
    lid = _lid() - _lamp()
    for x in (-24.0, 24.0):
        lid += Pos(x, 0, PLATE) * (_tube(18, 16.4, 9) + Pos(0, 0, 7) * (Box(34, 9, 2, align=BOTTOM)))
        lid -= Pos(x, 0, PLATE + 6) * Cylinder(2.6, 4, align=BOTTOM)
    ring = _tube(13, 9, PLATE)
    bar = Box(26, 7, PLATE, align=BOTTOM)
    return lid - Pos(-24, 0, SKIN) * ring - Pos(24, 0, SKIN) * bar


def how_it_fits() -> Compound:
    """What goes where: the base with board and air sensor in it, the room node's lid lifted off."""
    stand = FLOOR + 5
    board = Pos(BOARD_X, BOARD_Y, stand) * Box(70, 50, 1.6, align=BOTTOM)
    board += Pos(BOARD_X + 3, BOARD_Y + 8, stand + 10) * Box(63, 26, 1.6, align=BOTTOM)
    board += Pos(BOARD_X - 16, BOARD_Y + 8, stand + 11) * Box(25, 18, 3.6, align=BOTTOM)
    air = Pos(-43, 4, stand) * Box(16, 20, 3, align=BOTTOM)
    lid = Pos(0, 0, 95) * Rot(180, 0, 0) * lid_room()
    return Compound([base(), board, air, lid])


PARTS = {"base": base, "lid-room": lid_room, "lid-meter": lid_meter, "lid-door": lid_door}


def _rounded(x: float, y: float, z: float, radius: float) -> Part:
    box = Box(x, y, z, align=BOTTOM)
    return fillet(box.edges().filter_by(Axis.Z), radius)


def _lid() -> Part:
    """The plate with its lip, z = 0 the face that the room sees."""
    plate = _rounded(OUTER_X, OUTER_Y, PLATE, 4)
    x, y = INNER_X - 2 * CLEARANCE, INNER_Y - 2 * CLEARANCE
    lip = _rounded(x, y, LIP, 2) - Box(x - 3.2, y - 3.2, 3 * LIP)
    for at in POSTS:
        lip -= Pos(*at, 0) * Box(9.4, 9.4, 3 * LIP)
    lid = plate + Pos(0, 0, PLATE) * lip
    for at in POSTS:
        lid -= _through(*at, 1.7)
        lid -= Pos(*at, 0) * Cone(3.2, 1.7, 1.5, align=BOTTOM)
    return lid


def _through(x: float, y: float, radius: float) -> Part:
    return Pos(x, y, 0) * Cylinder(radius, 4 * PLATE)


def _lamp() -> Part:
    return _through(46, 0, 2.55)


def _tube(outer: float, inner: float, height: float) -> Part:
    return Cylinder(outer, height, align=BOTTOM) - Cylinder(inner, height, align=BOTTOM)


def _keyhole(x: float, y: float) -> Part:
    """For a screw with a head of at most 8: put it on, let it down."""
    head = Pos(x, y - 6, 0) * Cylinder(4.2, 3 * FLOOR)
    slot = Pos(x, y - 3, 0) * Box(4.4, 6, 3 * FLOOR)
    return head + slot + Pos(x, y, 0) * Cylinder(2.2, 3 * FLOOR)


def _vents() -> Part:
    """Slots: left for the air sensor, above and below for the board's warmth."""
    slots = Part()
    for number in range(6):
        y = -20 + 8 * number
        slots += Pos(-OUTER_X / 2, y, FLOOR + 6) * Box(3 * WALL, 2, 16, align=BOTTOM)
    for number in range(8):
        x = -16 + 7 * number
        slots += Pos(x, OUTER_Y / 2, FLOOR + 10) * Box(2, 3 * WALL, 14, align=BOTTOM)
    for number in range(4):
        slots += Pos(-16 + 7 * number, -OUTER_Y / 2, FLOOR + 10) * Box(2, 3 * WALL, 14, align=BOTTOM)
        slots += Pos(-50 + 6 * number, -OUTER_Y / 2, FLOOR + 10) * Box(2, 3 * WALL, 14, align=BOTTOM)
    return slots
