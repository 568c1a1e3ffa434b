/** When the sign-in has ended. @module */
import type { JSX } from "preact";
import { useTitle } from "../data/use_title.ts";

/** Says how to get a new link; nothing of the page behind is lost on reload. */
export function SignedOutPage(): JSX.Element {
  useTitle("Signed out");
  return (
    <main class="signed-out" id="main">
      <h1 tabIndex={-1}>Your sign-in has ended</h1>
      <p>Get a new link on the machine where Pitcrew runs, and open it in this browser:</p>
      <pre>deno task pitcrew login-link</pre>
      <p>Runs go on without you. When you have signed in again, this page is where you left it.</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        I have signed in again
      </button>
    </main>
  );
}
