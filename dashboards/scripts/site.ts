// On every page: small comforts on top of forms that work by themselves.
import { copy } from "./copy";
import { all } from "./page";
import { follow } from "./progress";

function switchTheme(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    if (!button) return;
    event.preventDefault();
    if (button.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = button.value;
    for (const other of all<HTMLButtonElement>("button", form)) other.ariaPressed = String(other === button);
    document.dispatchEvent(new Event("samen:theme"));
    // Kept alive: whoever goes on to another page at once has chosen all the same.
    void fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual", keepalive: true });
  });
}

function submitOnChange(form: HTMLFormElement): void {
  for (const button of all<HTMLElement>("[data-no-script]", form)) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

all<HTMLFormElement>("[data-theme-switch]").forEach(switchTheme);
all<HTMLFormElement>("[data-auto-submit]").forEach(submitOnChange);
all<HTMLButtonElement>("[data-copy]").forEach(copy);
follow();
