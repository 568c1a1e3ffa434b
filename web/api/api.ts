/**
 * The API: every row of the two tables becomes a route behind its role; nothing else is reachable.
 *
 * @module
 */
import { Hono } from "hono";
import {
  type Operation,
  OPERATIONS,
  RAW_ROUTES,
  type RawRouteName,
  type Route,
} from "../operations/mod.ts";
import { authenticate } from "./access/authenticate.ts";
import { isOurHost, isSameOrigin } from "./access/origin.ts";
import { actorOf, mayUse, type Principal } from "./access/principal.ts";
import type { AccessRegistry } from "./access/registry.ts";
import { Throttle } from "./access/throttle.ts";
import { type Call, HANDLERS } from "./handlers/table.ts";
import { ApiError } from "./http/errors.ts";
import { secured } from "./http/headers.ts";
import { readInput } from "./http/input.ts";
import type { ApiPorts } from "./ports.ts";
import { RAW_HANDLERS, signinPage } from "./raw/table.ts";

/** Who sent the request, handed through Hono. */
interface Bindings {
  principal: Principal | null;
}

/** The API as a server sees it. */
export interface Api {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>;
  /** Routes as Hono knows them, for the test that compares them with the tables. */
  readonly routes: { method: string; path: string }[];
}

/** Failures of authentication that are borne: 20, then one in five seconds. */
const FAILURES = { burst: 20, perSecond: 0.2 };

/** Makes the API. */
export function createApi(ports: ApiPorts, registry: AccessRegistry): Api {
  const hono = new Hono<{ Bindings: Bindings }>();
  const failures = new Throttle(FAILURES.burst, FAILURES.perSecond);
  const denials = new Throttle(FAILURES.burst, FAILURES.perSecond);

  /** Refusals are audited, as long as they are not a flood. */
  const deny = async (error: ApiError, principal: Principal | null, request: Request) => {
    if (denials.take()) {
      await ports.store.audit.append([{
        at: new Date().toISOString(),
        actor: actorOf(principal),
        action: "access.denied",
        target: `${request.method} ${new URL(request.url).pathname.slice(0, 200)}`,
        outcome: "refused",
        detail: { code: error.code },
      }]);
    }
    return error;
  };

  const admit = async (route: Route, principal: Principal | null, request: Request) => {
    if (!mayUse(principal, route.role)) {
      if (principal === null) throw await deny(notSignedIn(), principal, request);
      const detail = `${principal.name} (${principal.role}) may not do this`;
      const hint = `it takes the role ${route.role}`;
      throw await deny(new ApiError("forbidden", detail, { hint }), principal, request);
    }
    const changes = route.method !== "GET" && principal?.kind === "session";
    if (changes && !isSameOrigin(request)) {
      const error = new ApiError("forbidden", "the request does not come from this server's pages");
      throw await deny(error, principal, request);
    }
  };

  const mount = (
    route: Route,
    handle: (c: {
      request: Request;
      params: Record<string, string>;
      principal: Principal | null;
    }) => Promise<Response>,
  ) => {
    hono.on(route.method, honoPath(route.path), async (c) => {
      const { principal } = c.env;
      await admit(route, principal, c.req.raw);
      return await handle({ request: c.req.raw, params: c.req.param(), principal });
    });
  };

  const { console: consoleRoute, ...rawRoutes } = RAW_ROUTES;
  for (const [name, route] of Object.entries(rawRoutes)) {
    mount(route, (c) => RAW_HANDLERS[name as RawRouteName]({ ...c, ports, registry, failures }));
  }
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    mount(operation, async ({ request, params, principal }) => {
      const input = await readInput(operation as unknown as Operation, request, params);
      const call: Call = { principal: principal!, request, ports, registry };
      const handler = HANDLERS[name as keyof typeof HANDLERS];
      const output = await handler(input as never, call);
      if (output instanceof Response) return output;
      const status = call.status ?? (operation as Operation).status ?? 200;
      return Response.json(output, { status });
    });
  }
  // Last, because it matches every path.
  mount(consoleRoute, (c) => RAW_HANDLERS.console({ ...c, ports, registry, failures }));

  hono.notFound((c) => {
    const known = c.env.principal !== null;
    return known
      ? new ApiError("not_found", "there is no such route").toResponse()
      : notSignedIn().toResponse();
  });
  hono.onError((error, c) => refusal(error, c.req.raw, c.env.principal, ports));

  return {
    routes: hono.routes.map(({ method, path }) => ({ method, path })),
    async fetch(request) {
      try {
        if (!isOurHost(request.headers.get("host"), ports.publicHost)) {
          throw new ApiError("forbidden", "this server has another name", {
            hint: "use 127.0.0.1 or localhost, or set PITCREW_PUBLIC_HOST",
          });
        }
        const { principal, tried } = await authenticate(request, registry);
        const isSignin = new URL(request.url).pathname === "/signin";
        if (principal === null && tried && !isSignin && !failures.take()) {
          throw new ApiError("rate_limited", "too many requests with unknown credentials");
        }
        return secured(await hono.fetch(request, { principal }));
      } catch (error) {
        return secured(refusal(error as Error, request, null, ports));
      }
    },
  };
}

/** The one place where a failure becomes an answer. */
function refusal(
  error: Error,
  request: Request,
  principal: Principal | null,
  ports: ApiPorts,
): Response {
  if (error instanceof ApiError) {
    const page = request.headers.get("accept")?.includes("text/html") === true;
    const forPeople = page && !/^\/(api|node)\//.test(new URL(request.url).pathname);
    if (error.code === "unauthenticated" && principal === null && forPeople) return signinPage();
    return error.toResponse();
  }
  const path = new URL(request.url).pathname;
  ports.log("error", "request failed", { path, error: error.stack ?? String(error) });
  if (error.name === "StoreError") {
    return new ApiError("unavailable", "the database did not take it", {
      hint: "try again; see the control plane's log",
    }).toResponse();
  }
  return new ApiError("internal", "a defect; the control plane's log has more").toResponse();
}

function notSignedIn(): ApiError {
  return new ApiError("unauthenticated", "this needs a token or a session", {
    hint:
      "send `authorization: Bearer <token>` (PITCREW_TOKEN for the CLI); the tokens lie in the data " +
      "directory under tokens/",
  });
}

/** `/runs/{id}` → `/runs/:id` */
export function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}
