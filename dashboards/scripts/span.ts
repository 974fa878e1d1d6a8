// What a span of time used, cost and saw, told under the chart on which it was chosen.

// So much of what a span says is brought into view, above a phone's bar of pages.
const SEEN_PX = 240;

/** For a meter (its slug); `address` answers with the span's part of a page. */
export function spanTeller(meter: string, address: string): (from: number, until: number, chart: Element) => Promise<void> {
  const panel = document.createElement("section");
  panel.className = "span-panel";
  panel.setAttribute("aria-live", "polite");
  return async (from, until, chart) => {
    const query = new URLSearchParams({ meter, from: String(Math.round(from)), to: String(Math.round(until)) });
    const answer = await fetch(`${address}?${query}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(...fresh.body.childNodes);
    const behind = chart.closest(".panel")!.querySelector(".behind");
    if (behind) behind.before(panel);
    // Only so far that its first lines are seen: whoever taps a second day needs the chart.
    const hidden = panel.getBoundingClientRect().top + SEEN_PX - innerHeight;
    if (hidden > 0) scrollBy({ top: hidden });
  };
}
