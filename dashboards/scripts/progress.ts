// A run of the solver that is under way: its part of the page is fetched anew until it is over.
import { refreshParts } from "./refresh";

const EVERY_MS = 2_000;
const UNDER_WAY = "[data-under-way]";

export function follow(): void {
  if (!document.querySelector(UNDER_WAY)) return;
  const timer = window.setInterval(() => void look(timer), EVERY_MS);
}

async function look(timer: number): Promise<void> {
  if (document.hidden) return;
  try {
    await refreshParts(() => undefined);
  } catch {
    return; // Offline: the next look asks again.
  }
  if (document.querySelector(UNDER_WAY)) return;
  clearInterval(timer);
  // What else the page says depends on it too.
  location.reload();
}
