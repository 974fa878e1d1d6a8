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

export class Highlight {
  private readonly block = document.createElement("div");
  private current: Choice | null = null;

  constructor(
    private readonly grid: HTMLElement,
    private readonly day: Day,
  ) {
    this.block.className = "choice";
    this.block.setAttribute("aria-hidden", "true");
  }

  get choice(): Choice | null {
    return this.current;
  }

  label({ from, until }: Choice): string {
    return `${this.day.wall(from)} – ${this.day.wallEnd(until)}`;
  }

  show(choice: Choice, announce: boolean): void {
    this.current = choice;
    // Set through the style object, which a strict style-src allows.
    this.block.style.top = `calc(${choice.from / 60} * var(--hour) + 15px)`;
    this.block.style.height = `calc(${(choice.until - choice.from) / 60} * var(--hour) - 2px)`;
    this.block.textContent = this.label(choice);
    column(choice.gap).append(this.block);
    this.grid.classList.add("has-choice");
    if (!announce) return;
    this.block.scrollIntoView({ block: "nearest", inline: "nearest" });
    first("[data-announce]").textContent = `${column(choice.gap).dataset.name} ${this.label(choice)}`;
  }

  clear(): void {
    this.current = null;
    this.block.remove();
    this.grid.classList.remove("has-choice");
  }
}
