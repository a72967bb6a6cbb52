/** Gives the runtime of the `workers` project a database with all migrations applied: files that share a runtime share it. */
import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

const { DB, TEST_MIGRATIONS } = env as unknown as { DB: D1Database; TEST_MIGRATIONS: D1Migration[] };
const there = await DB.prepare("SELECT 1 FROM sqlite_master WHERE name = 'tenants'").first();
// In one transaction: one at a time, they take longer than most files' tests.
if (!there) await DB.batch(TEST_MIGRATIONS.flatMap(({ queries }) => queries.map((query) => DB.prepare(query))));
