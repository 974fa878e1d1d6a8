// The day page.
import { chooseByKeyboard } from "./keyboard";
import { type Choice, column, Highlight } from "./choice";
import { Day } from "./day";
import { BookingDialog } from "./dialog";
import { Live, type Now } from "./live";
import { moveBookings } from "./move";
import { all, first, number } from "./page";
import { chooseByPointer } from "./pointer";
import { refreshParts } from "./refresh";
import { Rooms } from "./rooms";

const NOW_MS = 30_000;
const grid = first<HTMLFormElement>("[data-grid]");
const day = new Day(grid);
const highlight = new Highlight(grid, day);
const dialog = new BookingDialog(() => highlight.clear());
const rooms = new Rooms();
const keyboard = chooseByKeyboard(grid, highlight);
const live = new Live(
  grid.dataset.events!,
  grid.dataset.poll!,
  (report) => rooms.show(report),
  (now) => void showAll(now),
);
const moving = moveBookings(grid, day);
let lastTick = Date.now();

function book(choice: Choice): void {
  highlight.show(choice, false);
  dialog.open({ space: column(choice.gap).dataset.column!, start: day.wall(choice.from), end: day.wallEnd(choice.until) });
}

/** On a phone a free span is a chip: a tap opens the sheet with its first hour. */
function bookByTap(event: Event): void {
  const chip = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-chip]") : null;
  const gap = chip && all<HTMLButtonElement>(".gap", grid).find(({ value }) => value === chip.value);
  if (!gap) return;
  event.preventDefault();
  const from = number(gap, "offset");
  book({ gap, from, until: from + Math.min(60, number(gap, "length")) });
}

async function showAll(now: Now): Promise<void> {
  // Not while a span or a booking is in hand: the next question finds the same difference.
  const inHand = grid.matches(":active") || moving.busy();
  const version = now.calendar === grid.dataset.version || inHand ? null : await refreshParts(settle);
  if (version === null) return rooms.showAll(now.rooms);
  grid.dataset.version = version;
  // The parts came with states of their own, perhaps older than what was heard meanwhile.
  await live.ask();
}

function settle(): void {
  if (highlight.choice && !highlight.choice.gap.isConnected) highlight.clear();
  keyboard.rove();
  moving.ready();
  moveNow();
}

function moveNow(): void {
  for (const line of all<HTMLElement>("[data-now]")) {
    line.style.top = `calc(${day.now() / 60} * var(--hour) + 14px)`;
    line.hidden = day.now() > day.minutes;
  }
}

/** Time alone changes how rooms stand: when a booking begins or ends, ask. */
function tick(): void {
  const now = Date.now();
  const passed = (at: number) => lastTick < at * 1000 && at * 1000 <= now;
  const crossed = all<HTMLElement>(".booking", grid).some((one) => passed(number(one, "from")) || passed(number(one, "until")));
  lastTick = now;
  moveNow();
  if (crossed) void live.ask();
}

/** Open on the part of the day that is still ahead. */
function scrollToNow(): void {
  const hour = parseFloat(getComputedStyle(grid).getPropertyValue("--hour"));
  if (all("[data-now]").length) grid.scrollTop = Math.max(0, (day.now() / 60 - 1) * hour);
}

/** The address may name a room: its column, or on a phone its card. */
function scrollToRoom(): void {
  const name = /^#room-([\w-]+)$/.exec(location.hash)?.[1];
  const places = name ? all<HTMLElement>(`.room-card[data-room="${name}"], .room-head[data-room="${name}"]`) : [];
  places.find((place) => place.offsetParent)?.scrollIntoView({ block: "nearest", inline: "center" });
}

chooseByPointer(grid, highlight, book);
first(".rooms-list").addEventListener("click", bookByTap);
for (const link of all<HTMLAnchorElement>("[data-book]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.open(null);
  });
}
all<HTMLElement>("[data-help]").forEach((help) => (help.hidden = false));
moveNow();
scrollToNow();
scrollToRoom();
setInterval(tick, NOW_MS);
