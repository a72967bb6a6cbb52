/** The database is opened in db/ alone: see the header of db/tenant-db.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const code = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.startsWith("worker/http/testing/"));
const including = (files: string[], text: RegExp) => files.filter((name) => text.test(readFileSync(join(root, name), "utf8"))).sort();

describe("the database", () => {
  it("is opened in db/, and outside of it only where a tenant's network door reads its own tenant's row", () => {
    const outside = ["worker", "durable-objects", "sdk"].flatMap(code);
    expect(including(outside, /drizzle-orm\/d1|\bDB\s*\.\s*(prepare|batch|exec|withSession)\b/).filter((name) => name !== "worker/egress/tenant-policy.ts")).toEqual([]);
  });

  it("is read without a tenant only by the files that say why", () => {
    expect(including(code("db"), /drizzle-orm\/d1/)).toEqual(["db/batch.ts", "db/board-totals.ts", "db/bounded-counts.ts", "db/calendar-feeds.ts", "db/credentials.ts", "db/current-counts.ts", "db/due-approvals.ts", "db/due-tasks.ts", "db/due-tickets.ts", "db/end-jobs.ts", "db/event-types.ts", "db/hook-lookup.ts", "db/identities.ts", "db/invitations.ts", "db/live-credentials.ts", "db/mails.ts", "db/members.ts", "db/move-jobs.ts", "db/one-time-tokens.ts", "db/pending-events.ts", "db/personal-data.ts", "db/privacy-jobs.ts", "db/queue-lengths.ts", "db/record-jobs.ts", "db/replay-jobs.ts", "db/report-repair.ts", "db/report-rollups.ts", "db/schedules.ts", "db/sealed-values.ts", "db/second-factors.ts", "db/sessions.ts", "db/sign-in-failures.ts", "db/signed-in.ts", "db/signing-keys.ts", "db/sso.ts", "db/stalled-imports.ts", "db/tenant-counts.ts", "db/tenant-db.ts", "db/tenants.ts", "db/unfinished-merges.ts", "db/users.ts", "db/webhook-deliveries.ts"]);
  });
});
