// A day's times: minutes from the top of the view, and the wall clock they stand for.
import { number } from "./page";

export const QUARTER = 15;

export class Day {
  readonly minutes: number;
  readonly date: string;
  private readonly startsAt: number;
  private readonly clock: Intl.DateTimeFormat;

  constructor(grid: HTMLElement) {
    this.minutes = number(grid, "minutes");
    this.startsAt = number(grid, "startsAt");
    this.date = grid.dataset.date ?? "";
    this.clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: grid.dataset.timezone ?? "Europe/Brussels",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  /** The wall time at an offset; elapsed minutes, so a 23 or 25 hour day comes out right. */
  wall(offset: number): string {
    return this.clock.format(new Date((this.startsAt + offset * 60) * 1000));
  }

  /** As `wall`, for the end of a span: midnight is 24:00, not the day's first minute. */
  wallEnd(offset: number): string {
    const text = this.wall(offset);
    return text === "00:00" ? "24:00" : text;
  }

  /** Minutes from the top of the view to an instant in epoch seconds. */
  offset(at: number): number {
    return (at - this.startsAt) / 60;
  }

  now(): number {
    return this.offset(Date.now() / 1000);
  }
}

export function snap(minutes: number): number {
  return Math.floor(minutes / QUARTER) * QUARTER;
}

export function nearest(minutes: number): number {
  return Math.round(minutes / QUARTER) * QUARTER;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
