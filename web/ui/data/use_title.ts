/** The page's title in the tab. @module */
import { useEffect } from "preact/hooks";

/** Sets `<title> · Pitcrew`. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Pitcrew`;
  }, [title]);
}
