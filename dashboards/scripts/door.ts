// The sign beside a door looks again by itself; what it cannot renew it says to be old.
import { all, first, number } from "./page";

const sign = (): HTMLElement => first<HTMLElement>("[data-door]");
const OLD_AFTER = 3;
let missed = 0;

async function look(): Promise<void> {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    missed = 0;
  } catch {
    missed += 1;
  }
  for (const warning of all<HTMLElement>("[data-lost]")) warning.hidden = missed < OLD_AFTER;
}

function show(fresh: Document): void {
  const other = fresh.querySelector<HTMLElement>("[data-door]");
  if (!other) throw new Error("another page answered");
  const held = document.activeElement?.id;
  document.documentElement.lang = fresh.documentElement.lang;
  document.title = fresh.title;
  sign().replaceWith(document.adoptNode(other));
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

setInterval(() => void look(), number(sign(), "every") * 1000);
