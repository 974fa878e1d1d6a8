// A button that copies a field's text, and says so; without a script the field itself can be copied from.
import { first } from "./page";

export function copy(button: HTMLButtonElement): void {
  button.hidden = false;
  const field = first<HTMLInputElement>(`#${button.dataset.copy}`);
  button.addEventListener("click", () => {
    void put(field).then((done) => {
      if (done) first("[data-copied]").textContent = button.dataset.done ?? "";
    });
  });
}

async function put(field: HTMLInputElement): Promise<boolean> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Without https, or without leave, it stays selected for the keyboard.
    return false;
  }
}
