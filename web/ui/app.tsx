/**
 * The frame around every page, and which page belongs to which path.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, whenSignedOut } from "./api/client.ts";
import { Keyboard } from "./components/keys.tsx";
import { SessionContext } from "./data/session.ts";
import { useQuery } from "./data/use_query.ts";
import { HistoryPage } from "./pages/history.tsx";
import { HomePage } from "./pages/home.tsx";
import { NodePage, NodesPage } from "./pages/nodes.tsx";
import { NotFound } from "./pages/not_found.tsx";
import { ReportPage } from "./pages/report.tsx";
import { RunPage } from "./pages/run/run_page.tsx";
import { RunbookPage } from "./pages/runbook/runbook_page.tsx";
import { RunbooksPage } from "./pages/runbooks.tsx";
import { SignedOutPage } from "./pages/signed_out.tsx";
import { matchPath } from "./router/match.ts";
import { Link, type Place, usePlace } from "./router/router.tsx";

type Params = Record<string, string>;

const ROUTES: [pattern: string, page: (params: Params, place: Place) => JSX.Element][] = [
  ["/", () => <HomePage />],
  ["/runs", (_, place) => <HistoryPage search={place.search} />],
  ["/runs/:id", ({ id }) => <RunPage key={id} id={id!} />],
  ["/runs/:id/report", ({ id }) => <ReportPage key={id} id={id!} />],
  ["/runbooks", (_, place) => <RunbooksPage search={place.search} />],
  ["/runbooks/:name", ({ name }, place) => <RunbookPage name={name!} search={place.search} />],
  ["/nodes", () => <NodesPage />],
  ["/nodes/:id", ({ id }) => <NodePage key={id} id={id!} />],
];

const NAVIGATION = [
  ["/", "Overview"],
  ["/runs", "Runs"],
  ["/runbooks", "Runbooks"],
  ["/nodes", "Nodes"],
] as const;

/** The console. */
export function App(): JSX.Element {
  const place = usePlace();
  const [signedOut, setSignedOut] = useState(false);
  const [keys, setKeys] = useState(false);
  const session = useQuery("session", (signal) => api.session(signal)).data;
  useEffect(() => whenSignedOut(() => setSignedOut(true)), []);
  useFocusOnTravel(place.path);
  if (signedOut) return <SignedOutPage />;
  return (
    <SessionContext.Provider value={session}>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="top no-print">
        <Link class="brand" href="/">Pitcrew</Link>
        <nav aria-label="Main">
          {NAVIGATION.map(([href, name]) => (
            <Link
              key={href}
              href={href}
              aria-current={isHere(place.path, href) ? "page" : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
        <span class="top-end">
          {session && (
            <span class="who muted" title={`Signed in as ${session.name}`}>{session.role}</span>
          )}
          <button
            type="button"
            class="plain-button"
            aria-label="? shows the keys"
            onClick={() => setKeys(true)}
          >
            <kbd>?</kbd>
          </button>
          <button type="button" class="plain-button" onClick={() => void signOut()}>
            Sign out
          </button>
        </span>
      </header>
      <main id="main" tabIndex={-1}>{pageOf(place)}</main>
      <Keyboard open={keys} setOpen={setKeys} />
    </SessionContext.Provider>
  );
}

function pageOf(place: Place): JSX.Element {
  for (const [pattern, page] of ROUTES) {
    const params = matchPath(pattern, place.path);
    if (params !== null) return page(params, place);
  }
  return <NotFound />;
}

function isHere(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

async function signOut(): Promise<void> {
  await api.signOut().catch(() => {});
  location.assign("/");
}

/** After a change of page: to its top, and the focus to its content, as a page load would do. */
function useFocusOnTravel(path: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}
