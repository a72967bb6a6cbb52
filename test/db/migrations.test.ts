/** migrations/ is what drizzle-kit makes of db/schema: `npm run migrations` after a change. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import { expect, it } from "vitest";
import * as schema from "../../db/schema/index.ts";

const at = (path: string) => fileURLToPath(new URL(`../../migrations/${path}`, import.meta.url));

it("the newest migration brings the database to the schema, nothing is missing", async () => {
  const { entries } = JSON.parse(readFileSync(at("meta/_journal.json"), "utf8"));
  const newest = String(entries.at(-1).idx).padStart(4, "0");
  const before = JSON.parse(readFileSync(at(`meta/${newest}_snapshot.json`), "utf8"));
  expect(await generateSQLiteMigration(before, await generateSQLiteDrizzleJson(schema))).toEqual([]);
});
