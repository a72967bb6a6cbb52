/**
 * Whoever has started an import is told that it has ended.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import type { Notice } from "../../domain/notifications/notify.ts";
import { importedText } from "../../domain/notifications/texts.ts";
import type { Env } from "../../env.ts";

/** Null for another event, or an import that an API key has started. */
export async function importedNotice(env: Env, { id: key, type, data, occurred_at: at, tenant_id: tenant }: OutboxEvent): Promise<Notice | null> {
  const { import_id: id, started_by: person } = data;
  if (type !== "import.completed" || typeof id !== "string" || typeof person !== "string") return null;
  const to = await listMembers(env.DB, tenant, { where: and(eq(memberships.status, "active"), eq(memberships.user_id, person)), limit: 1 });
  const end = {
    status: data["status"] === "failed" ? ("failed" as const) : ("completed" as const),
    name: typeof data["file_name"] === "string" ? data["file_name"] : String(data["entity"]),
    counts: [Number(data["created"]), Number(data["updated"]), Number(data["skipped"]), Number(data["invalid"])] as const,
    error: typeof data["error"] === "string" ? data["error"] : null,
  };
  return { key, at, type: "import.completed", to, text: (locale) => importedText(locale, end), link: `/imports/${id}`, record: { type: "import", id } };
}
