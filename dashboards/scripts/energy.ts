// The energy page: curves, spans dragged over any chart, and the power as it changes.
import uPlot from "uplot";
import { cutBars, cutCurve } from "./cut";
import { all, embedded } from "./page";
import { spanTeller } from "./span";

interface Series {
  at: number[];
  values: (number | null)[];
}

type Name = "power" | "year";

interface Page {
  power?: Series;
  year?: Series;
  /** ISO dates and names of what was done to the building. */
  pins: [string, string][];
  units: Record<Name, string>;
  meter: string;
  locale: string;
  timezone: string;
  span: string;
  events: string;
  words: { just_now: string };
}

const page = embedded<Page>("energy");
const show = spanTeller(page.meter, page.span);
const fine = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 2 });
const plots: uPlot[] = [];
const WHEN: Record<Name, Intl.DateTimeFormatOptions> = {
  power: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  year: { day: "numeric", month: "short" },
};

function token(name: string): string {
  // Resolve light-dark() and friends to a colour that a canvas understands.
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** A dashed line where something was done to the building. */
function drawPins(plot: uPlot): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = token("--leaf");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const [on] of page.pins) {
    const at = Date.parse(`${on}T00:00:00Z`) / 1000;
    if (at < plot.scales.x!.min! || at > plot.scales.x!.max!) continue;
    const x = plot.valToPos(at, "x", true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function options(name: Name, place: HTMLElement): uPlot.Options {
  const axis = { stroke: token("--soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: "12px Instrument Sans" };
  const when = new Intl.DateTimeFormat(page.locale, { ...WHEN[name], timeZone: page.timezone });
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), page.timezone),
    axes: [
      { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map((at) => when.format(new Date(at * 1000))), space: 74, size: 34 },
      { ...axis, size: 66, values: (_, ticks) => ticks.map((value) => `${fine.format(value)} ${page.units[name]}`) },
    ],
    series: [{}, { stroke: token("--iris"), fill: token("--iris-wash"), width: 2, points: { show: false }, spanGaps: false }],
    scales: { y: { range: (_, __, high) => [0, (high || 1) * 1.08] } },
    hooks: name === "year" ? { draw: [drawPins] } : {},
  };
}

function drawAll(): void {
  plots.splice(0).forEach((plot) => plot.destroy());
  for (const name of ["power", "year"] as const) {
    const series = page[name];
    if (!series) continue;
    for (const place of all<HTMLElement>(`[data-plot="${name}"]`)) {
      const plot = new uPlot(options(name, place), [series.at, series.values], place);
      plots.push(plot);
      // What the last value stands for ends a step later.
      const step = (series.at.at(-1)! - series.at[0]!) / Math.max(series.at.length - 1, 1);
      cutCurve(plot.over, (x) => plot.posToVal(x, "x"), series.at.at(-1)! + step, show);
    }
  }
}

/** The power as the meter says it, while somebody looks. */
function listen(): void {
  const [now, at] = [all("[data-power-now]")[0], all("[data-power-at]")[0]];
  if (!now || !at) return;
  let source: EventSource | null = null;
  const watch = () => {
    source?.close();
    source = document.hidden ? null : new EventSource(page.events);
    source?.addEventListener("meter", ({ data }) => {
      const said = JSON.parse(data as string) as { meter: string; power_w: number };
      if (said.meter !== page.meter) return;
      now.textContent = decimals.format(said.power_w / 1000);
      at.textContent = page.words.just_now;
    });
  };
  document.addEventListener("visibilitychange", watch);
  addEventListener("pagehide", () => source?.close());
  watch();
}

const decimals = new Intl.NumberFormat(page.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
drawAll();
for (const chart of all<SVGElement>("[data-cut]")) cutBars(chart, show);
// On a phone a chart is wider than the page: the newest is what people look for.
for (const box of all("[data-newest-last]")) box.scrollLeft = box.scrollWidth;
listen();
document.addEventListener("samen:theme", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
new ResizeObserver(() => {
  for (const plot of plots) plot.setSize({ width: plot.root.parentElement!.clientWidth, height: plot.root.parentElement!.clientHeight });
}).observe(document.querySelector(".panels")!);
