// Moving a booking of one's own: dragged, or by arrow keys; the form then opens filled in, and nothing moved yet.
import { Block } from "./choice";
import { clamp, type Day, snap } from "./day";
import { all, number } from "./page";

const DRAG_STARTS_PX = 5;
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-15, 0],
  ArrowDown: [15, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Place {
  column: HTMLElement;
  from: number;
}

class Move {
  readonly link: HTMLAnchorElement;
  readonly length: number;
  place: Place;

  constructor(
    readonly booking: HTMLElement,
    private readonly day: Day,
    private readonly block: Block,
  ) {
    this.link = booking.querySelector("a")!;
    const from = day.offset(number(booking, "from"));
    this.length = day.offset(number(booking, "until")) - from;
    this.place = { column: booking.closest<HTMLElement>("[data-column]")!, from };
  }

  to(place: Place, announce: boolean): void {
    this.place = { ...place, from: clamp(place.from, 0, this.day.minutes - this.length) };
    this.block.place(this.place.column, this.place.from, this.place.from + this.length, announce);
    this.booking.classList.add("is-moving");
  }

  end(): void {
    this.block.clear();
    this.booking.classList.remove("is-moving");
  }

  /** The form that changes the booking, with the new room and time in it. */
  confirm(): void {
    const { column, from } = this.place;
    const span = [column.dataset.column, this.day.date, this.day.wall(from), this.day.wallEnd(from + this.length)];
    location.assign(`${this.link.pathname}?gap=${encodeURIComponent(span.join("/"))}`);
  }
}

export function moveBookings(grid: HTMLElement, day: Day): void {
  const block = new Block(grid, day);
  moveByPointer(grid, day, block);
  moveByKeyboard(grid, day, block);
}

function moveByPointer(grid: HTMLElement, day: Day, block: Block): void {
  let move: Move | null = null;
  let grabbed = 0;
  let pressedAt = { x: 0, y: 0 };
  let dragged = false;

  const stop = (): void => {
    move?.end();
    move = null;
  };
  grid.addEventListener("pointerdown", (event) => {
    dragged = false;
    const booking = ownBooking(event.target);
    // A finger scrolls; it opens the form by a tap.
    if (!booking || event.button !== 0 || event.pointerType === "touch") return;
    move = new Move(booking, day, block);
    pressedAt = { x: event.clientX, y: event.clientY };
    grabbed = minuteAt(move.place.column, day, event.clientY) - move.place.from;
  });
  grid.addEventListener("pointermove", (event) => {
    if (!move) return;
    if (!dragged && Math.hypot(event.clientX - pressedAt.x, event.clientY - pressedAt.y) <= DRAG_STARTS_PX) return;
    if (!dragged) grid.setPointerCapture(event.pointerId);
    dragged = true;
    const column = columnAt(grid, event.clientX) ?? move.place.column;
    move.to({ column, from: snap(minuteAt(column, day, event.clientY) - grabbed + 7) }, false);
  });
  grid.addEventListener("pointerup", () => {
    if (move && dragged) move.confirm();
    else stop();
  });
  grid.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") stop();
  });
  // A link is dragged as a link, and a click follows the end of a drag: neither is meant here.
  grid.addEventListener("dragstart", (event) => ownBooking(event.target) && event.preventDefault());
  grid.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}

function moveByKeyboard(grid: HTMLElement, day: Day, block: Block): void {
  let move: Move | null = null;
  const stop = (): void => {
    move?.end();
    move = null;
  };
  grid.addEventListener("keydown", (event) => {
    const booking = ownBooking(event.target);
    if (!booking || event.shiftKey) return;
    if (event.key === "Escape") return stop();
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      move ??= new Move(booking, day, block);
      move.to({ column: beside(grid, move.place.column, step[1]), from: move.place.from + step[0] }, true);
    } else if (event.key === "Enter" && move) {
      event.preventDefault();
      move.confirm();
    }
  });
  grid.addEventListener("focusout", stop);
}

function ownBooking(target: EventTarget | null): HTMLElement | null {
  const booking = target instanceof Element ? target.closest<HTMLElement>(".booking.mine") : null;
  return booking?.querySelector("a") ? booking : null;
}

function minuteAt(column: HTMLElement, day: Day, clientY: number): number {
  // The grid's first hour begins 14 pixels below its top.
  const { top, height } = column.getBoundingClientRect();
  return ((clientY - top - 14) / (height - 14)) * day.minutes;
}

function columnAt(grid: HTMLElement, clientX: number): HTMLElement | null {
  const under = ({ left, right }: DOMRect) => left <= clientX && clientX < right;
  return all<HTMLElement>("[data-column]", grid).find((column) => under(column.getBoundingClientRect())) ?? null;
}

function beside(grid: HTMLElement, column: HTMLElement, side: number): HTMLElement {
  const columns = all<HTMLElement>("[data-column]", grid);
  return columns[columns.indexOf(column) + side] ?? column;
}
