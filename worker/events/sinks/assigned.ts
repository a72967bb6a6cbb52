/**
 * People are told of what is given to them; who gives it to themselves knows.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { Notice } from "../../domain/notifications/notify.ts";
import { assignedText } from "../../domain/notifications/texts.ts";
import type { Env } from "../../env.ts";

const told = ["ticket", "deal", "lead"] as const;

/** Null for an event that gives nobody anything. */
export async function assignedNotice(env: Env, event: OutboxEvent): Promise<Notice | null> {
  const kind = told.find((one) => event.type === `${one}.created` || event.type === `${one}.updated`);
  if (!kind) return null;
  const { owner, label, path } = entities[kind];
  const field = owner ?? "";
  const { data, previous, actor_id: actor, tenant_id: tenant } = event;
  const [person, id, name] = [data[field], data["id"], data[label]];
  const isGiven = event.type === `${kind}.created` || (previous !== null && field in previous);
  if (!isGiven || typeof person !== "string" || person === actor || typeof id !== "string") return null;
  const to = await listMembers(env.DB, tenant, { where: and(eq(memberships.status, "active"), eq(memberships.user_id, person)), limit: 1 });
  return { key: event.id, at: event.occurred_at, type: `${kind}.assigned`, to, text: (locale) => ({ title: assignedText(locale, kind, String(name)), body: null }), link: `/${path}/${id}`, record: { type: kind, id } };
}
