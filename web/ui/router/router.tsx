/**
 * A small router over the history API.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Where the console is. */
export interface Place {
  path: string;
  search: URLSearchParams;
}

const listeners = new Set<() => void>();

/** Goes to a path of the console; `replace` leaves no entry in the history. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const listener of listeners) listener();
}

/** The current place; renders again when it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = () => setPlace(here());
    listeners.add(update);
    addEventListener("popstate", update);
    return () => {
      listeners.delete(update);
      removeEventListener("popstate", update);
    };
  }, []);
  return place;
}

/** A link within the console; a modified click stays the browser's. */
export function Link(
  props: { href: string; children: ComponentChildren } & JSX.HTMLAttributes<HTMLAnchorElement>,
): JSX.Element {
  const { href, children, ...rest } = props;
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest}>{children}</a>;
}

/** Changes one value of the query and keeps the others; an empty value removes it. */
export function setSearch(values: Record<string, string>): void {
  const { path, search } = here();
  for (const [name, value] of Object.entries(values)) {
    if (value === "") search.delete(name);
    else search.set(name, value);
  }
  navigate(search.size > 0 ? `${path}?${search}` : path, { replace: true });
}

function here(): Place {
  return { path: location.pathname, search: new URLSearchParams(location.search) };
}
