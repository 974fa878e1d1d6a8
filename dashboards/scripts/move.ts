// Moving a booking: dragged, or by arrow keys; the form then opens filled in, and nothing moved yet.
import { Block } from "./choice";
import { clamp, type Day, nearest, QUARTER } from "./day";
import { all, first, number } from "./page";

const DRAG_STARTS_PX = 5;
const EDGE_PX = 9;
const SCROLL_PX = 36;
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-QUARTER, 0],
  ArrowDown: [QUARTER, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Place {
  column: HTMLElement;
  from: number;
  until: number;
}

/** A booking that was picked up. */
class Move {
  place: Place;
  private readonly home: HTMLElement;

  constructor(
    private readonly booking: HTMLElement,
    private readonly grid: HTMLElement,
    private readonly day: Day,
    private readonly block: Block,
  ) {
    this.home = columnOf(booking);
    this.place = { column: this.home, ...this.span(booking) };
  }

  /** As long as it is, at another time or in another room. */
  to(column: HTMLElement, from: number, announce = false): void {
    const length = this.place.until - this.place.from;
    const kept = clamp(from, 0, this.day.minutes - length);
    this.show({ column, from: kept, until: kept + length }, announce);
  }

  /** Where it is, until another time. */
  resize(until: number, announce = false): void {
    const { column, from } = this.place;
    this.show({ column, from, until: clamp(until, from + QUARTER, this.day.minutes) }, announce);
  }

  end(): void {
    this.block.clear();
    this.booking.classList.remove("is-moving");
  }

  /** The form that changes the booking, with the new room and time in it. */
  confirm(): void {
    const { from, until } = this.place;
    const gap = [this.space, this.day.date, this.day.wall(from), this.day.wallEnd(until)].join("/");
    location.assign(`${linkOf(this.booking).pathname}?gap=${encodeURIComponent(gap)}`);
  }

  get isTaken(): boolean {
    const others = all<HTMLElement>(`[data-column="${CSS.escape(this.space)}"] .booking`, this.grid);
    return others.some((other) => other.dataset.booking !== this.booking.dataset.booking && this.meets(other));
  }

  /** A whole shows in its parts' columns too: there it stays the whole. */
  private get space(): string {
    const { column } = this.place;
    return (column === this.home ? this.booking.dataset.space : column.dataset.column)!;
  }

  private meets(other: HTMLElement): boolean {
    const { from, until } = this.span(other);
    return from < this.place.until && this.place.from < until;
  }

  private span(booking: HTMLElement): { from: number; until: number } {
    return { from: this.day.offset(number(booking, "from")), until: this.day.offset(number(booking, "until")) };
  }

  private show(place: Place, announce: boolean): void {
    this.place = place;
    this.booking.classList.add("is-moving");
    this.block.place(place.column, place.from, place.until, announce, this.isTaken ? this.grid.dataset.taken : "");
  }
}

/** At most one booking is in hand. */
class Hand {
  move: Move | null = null;
  private readonly block: Block;

  constructor(
    readonly grid: HTMLElement,
    readonly day: Day,
  ) {
    this.block = new Block(grid, day);
  }

  take(booking: HTMLElement): Move {
    this.move ??= new Move(booking, this.grid, this.day, this.block);
    return this.move;
  }

  drop(): void {
    this.move?.end();
    this.move = null;
  }

  /** Asks by the form, unless somebody has that time: then all stays as it is. */
  settle(): void {
    if (!this.move?.isTaken) return this.move?.confirm();
    this.drop();
    first("[data-announce]").textContent = this.grid.dataset.stays!;
  }
}

/** `busy`: whether one is in hand; `ready`: to be called again when the grid's bookings were replaced. */
export function moveBookings(grid: HTMLElement, day: Day): { busy: () => boolean; ready: () => void } {
  const hand = new Hand(grid, day);
  moveByPointer(hand);
  moveByKeyboard(hand);
  openByEdge(grid);
  describe(grid);
  return { busy: () => hand.move !== null, ready: () => describe(grid) };
}

interface Press {
  booking: HTMLElement;
  x: number;
  y: number;
  /** Minutes from the moved end of the booking to the pointer. */
  grabbed: number;
  edge: boolean;
}

function moveByPointer(hand: Hand): void {
  const { grid, day } = hand;
  let press: Press | null = null;
  let dragged = false;

  const giveUp = (): void => {
    press = null;
    hand.drop();
  };
  grid.addEventListener("pointerdown", (event) => {
    dragged = false;
    const booking = movable(event.target);
    // A finger scrolls; it opens the form by a tap.
    press = booking && event.button === 0 && event.pointerType !== "touch" ? pressed(booking, event, day) : null;
  });
  grid.addEventListener("pointermove", (event) => {
    if (!press) return;
    if (!dragged && Math.hypot(event.clientX - press.x, event.clientY - press.y) <= DRAG_STARTS_PX) return;
    if (!dragged) grid.setPointerCapture(event.pointerId);
    dragged = true;
    drag(hand, press, event);
  });
  grid.addEventListener("pointerup", () => {
    if (press && dragged) hand.settle();
    press = null;
  });
  grid.addEventListener("pointercancel", giveUp);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && press) giveUp();
  });
  // A link is dragged as a link, and a click follows the end of a drag: neither is meant here.
  grid.addEventListener("dragstart", (event) => movable(event.target) && event.preventDefault());
  grid.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}

