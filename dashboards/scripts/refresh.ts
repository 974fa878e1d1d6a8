// Somebody else booked or cancelled: the parts of the page that show the calendar are fetched anew.
import { all } from "./page";

/** Replace every part that changed, and keep the focus where it was. */
export async function refreshParts(changed: () => void): Promise<string | null> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html", "Samen-Refresh": "1" } });
  if (!answer.ok || answer.redirected) return null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const held = heldGap();
  for (const part of all<HTMLElement>("[data-part]")) {
    const other = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part!)}"]`);
    if (other && other.outerHTML !== part.outerHTML) part.replaceWith(document.adoptNode(other));
  }
  changed();
  held?.();
  return fresh.querySelector<HTMLElement>("[data-grid]")?.dataset.version ?? null;
}

/** Puts the focus back on the free span at the same place, if it still is one; or on the same booking. */
function heldGap(): (() => void) | null {
  const gap = document.activeElement;
  const place = gap?.closest<HTMLElement>("[data-part]")?.dataset.part;
  if (gap instanceof HTMLAnchorElement && place) return () => heldLink(gap, place);
  if (!(gap instanceof HTMLButtonElement) || !place) return null;
  return () => {
    if (gap.isConnected) return;
    const gaps = all<HTMLButtonElement>(`[data-part="${CSS.escape(place)}"] button[name=gap]`);
    (gaps.find(({ value }) => value === gap.value) ?? gaps[0])?.focus({ preventScroll: true });
  };
}

function heldLink(link: HTMLAnchorElement, place: string): void {
  if (link.isConnected) return;
  const links = all<HTMLAnchorElement>(`[data-part="${CSS.escape(place)}"] a`);
  links.find(({ href }) => href === link.href)?.focus({ preventScroll: true });
}
