// What happens in the building, as it happens: server-sent events, and polling while those are refused or lost.

export interface RoomReport {
  space: string;
  shown: string;
  deg_c: number | null;
}

export interface Now {
  rooms: RoomReport[];
  /** Changes whenever a booking of the day does. */
  calendar: string;
}

const POLL_MS = 15_000;
const RETRY_MS = 60_000;

export class Live {
  private source: EventSource | null = null;
  private polling = 0;
  private retry = 0;
  private asked = 0;
  private heard = 0;

  constructor(
    private readonly events: string,
    private readonly poll: string,
    private readonly show: (report: RoomReport) => void,
    private readonly showAll: (now: Now) => void,
  ) {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
    addEventListener("pagehide", () => this.stop());
    this.start();
  }

  /** Everything as it stands now. */
  async ask(): Promise<void> {
    const [asked, heard] = [++this.asked, this.heard];
    try {
      const answer = await fetch(this.poll, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const now = (await answer.json()) as Now;
      // A question asked since then knows better.
      if (asked !== this.asked) return;
      // So does what was heard since: it may have happened before the answer or after it.
      if (heard !== this.heard) return await this.ask();
      this.showAll(now);
    } catch {
      // Offline: the next round asks again.
    }
  }

  private start(): void {
    this.stop();
    const source = new EventSource(this.events);
    this.source = source;
    source.addEventListener("room", ({ data }) => {
      this.heard += 1;
      this.show(JSON.parse(data as string) as RoomReport);
    });
    source.addEventListener("booking", () => void this.ask());
    // The server forgot how far this page had read.
    source.addEventListener("missed", () => void this.ask());
    source.addEventListener("open", () => {
      this.stopPolling();
      // What happened while nobody listened.
      void this.ask();
    });
    source.addEventListener("error", () => {
      this.startPolling();
      // A 503 (the stream is full) ends an EventSource for good; a lost connection comes back by itself.
      if (source.readyState === EventSource.CLOSED) this.retry = window.setTimeout(() => this.start(), RETRY_MS);
    });
  }

  private stop(): void {
    this.source?.close();
    clearTimeout(this.retry);
    this.stopPolling();
  }

  private startPolling(): void {
    if (this.polling) return;
    this.polling = window.setInterval(() => void this.ask(), POLL_MS);
    void this.ask();
  }

  private stopPolling(): void {
    clearInterval(this.polling);
    this.polling = 0;
  }
}