function pressed(booking: HTMLElement, { clientX: x, clientY: y }: PointerEvent, day: Day): Press {
  const { top, bottom } = booking.getBoundingClientRect();
  const edge = bottom - y <= Math.min(EDGE_PX, (bottom - top) / 3);
  const moved = day.offset(number(booking, edge ? "until" : "from"));
  return { booking, x, y, grabbed: minuteAt(columnOf(booking), day, y) - moved, edge };
}

function drag(hand: Hand, { booking, grabbed, edge }: Press, { clientX, clientY }: PointerEvent): void {
  const move = hand.take(booking);
  scrollAlong(hand.grid, clientY);
  const column = (edge ? null : columnAt(hand.grid, clientX)) ?? move.place.column;
  const minute = nearest(minuteAt(column, hand.day, clientY) - grabbed);
  if (edge) move.resize(minute);
  else move.to(column, minute);
}

function moveByKeyboard(hand: Hand): void {
  hand.grid.addEventListener("keydown", (event) => {
    const booking = movable(event.target);
    const step = STEPS[event.key];
    if (!booking) return;
    if (event.key === "Escape") return hand.drop();
    if (event.key === "Enter" && hand.move) {
      event.preventDefault();
      return hand.settle();
    }
    if (!step || (event.shiftKey && !step[0])) return;
    event.preventDefault();
    const move = hand.take(booking);
    if (event.shiftKey) move.resize(move.place.until + step[0], true);
    else move.to(beside(hand.grid, move.place.column, step[1]), move.place.from + step[0], true);
  });
  hand.grid.addEventListener("focusout", () => hand.drop());
}

/** The lower edge lies over the link: a click there opens the form like any other. */
function openByEdge(grid: HTMLElement): void {
  grid.addEventListener("click", (event) => {
    const booking = movable(event.target);
    if (booking && event.target === booking && !event.defaultPrevented) linkOf(booking).click();
  });
}

/** Says how it is moved to whoever cannot see the legend. */
function describe(grid: HTMLElement): void {
  for (const link of all<HTMLElement>("[data-space] a", grid)) link.setAttribute("aria-describedby", "how-to-move");
}

function movable(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(".booking[data-space]") : null;
}

function linkOf(booking: HTMLElement): HTMLAnchorElement {
  return first<HTMLAnchorElement>("a", booking);
}

function columnOf(booking: HTMLElement): HTMLElement {
  return booking.closest<HTMLElement>("[data-column]")!;
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

/** Near the grid's upper or lower end, what lies beyond comes into view. */
function scrollAlong(grid: HTMLElement, clientY: number): void {
  const { top, bottom } = grid.getBoundingClientRect();
  const head = first(".room-head", grid).getBoundingClientRect().height;
  if (clientY < top + head + SCROLL_PX) grid.scrollTop -= SCROLL_PX / 3;
  if (clientY > bottom - SCROLL_PX) grid.scrollTop += SCROLL_PX / 3;
}
