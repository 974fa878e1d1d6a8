// What is shown of each room now: what its sensor saw, read against what is booked.
import type { RoomReport } from "./live";
import { all, embedded, fill, number } from "./page";

type Occupancy = NonNullable<RoomReport["occupancy"]>;
type State = "free" | "in_use" | "booked_empty" | "occupied" | "booked" | "unknown";

interface Words {
  states: Record<State, string>;
  in_use: string;
  free_now: string;
}

const TICK_MS = 15_000;

/** The same table as `samen.web.rooms.shown_state`, which draws the first picture. */
export function shownState(occupancy: Occupancy, booked: boolean): State {
  if (occupancy === "unknown") return "unknown";
  if (occupancy === "none") return booked ? "booked" : "free";
  if (occupancy === "occupied") return booked ? "in_use" : "occupied";
  return booked ? "booked_empty" : "free";
}

export class Rooms {
  private readonly words = embedded<Words>("words");
  private readonly plural = new Intl.NumberFormat(document.documentElement.lang);
  private readonly degrees = new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  constructor() {
    setInterval(() => this.refresh(), TICK_MS);
  }

  show({ space, occupancy, deg_c }: RoomReport): void {
    for (const element of all<HTMLElement>(`[data-room="${CSS.escape(space)}"]`)) {
      element.dataset.occupancy = occupancy ?? "none";
      const place = element.querySelector("[data-deg-c]");
      if (place && deg_c != null) place.textContent = `${this.degrees.format(deg_c)} °C`;
    }
    this.refresh();
  }

  /** Time alone changes states: a booking begins, another ends. */
  refresh(): void {
    const states = new Map<string, State>();
    for (const head of all<HTMLElement>("[data-room][data-occupancy]")) {
      const space = head.dataset.room!;
      states.set(space, shownState(head.dataset.occupancy as Occupancy, this.isBooked(space)));
    }
    states.forEach((state, space) => this.paint(space, state));
    const count = (...wanted: State[]) => [...states.values()].filter((state) => wanted.includes(state)).length;
    this.tell("[data-in-use]", this.words.in_use, count("in_use", "occupied"));
    this.tell("[data-free-now]", this.words.free_now, count("free"));
  }

  private isBooked(space: string): boolean {
    const now = Date.now() / 1000;
    return all<HTMLElement>(`section[data-column="${CSS.escape(space)}"] .booking`).some(
      (booking) => number(booking, "from") <= now && now < number(booking, "until"),
    );
  }

  private paint(space: string, state: State): void {
    for (const tag of all<HTMLElement>(`[data-room="${CSS.escape(space)}"] [data-state]`)) {
      if (tag.classList.contains(`state-${state}`)) continue;
      tag.className = `tag state-${state}`;
      tag.querySelector("[data-state-word]")!.textContent = this.words.states[state];
      tag.querySelector("svg")!.setAttribute("class", `icon-state state-${state}`);
      const use = tag.querySelector("use")!;
      use.setAttribute("href", use.getAttribute("href")!.replace(/#.*/, `#state-${state}`));
    }
    for (const pane of all(`[data-window="${CSS.escape(space)}"]`)) pane.setAttribute("class", `facade-window ${state}`);
  }

  private tell(selector: string, sentence: string, count: number): void {
    for (const place of all(selector)) place.textContent = fill(sentence, { num: this.plural.format(count) });
  }
}

function locale(): string {
  return { fr: "fr-BE", nl: "nl-BE", en: "en-GB" }[document.documentElement.lang] ?? "en-GB";
}
