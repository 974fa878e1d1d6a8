// The wish form: the week to tap on, and rows that come and go without a trip to the server.
import { all, fill, first, number } from "./page";

const MOST_CHOICES = 12;
const LEVELS = ["quiet", "sought", "very", "closed"];

const form = first<HTMLFormElement>("[data-wish-form]");
const list = first<HTMLOListElement>("[data-choices]", form);
const week = first<HTMLTableElement>("[data-week]", form);
const cells = all<HTMLTableRowElement>("tbody tr", week).map((row) => all<HTMLButtonElement>("button", row));
const pattern = first<HTMLTemplateElement>("template[data-row]").content;
const marks = first<HTMLTemplateElement>("template[data-levels]").content;

interface Row {
  element: HTMLElement;
  day: HTMLSelectElement;
  start: HTMLSelectElement;
}

function rows(): Row[] {
  return all<HTMLElement>("[data-choice]", list).map((element) => ({
    element,
    day: first<HTMLSelectElement>("[data-day]", element),
    start: first<HTMLSelectElement>("[data-start]", element),
  }));
}

function named(): Row[] {
  return rows().filter(({ day }) => day.value !== "");
}

function value({ day, start }: Row): string {
  return `${day.value}/${start.value}`;
}

/** Where it is in the week, by the slots of the round: the grid may show fewer rows than there are slots. */
function placeOf(row: Row): { day: number; line: number } {
  return { day: row.day.selectedIndex - 1, line: row.start.selectedIndex / number(week, "step") };
}

function linesLong(): number {
  const minutes = Number(first<HTMLSelectElement>("[data-length]", form).value);
  return Math.max(1, minutes / (number(week, "slot") * number(week, "step")));
}

function covered(row: Row): HTMLButtonElement[] {
  const { day, line } = placeOf(row);
  return cells.slice(Math.floor(line), Math.ceil(line + linesLong())).map((cellsOfLine) => cellsOfLine[day]!);
}

function levelOf(row: Row): string {
  const levels = covered(row).map((cell) => LEVELS.indexOf(cell.dataset.level!));
  return LEVELS[Math.max(...levels)] ?? "closed";
}

function append(): Row {
  list.append(pattern.cloneNode(true));
  return rows().at(-1)!;
}

function dropRow({ element }: Row): void {
  if (rows().length === 1) append();
  element.remove();
}

/** Take a time, or let go of it where it was taken. */
function toggle(picked: string, says: string): void {
  const [day, start] = picked.split("/") as [string, string];
  const taken = rows().find((row) => row.day.value && value(row) === picked);
  if (taken) dropRow(taken);
  else if (named().length < MOST_CHOICES) {
    const row = rows().find((one) => one.day.value === "") ?? append();
    row.day.value = day;
    row.start.value = start;
  }
  settle();
  announce(taken ? "dropped" : "added", says);
}

function announce(what: "added" | "dropped", says: string): void {
  first("[data-announce]", form).textContent = fill(week.dataset[what]!, { time: says });
}

/** Number the rows anew, and show on the week what they say. */
function settle(): void {
  rows().forEach((row, at) => rank(row, at));
  for (const cell of cells.flat()) if (cell.dataset.rank || cell.matches(".is-covered")) paint(cell, "");
  named().forEach((row, at) => {
    const [begins, ...rest] = covered(row);
    for (const cell of rest) cell.classList.add("is-covered");
    if (begins) paint(begins, String(at + 1));
  });
}

function rank(row: Row, at: number): void {
  const { element, day, start } = row;
  const welcome = first<HTMLSelectElement>("[data-welcome]", element);
  first("[data-number]", element).textContent = String(at + 1);
  first<HTMLElement>("[data-first-word]", element).hidden = at > 0;
  welcome.hidden = at === 0;
  first<HTMLButtonElement>("[data-drop]", element).value = String(at);
  for (const [field, name] of [[day, "day"], [start, "start"], [welcome, "welcome"]] as const) {
    first<HTMLLabelElement>(`label[for="${field.id}"]`, element).htmlFor = `${name}-${at}`;
    field.id = `${name}-${at}`;
  }
  const mark = day.value && all<HTMLElement>("[data-level]", marks).find((one) => one.dataset.level === levelOf(row));
  first("[data-sought]", element).replaceChildren(...(mark ? [mark.cloneNode(true)] : []));
}

function paint(cell: HTMLButtonElement, place: string): void {
  cell.ariaPressed = String(place !== "");
  cell.classList.remove("is-covered");
  cell.dataset.rank = place;
}

/** One tab stop for the whole week; arrows walk over it. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
  const cell = event.target instanceof Element ? event.target.closest<HTMLButtonElement>(".wish-cell") : null;
  if (!step || !cell) return;
  event.preventDefault();
  let line = cells.findIndex((one) => one.includes(cell));
  let day = cells[line]!.indexOf(cell);
  do {
    line += step[0]!;
    day += step[1]!;
  } while (cells[line]?.[day]?.disabled);
  const next = cells[line]?.[day];
  if (!next) return;
  stopAt(next);
  next.focus();
}

function stopAt(stop: HTMLButtonElement | undefined): void {
  for (const cell of cells.flat()) cell.tabIndex = cell === stop ? 0 : -1;
}

form.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button || !["pick", "add", "drop"].includes(button.name)) return;
  event.preventDefault();
  if (button.name === "pick") toggle(button.value, button.dataset.time ?? button.textContent!.trim());
  if (button.name === "add" && rows().length < MOST_CHOICES) append().day.focus();
  if (button.name === "drop") {
    dropRow(rows()[Number(button.value)]!);
    first<HTMLElement>("[data-add]", form).focus();
  }
  if (button.classList.contains("wish-cell")) stopAt(button as HTMLButtonElement);
  settle();
});
form.addEventListener("change", (event) => {
  const field = event.target as HTMLElement;
  // Who ticks a week means the weeks chosen, and who ticks a room means that room.
  if (field.matches("[data-week-choice]")) first<HTMLInputElement>("input[name=weeks][value=chosen]", form).checked = true;
  if (field.matches("[data-room]")) first<HTMLInputElement>("input[name=where][value=named]", form).checked = true;
  settle();
});
week.addEventListener("keydown", walk);
stopAt(cells.flat().find((cell) => cell.ariaPressed === "true") ?? cells.flat().find((cell) => !cell.disabled));
settle();
// Open on the evening, when most associations meet.
const evening = cells.find((line) => line[0]!.value.endsWith("/17:00"))?.[0];
if (evening) first(".wish-week-scroll", form).scrollTop = evening.closest("tr")!.offsetTop - 40;
