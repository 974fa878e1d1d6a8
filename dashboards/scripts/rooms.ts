// How each room stands now. The server says it in full; the page only writes it down.
import type { RoomReport } from "./live";
import { all, embedded } from "./page";

interface Words {
  states: Record<string, string>;
  /** Sentences, one for each number of rooms from none to all. */
  in_use: string[];
  free_now: string[];
}

export class Rooms {
  private readonly words = embedded<Words>("words");
  private readonly degrees = new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  private readonly states = new Map<string, string>();

  show(report: RoomReport): void {
    this.showAll([report]);
  }

  showAll(reports: RoomReport[]): void {
    for (const report of reports) {
      this.states.set(report.space, report.shown);
      this.paint(report);
    }
    // One report alone says nothing of the other rooms.
    if (this.states.size + 1 < this.words.in_use.length) return;
    this.tell("[data-in-use]", this.words.in_use, this.count("in_use", "occupied"));
    this.tell("[data-free-now]", this.words.free_now, this.count("free"));
  }

  private count(...wanted: string[]): number {
    return [...this.states.values()].filter((state) => wanted.includes(state)).length;
  }

  private paint({ space, shown, deg_c }: RoomReport): void {
    const name = CSS.escape(space);
    for (const tag of all<HTMLElement>(`[data-room="${name}"] [data-state]`)) this.paintTag(tag, shown);
    for (const pane of all(`[data-window="${name}"]`)) pane.setAttribute("class", `facade-window ${shown}`);
    if (deg_c === null) return;
    for (const place of all(`[data-room="${name}"]:has([data-state]) [data-deg-c]`)) {
      place.textContent = `${this.degrees.format(deg_c)} °C`;
    }
  }

  private paintTag(tag: HTMLElement, state: string): void {
    if (tag.classList.contains(`state-${state}`)) return;
    tag.className = `tag state-${state}`;
    tag.querySelector("[data-state-word]")!.textContent = this.words.states[state] ?? state;
    tag.querySelector("svg")!.setAttribute("class", `icon-state state-${state}`);
    const use = tag.querySelector("use")!;
    use.setAttribute("href", use.getAttribute("href")!.replace(/#.*/, `#state-${state}`));
  }

  private tell(selector: string, sentences: string[], count: number): void {
    for (const place of all(selector)) place.textContent = sentences[count] ?? "";
  }
}

function locale(): string {
  return { fr: "fr-BE", nl: "nl-BE", en: "en-GB" }[document.documentElement.lang] ?? "en-GB";
}
