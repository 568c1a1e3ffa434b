/**
 * Everything in the checkout that a program writes: how to write it again, and how to see whether it
 * is stale.
 *
 * @module
 */
import { inRepo } from "../../web/launch/paths.ts";

/** One generated part. */
export interface Generator {
  name: string;
  /** Writes it. */
  write: string[];
  /** Exits with a failure where writing it would change something. */
  check: string[];
  /** Whether it waits for cargo's lock. */
  usesCargo?: boolean;
}

const contract = [
  ...["cargo", "run", "--quiet", "--locked"],
  ...["--manifest-path", inRepo("native/Cargo.toml"), "--target-dir", inRepo("native/target")],
  ...["--package", "pitcrew-contract", "--features", "generate"],
  ...["--bin", "pitcrew-contract-generate", "--"],
];

const runbooks = [Deno.execPath(), "run", "-A", inRepo("tests/replay/generate_runbooks.ts")];

const migrations = [Deno.execPath(), "run", "-A", inRepo("tests/tasks/migrations.ts")];

/** The generated parts. */
export const generators: Generator[] = [
  { name: "native/contract", write: contract, check: [...contract, "--check"], usesCargo: true },
  { name: "migrations", write: migrations, check: [...migrations, "--check"] },
  { name: "runbooks", write: runbooks, check: [...runbooks, "--check"] },
];
