// Choosing by keyboard: arrows move, Shift and arrows resize, Enter books.
import { type Choice, column, gapEnd, gapStart, type Highlight, hourFrom } from "./choice";
import { clamp, QUARTER } from "./day";
import { all } from "./page";

type Gap = HTMLButtonElement;

/** `rove` is for calling again when the grid's gaps were replaced. */
export function chooseByKeyboard(grid: HTMLElement, highlight: Highlight): { rove: () => void } {
  rove(grid);
  grid.addEventListener("focusin", ({ target }) => {
    const gap = gapOf(target);
    if (!gap || highlight.choice?.gap === gap) return;
    if (gap.matches(":focus-visible")) highlight.show(hourFrom(gap, gapStart(gap)), true);
  });
  grid.addEventListener("keydown", (event) => {
    const gap = gapOf(event.target);
    if (!gap) return;
    if (event.key === "Escape") return highlight.clear();
    const next = moved(highlight.choice ?? hourFrom(gap, gapStart(gap)), event);
    if (!next) return;
    event.preventDefault();
    highlight.show(next, true);
    focusOn(grid, next.gap);
  });
  return { rove: () => rove(grid) };
}

function gapOf(target: EventTarget | null): Gap | null {
  return target instanceof Element ? target.closest<Gap>(".gap") : null;
}

/** One tab stop for the whole grid; without scripts every gap is one. */
function rove(grid: HTMLElement): void {
  const gaps = all<Gap>(".gap", grid);
  const current = gaps.find((gap) => gap === document.activeElement) ?? gaps[0];
  for (const gap of gaps) gap.tabIndex = gap === current ? 0 : -1;
}

function focusOn(grid: HTMLElement, gap: Gap): void {
  for (const other of all<Gap>(".gap", grid)) other.tabIndex = other === gap ? 0 : -1;
  gap.focus({ preventScroll: true });
}

function moved(choice: Choice, { key, shiftKey }: KeyboardEvent): Choice | null {
  const step = { ArrowDown: QUARTER, ArrowUp: -QUARTER }[key];
  if (step) return shiftKey ? resized(choice, step) : shifted(choice, step);
  const side = { ArrowRight: 1, ArrowLeft: -1 }[key];
  return side && !shiftKey ? across(choice, side) : null;
}

function resized({ gap, from, until }: Choice, step: number): Choice {
  return { gap, from, until: clamp(until + step, from + QUARTER, gapEnd(gap)) };
}

/** A quarter on; at the gap's edge, on to the room's next gap. */
function shifted(choice: Choice, step: number): Choice {
  const { gap, from, until } = choice;
  if (from + step >= gapStart(gap) && until + step <= gapEnd(gap)) return { gap, from: from + step, until: until + step };
  const gaps = all<Gap>(".gap", column(gap));
  const next = gaps[gaps.indexOf(gap) + Math.sign(step)];
  if (!next) return choice;
  return hourFrom(next, step > 0 ? gapStart(next) : gapEnd(next) - (until - from), until - from);
}

/** The same time in the next room that has something free, or the nearest to it. */
function across(choice: Choice, side: number): Choice | null {
  const columns = all<HTMLElement>("[data-column]", choice.gap.form!);
  for (let at = columns.indexOf(column(choice.gap)) + side; columns[at]; at += side) {
    const gaps = all<Gap>(".gap", columns[at]!);
    const nearest = gaps.sort((one, other) => distance(one, choice.from) - distance(other, choice.from))[0];
    if (nearest) return hourFrom(nearest, choice.from, choice.until - choice.from);
  }
  return null;
}

function distance(gap: Gap, offset: number): number {
  return Math.abs(clamp(offset, gapStart(gap), gapEnd(gap) - QUARTER) - offset);
}
