/**
 * Who may import whom. The table of `ARCHITECTURE.md` as data; nothing that is not listed is allowed.
 *
 * @module
 */

/** What the files below one path may import. */
export interface Layer {
  /** A folder, or a single file; the longest match counts. */
  path: string;
  /** Layers by path, `npm:PACKAGE`, `node:MODULE`, `node:*`. A layer may always import itself. */
  may: string[];
  /** The same, for types only. */
  types?: string[];
}

/** What tests beside the code (`x_test.ts`, `testing.ts`, `testing/`) may import in addition. */
export const FOR_TESTS: string[] = ["node:*", "npm:deno-std"];

const TEMPORAL = ["npm:@temporalio/common", "npm:@temporalio/client", "npm:@temporalio/worker"];

const ACTIVITY_PACKAGES = [
  "npm:@temporalio/activity",
  "npm:@temporalio/common",
  "npm:@cfworker/json-schema",
];

/** The layers. */
export const LAYERS: Layer[] = [
  // Pure: the same code runs in the workflow sandbox, in the control plane and in the CLI.
  {
    path: "runbooks/language",
    may: ["npm:yaml", "npm:@marcbachmann/cel-js", "npm:@cfworker/json-schema", "node:crypto"],
    types: ["activities/contract"],
  },
  { path: "runbooks/library", may: ["runbooks/language"] },
  { path: "activities/contract", may: [], types: ["runbooks/language", "native/contract"] },
  {
    path: "activities/node",
    may: ["activities/contract", "native/contract", "node:*", ...ACTIVITY_PACKAGES],
    types: ["runbooks/language"],
  },
  {
    path: "activities/centre",
    may: ["activities/contract", "native/contract", "node:*", ...ACTIVITY_PACKAGES],
    types: ["runbooks/language"],
  },
  // Deterministic: no built-ins, and no package but the workflow API.
  {
    path: "workflows",
    may: ["runbooks/language", "activities/contract", "npm:@temporalio/workflow"],
    types: ["npm:@temporalio/common", "npm:@temporalio/activity"],
  },
  {
    path: "node-runner",
    may: [
      ...["activities/node", "activities/contract", "native/contract", "node:*"],
      ...["npm:@temporalio/activity", "npm:@temporalio/common", "npm:@temporalio/worker"],
      "npm:deno-std",
    ],
  },
  { path: "native/contract", may: [] },
  { path: "web/operations", may: ["npm:zod"], types: ["runbooks/language", "activities/contract"] },
  {
    path: "web/store",
    may: ["activities/contract", "node:*", "npm:drizzle-orm", "npm:deno-std"],
    types: ["runbooks/language", "web/operations"],
  },
  {
    path: "web/api",
    may: ["web/operations", "node:*", "npm:hono", "npm:zod", "npm:deno-std"],
    types: ["web/store", "runbooks/language", "activities/contract"],
  },
  // No grpc-js: `node:http2` of Deno 2.9 ends the process when a peer retires a connection.
  { path: "web/gateway", may: ["node:*", "npm:@temporalio/proto"] },
  // Wires everything of the control plane; knows workflows by their types only.
  {
    path: "web/app",
    may: [
      ...["activities/centre", "activities/contract", "runbooks/language"],
      ...["web/store", "web/api", "web/gateway", "web/operations"],
      ...["node:*", ...TEMPORAL, "npm:deno-std", "npm:zod", "npm:hono"],
    ],
    types: ["workflows", "native/contract"],
  },
  // The browser sees the API's types and one package.
  { path: "web/ui", may: ["npm:preact"], types: ["web/operations", "npm:zod"] },
  { path: "web/ui/build.ts", may: ["npm:esbuild", "node:path", "node:url"] },
  {
    path: "web/cli",
    may: [
      ...["runbooks/language", "activities/contract", "web/operations"],
      ...["node:*", "npm:deno-std", "npm:yaml", "npm:zod"],
    ],
    types: ["native/contract"],
  },
  // Runs before any dependency is installed.
  { path: "web/launch", may: ["node:*"] },
  // A program that set-up starts once the dependencies are there.
  { path: "web/launch/bundle_workflows.ts", may: ["web/launch", "npm:@temporalio/worker"] },
  // Drives the whole system from outside.
  {
    path: "tests",
    may: ["*", "node:*", "npm:*"],
  },
];
