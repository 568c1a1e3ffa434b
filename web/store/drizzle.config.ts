/**
 * `deno run -A npm:drizzle-kit generate --config web/store/drizzle.config.ts` writes the next
 * migration from `schema.ts`.
 *
 * @module
 */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./web/store/schema.ts",
  out: "./web/store/migrations",
});
