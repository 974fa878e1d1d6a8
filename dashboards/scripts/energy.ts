// Time series with a span to drag: the sum of what lies between.
import uPlot from "uplot";
import { all, embedded, fill, first } from "./page";

interface Series {
  at: number[];
  values: (number | null)[];
}

interface Page {
  power: Series | null;
  year: Series | null;
  locale: string;
  timezone: string;
  words: { span: string; kw: string; kwh: string };
}

interface Curve {
  name: "power" | "year";
  series: Series;
  unit: string;
  /** kWh that one value stands for. */
  weight: number;
  when: Intl.DateTimeFormatOptions;
}

const page = embedded<Page>("energy");
const decimals = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(page.locale, { maximumFractionDigits: 2 });
const plots: uPlot[] = [];

function token(name: string): string {
  // Resolve light-dark() and friends to a colour that a canvas understands.
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function when(curve: Curve, at: number): string {
  return new Intl.DateTimeFormat(page.locale, { ...curve.when, timeZone: page.timezone }).format(new Date(at * 1000));
}

function tellSpan(curve: Curve, plot: uPlot): void {
  const { left, width } = plot.select;
  if (width < 3) return;
  const [from, until] = [plot.posToIdx(left), plot.posToIdx(left + width)];
  const total = curve.series.values.slice(from, until + 1).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const facts = {
    from: when(curve, curve.series.at[from]!),
    until: when(curve, curve.series.at[until]!),
    kwh: decimals.format(total * curve.weight),
  };
  first(`[data-span="${curve.name}"]`).textContent = fill(page.words.span, facts);
}

function options(curve: Curve, place: HTMLElement): uPlot.Options {
  const axis = { stroke: token("--soft"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: "12px Instrument Sans" };
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [8, 6, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), page.timezone),
    axes: [
      { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map((at) => when(curve, at)), space: 74, size: 34 },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((value) => `${fine.format(value)} ${curve.unit}`) },
    ],
    series: [{}, { stroke: token("--iris"), fill: token("--iris-wash"), width: 2, points: { show: false }, spanGaps: false }],
    scales: { y: { range: (_, __, high) => [0, (high || 1) * 1.08] } },
    hooks: { setSelect: [(plot) => tellSpan(curve, plot)] },
  };
}

function draw(curve: Curve): void {
  for (const place of all<HTMLElement>(`[data-plot="${curve.name}"]`)) {
    plots.push(new uPlot(options(curve, place), [curve.series.at, curve.series.values], place));
  }
}

function drawAll(): void {
  plots.splice(0).forEach((plot) => plot.destroy());
  const { power, year, words } = page;
  if (power) draw({ name: "power", series: power, unit: words.kw, weight: 0.25, when: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } });
  if (year) draw({ name: "year", series: year, unit: words.kwh, weight: 1, when: { day: "numeric", month: "short" } });
}

drawAll();
document.addEventListener("samen:theme", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
new ResizeObserver(() => {
  for (const plot of plots) plot.setSize({ width: plot.root.parentElement!.clientWidth, height: plot.root.parentElement!.clientHeight });
}).observe(first(".panels"));
