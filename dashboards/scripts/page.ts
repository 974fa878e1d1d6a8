// Reading the page: the only place that trusts what the templates promise.

export function all<E extends Element>(selector: string, within: ParentNode = document): E[] {
  return [...within.querySelectorAll<E>(selector)];
}

export function first<E extends Element>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

export function number(element: HTMLElement, name: string): number {
  return Number(element.dataset[name]);
}

export function embedded<T>(id: string): T {
  return JSON.parse(first(`#${id}`).textContent ?? "null") as T;
}

/** Fill "%(name)s" places, as gettext writes them. */
export function fill(sentence: string, facts: Record<string, string>): string {
  return sentence.replace(/%\((\w+)\)s/g, (_, name: string) => facts[name] ?? "");
}
