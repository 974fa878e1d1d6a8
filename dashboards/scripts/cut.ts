// Choosing a span of time on a chart. A pointer drags; a finger drags over curves, and taps the first and the last bar.
import { all, number } from "./page";

/** Seconds since the epoch, and where it was chosen. */
type Tell = (from: number, until: number, chart: Element) => void;

const DRAG_STARTS_PX = 4;

/** On a curve: a band follows the pointer. `end` is when its last value ends. */
export function cutCurve(over: HTMLElement, timeAt: (x: number) => number, end: number, tell: Tell): void {
  const band = document.createElement("div");
  band.className = "cut";
  let began: number | null = null;
  const x = (event: PointerEvent) => Math.max(0, Math.min(over.clientWidth, event.clientX - over.getBoundingClientRect().left));

  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    began = x(event);
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener("pointermove", (event) => {
    if (began === null) return;
    const here = x(event);
    over.append(band);
    band.style.left = `${Math.min(began, here)}px`;
    band.style.width = `${Math.abs(here - began)}px`;
  });
  over.addEventListener("pointercancel", () => {
    began = null;
    band.remove();
  });
  over.addEventListener("pointerup", (event) => {
    if (began === null) return;
    const [low, high] = [Math.min(began, x(event)), Math.max(began, x(event))];
    began = null;
    if (high - low < DRAG_STARTS_PX) return band.remove();
    tell(timeAt(low), Math.min(timeAt(high), end), over);
  });
}

/** On bars and cells, each of which says from when until when it is. */
export function cutBars(chart: SVGElement, tell: Tell): void {
  const bars = all<SVGElement & HTMLElement>("rect[data-from]", chart);
  let first: HTMLElement | null = null;
  let last: HTMLElement | null = null;
  let dragging = false;

  const span = (): [number, number] => [
    Math.min(number(first!, "from"), number(last!, "from")),
    Math.max(number(first!, "until"), number(last!, "until")),
  ];
  const paint = () => {
    const [from, until] = first ? span() : [0, 0];
    for (const bar of bars) bar.classList.toggle("is-chosen", number(bar, "from") >= from && number(bar, "until") <= until);
  };
  const barAt = (event: PointerEvent): HTMLElement | null => {
    const found = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("rect[data-from]");
    return found && chart.contains(found) ? found : nearest(bars, event.clientX, event.clientY);
  };

  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    first = last = barAt(event);
    dragging = first !== null;
    paint();
  });
  chart.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    last = barAt(event) ?? last;
    paint();
  });
  addEventListener("pointerup", () => {
    if (dragging && first) tell(...span(), chart);
    dragging = false;
  });
  chart.addEventListener("click", (event) => {
    // A finger scrolls; it chooses by taps: one bar, and from there to another.
    if ((event as PointerEvent).pointerType !== "touch") return;
    const bar = barAt(event as PointerEvent);
    if (!bar) return;
    if (!first || first !== last) first = bar;
    last = bar;
    paint();
    tell(...span(), chart);
  });
}

function nearest<E extends Element>(bars: E[], x: number, y: number): E | null {
  const far = (bar: E) => {
    const { left, right, top, bottom } = bar.getBoundingClientRect();
    return Math.max(left - x, x - right, 0) * 4 + Math.max(top - y, y - bottom, 0);
  };
  return bars.reduce<E | null>((best, bar) => (best && far(best) <= far(bar) ? best : bar), null);
}
