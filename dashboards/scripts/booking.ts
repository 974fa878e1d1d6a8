// The day page.
import { chooseByKeyboard } from "./keyboard";
import { type Choice, column, Highlight } from "./choice";
import { Day } from "./day";
import { BookingDialog } from "./dialog";
import { Live } from "./live";
import { all, first } from "./page";
import { chooseByPointer } from "./pointer";
import { Rooms } from "./rooms";

const NOW_MS = 30_000;
const grid = first<HTMLFormElement>("[data-grid]");
const day = new Day(grid);
const highlight = new Highlight(grid, day);
const dialog = new BookingDialog(() => highlight.clear());

function book(choice: Choice): void {
  highlight.show(choice, false);
  dialog.open({ space: column(choice.gap).dataset.column!, start: day.wall(choice.from), end: day.wallEnd(choice.until) });
}

/** On a phone a free span is a chip: a tap opens the sheet with its first hour. */
function bookByTap(chip: HTMLButtonElement): void {
  chip.addEventListener("click", (event) => {
    const gap = all<HTMLButtonElement>(".gap", grid).find(({ value }) => value === chip.value);
    if (!gap) return;
    event.preventDefault();
    const from = Number(gap.dataset.offset);
    book({ gap, from, until: from + Math.min(60, Number(gap.dataset.length)) });
  });
}

function moveNow(): void {
  for (const line of all<HTMLElement>("[data-now]")) {
    line.style.top = `calc(${day.now() / 60} * var(--hour) + 14px)`;
    line.hidden = day.now() > day.minutes;
  }
}

/** Open on the part of the day that is still ahead. */
function scrollToNow(): void {
  const hour = parseFloat(getComputedStyle(grid).getPropertyValue("--hour"));
  if (all("[data-now]").length) grid.scrollTop = Math.max(0, (day.now() / 60 - 1) * hour);
}

chooseByKeyboard(grid, highlight);
chooseByPointer(grid, highlight, book);
all<HTMLButtonElement>("[data-chip]").forEach(bookByTap);
for (const link of all<HTMLAnchorElement>("[data-book]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.open(null);
  });
}
all<HTMLElement>("[data-help]").forEach((help) => (help.hidden = false));
moveNow();
scrollToNow();
setInterval(moveNow, NOW_MS);
if (grid.dataset.events && grid.dataset.poll) {
  const rooms = new Rooms();
  new Live(grid.dataset.events, grid.dataset.poll, (report) => rooms.show(report));
}
