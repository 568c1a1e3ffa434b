import { assertEquals } from "@std/assert";
import { suggest } from "./suggest.ts";

const VERBS = ["cancel", "list", "show", "start", "run", "wait"];

Deno.test("one slip of the fingers leads to the name that was meant", () => {
  const slips = {
    "rnu": "run",
    "strat": "start",
    "tsart": "start",
    "lits": "list",
    "cancle": "cancel",
    "shwo": "show",
    "wiat": "wait",
    "stat": "start",
    "starrt": "start",
    "RUM": "run",
  };
  for (const [typed, meant] of Object.entries(slips)) {
    assertEquals(suggest(typed, VERBS), `did you mean \`${meant}\`?`, typed);
  }
});

Deno.test("what is like nothing gets the list", () => {
  assertEquals(suggest("xyz", ["run", "start"]), "known: run, start");
  assertEquals(suggest("xyz", []), "none is known here");
});
