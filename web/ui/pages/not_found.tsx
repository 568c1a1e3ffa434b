/** What is not there. @module */
import type { JSX } from "preact";
import { Empty } from "../components/notice.tsx";
import { useTitle } from "../data/use_title.ts";
import { Link } from "../router/router.tsx";

/** Says what was looked for and where to look instead. */
export function NotFound(props: { what?: string }): JSX.Element {
  useTitle("Not found");
  return (
    <>
      <h1 tabIndex={-1}>Not found</h1>
      <Empty title={`${props.what ?? "There is no such page"}.`}>
        <p>
          Look among the <Link href="/runs">runs</Link>, the <Link href="/runbooks">runbooks</Link>
          {" "}
          or the <Link href="/nodes">nodes</Link>.
        </p>
      </Empty>
    </>
  );
}
