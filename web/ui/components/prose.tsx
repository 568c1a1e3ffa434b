/** Text of others with `code` between backticks. @module */
import type { JSX } from "preact";

/** Never markup: what stands between two backticks becomes an element's text, nothing else. */
export function Prose(props: { text: string }): JSX.Element {
  const parts = props.text.split("`");
  const even = parts.length % 2 === 0;
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 && !(even && index === parts.length - 1)
          ? <code key={index}>{part}</code>
          : even && index === parts.length - 1
          ? `\`${part}`
          : part
      )}
    </>
  );
}
