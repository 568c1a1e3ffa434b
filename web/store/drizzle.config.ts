/**
 * `deno task db:generate` writes the next migration from `schema.ts`.
 *
 * @module
 */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./web/store/schema.ts",
  out: "./web/store/migrations",
});
