/** `npm run migrations` writes what changed in db/schema as SQL into migrations/. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./db/schema/index.ts", out: "./migrations" });
