// The dialog: the page's own booking form, filled with what was chosen and sent by htmx.
import htmx from "htmx.org";
import { all, first } from "./page";

export interface Ask {
  space: string;
  start: string;
  end: string;
}

/** Refused, or not understood: the form comes back and says why. */
const ANSWERS = [409, 422];

export class BookingDialog {
  private readonly dialog = first<HTMLDialogElement>("[data-dialog]");
  private readonly pristine = first<HTMLFormElement>("#booking-form", this.dialog).cloneNode(true) as HTMLFormElement;

  constructor(private readonly closed: () => void) {
    this.dialog.addEventListener("click", ({ target }) => {
      if (target === this.dialog || (target instanceof Element && target.closest("[data-close]"))) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => this.closed());
    // A refusal replaces the form: put the reader where the answer is.
    document.addEventListener("htmx:after:swap", () => this.focusAnswer());
    // Signed out meanwhile, or a form out of date: no page belongs inside the dialog.
    document.addEventListener("htmx:before:swap", (event) => {
      const { ctx } = (event as CustomEvent<{ ctx: { response: { status: number } } }>).detail;
      if (ANSWERS.includes(ctx.response.status)) return;
      event.preventDefault();
      location.reload();
    });
  }

  open(ask: Ask | null): void {
    // A fresh form: an earlier refusal must not linger.
    const form = this.pristine.cloneNode(true) as HTMLFormElement;
    first("#booking-form", this.dialog).replaceWith(form);
    for (const [name, value] of Object.entries(ask ?? {})) fillIn(form, name, value as string);
    htmx.process(form);
    this.dialog.showModal();
    first<HTMLInputElement>("[data-first]", form).focus();
  }

  private focusAnswer(): void {
    const answer = all<HTMLElement>("[role=alert] button, [aria-invalid=true], [data-first]", this.dialog)[0];
    if (this.dialog.open) answer?.focus();
  }
}

function fillIn(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) {
    field.add(new Option(value, value), 0);
  }
  if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = value;
}
