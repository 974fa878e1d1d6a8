// Choosing by pointer: a click takes an hour where it falls, a drag takes the span, in quarter hours.
import { type Choice, gapEnd, gapStart, type Highlight, hourFrom } from "./choice";
import { clamp, QUARTER, snap } from "./day";

const DRAG_STARTS_PX = 5;

export function chooseByPointer(grid: HTMLElement, highlight: Highlight, book: (choice: Choice) => void): void {
  let pressed: { gap: HTMLButtonElement; y: number; minute: number } | null = null;
  let dragged = false;

  grid.addEventListener("pointerdown", (event) => {
    dragged = false;
    const gap = event.target instanceof Element ? event.target.closest<HTMLButtonElement>(".gap") : null;
    // A finger scrolls; it books by a tap.
    if (!gap || event.button !== 0 || event.pointerType === "touch") return;
    pressed = { gap, y: event.clientY, minute: minuteAt(gap, event.clientY) };
    gap.setPointerCapture(event.pointerId);
  });
  grid.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    dragged ||= Math.abs(event.clientY - pressed.y) > DRAG_STARTS_PX;
    if (dragged) highlight.show(spanned(pressed.gap, pressed.minute, minuteAt(pressed.gap, event.clientY)), false);
  });
  grid.addEventListener("pointercancel", () => {
    pressed = null;
    highlight.clear();
  });
  grid.addEventListener("click", (event) => {
    const gap = event.target instanceof Element ? event.target.closest<HTMLButtonElement>(".gap") : null;
    const began = pressed;
    pressed = null;
    if (!gap) return;
    event.preventDefault();
    // Where the pointer was let go counts, not the last move before it.
    if (dragged && began) return book(spanned(began.gap, began.minute, minuteAt(began.gap, event.clientY)));
    // Enter or space on a gap; without a choice of its own it takes the first hour.
    if (event.detail === 0) return book(highlight.choice ?? hourFrom(gap, gapStart(gap)));
    book(hourFrom(gap, minuteAt(gap, event.clientY)));
  });
}

function minuteAt(gap: HTMLElement, clientY: number): number {
  const { top, height } = gap.getBoundingClientRect();
  const within = ((clientY - top) / height) * (gapEnd(gap) - gapStart(gap));
  return clamp(snap(gapStart(gap) + within), gapStart(gap), gapEnd(gap) - QUARTER);
}

function spanned(gap: HTMLButtonElement, one: number, other: number): Choice {
  return { gap, from: Math.min(one, other), until: Math.min(Math.max(one, other) + QUARTER, gapEnd(gap)) };
}
