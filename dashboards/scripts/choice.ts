// The span a person is choosing inside a free gap: shown, announced, then taken to the dialog.
import { clamp, type Day, QUARTER } from "./day";
import { first, number } from "./page";

const USUAL = 60;

export interface Choice {
  gap: HTMLButtonElement;
  from: number;
  until: number;
}

export function gapStart(gap: HTMLElement): number {
  return number(gap, "offset");
}

export function gapEnd(gap: HTMLElement): number {
  return number(gap, "offset") + number(gap, "length");
}

/** An hour from `from`, or as much of it as the gap holds. */
export function hourFrom(gap: HTMLButtonElement, from: number, length = USUAL): Choice {
  const start = clamp(from, gapStart(gap), Math.max(gapStart(gap), gapEnd(gap) - QUARTER));
  return { gap, from: start, until: Math.min(start + length, gapEnd(gap)) };
}

export function column(gap: HTMLElement): HTMLElement {
  return gap.closest<HTMLElement>("[data-column]")!;
}

/** A span drawn over a column of the grid, with its hours written on it. */
export class Block {
  private readonly block = document.createElement("div");

  constructor(
    private readonly grid: HTMLElement,
    private readonly day: Day,
  ) {
    this.block.className = "choice";
    this.block.setAttribute("aria-hidden", "true");
  }

  /** `problem`: a word for why the span cannot be had. */
  place(column: HTMLElement, from: number, until: number, announce: boolean, problem = ""): void {
    // Set through the style object, which a strict style-src allows.
    this.block.style.top = `calc(${from / 60} * var(--hour) + 15px)`;
    this.block.style.height = `calc(${(until - from) / 60} * var(--hour) - 2px)`;
    this.block.textContent = `${this.day.wall(from)} – ${this.day.wallEnd(until)}${problem && ` · ${problem}`}`;
    this.block.classList.toggle("is-refused", problem !== "");
    column.append(this.block);
    this.grid.classList.add("has-choice");
    if (!announce) return;
    this.block.scrollIntoView({ block: "nearest", inline: "nearest" });
    first("[data-announce]").textContent = `${column.dataset.name} ${this.block.textContent}`;
  }

  clear(): void {
    this.block.remove();
    this.grid.classList.remove("has-choice");
  }
}

export class Highlight {
  private readonly block: Block;
  private current: Choice | null = null;

  constructor(grid: HTMLElement, day: Day) {
    this.block = new Block(grid, day);
  }

  get choice(): Choice | null {
    return this.current;
  }

  show(choice: Choice, announce: boolean): void {
    this.current = choice;
    this.block.place(column(choice.gap), choice.from, choice.until, announce);
  }

  clear(): void {
    this.current = null;
    this.block.clear();
  }
}
