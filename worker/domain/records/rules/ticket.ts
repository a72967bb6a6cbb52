/**
 * Tickets: numbered without gaps, what their status means, and when they are late.
 * @module
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { JsonObject } from "../../../../db/schema/json.ts";
import type { RecordRow } from "../../../../db/schema/record-tables.ts";
import { sequences } from "../../../../db/schema/tickets.ts";
import type { Statement } from "../../../../db/tenant-db.ts";
import { entities } from "../../../../sdk/schema/crm/index.ts";
import type { NewEvent } from "../../../events/emit.ts";
import { iso } from "../../context.ts";
import { policiesOf } from "../../tickets/policies.ts";
import { isOver, nextDue, windClock } from "../../tickets/sla.ts";
import type { RecordContext } from "../context.ts";
import { plainView } from "../values.ts";
import type { Change, Rule } from "./rule.ts";

const { ticket } = entities;

export const ticketRule: Rule = {
  async before(ctx, changes) {
    const there = changes.filter(({ after }) => after.deleted_at === null);
    const policies = there.some(({ before, after }) => before === null || before["priority"] !== after["priority"]) ? await policiesOf(ctx.db) : null;
    for (const change of there) {
      settle(ctx, change);
      windClock(ctx.now, change.before, change.after, policies);
    }
    const events = () => there.flatMap(toldOf);
    const made = changes.filter(({ before }) => before === null);
    return made.length === 0 ? { events } : { events, line: "ticket numbers", ...(await numbered(ctx, made)) };
  },
};

/** The counter is set in the transaction that takes its numbers: what is refused takes none. */
async function numbered({ db }: RecordContext, made: readonly Change[]): Promise<{ statements: Statement[]; condition: SQL }> {
  const mine = eq(sequences.name, ticket.path);
  const last = (await db.first(sequences, mine))?.value ?? 0;
  for (const [index, { after }] of made.entries()) after["number"] = last + 1 + index;
  const value = last + made.length;
  return {
    statements: [db.upsert(sequences, { name: ticket.path, value }, [sequences.tenant_id, sequences.name], { value })],
    condition: last === 0 ? sql`not ${db.exists(sequences, mine)}` : db.exists(sequences, and(mine, eq(sequences.value, last))),
  };
}

function settle({ now }: RecordContext, { before, after }: Change): void {
  // Nobody has begun with it: whether it is new says whether somebody has it.
  if (after["status"] === "new" || after["status"] === "assigned") after["status"] = (after["assignee_id"] ?? null) === null ? "new" : "assigned";
  const [was, status] = [before?.["status"], after["status"]];
  if (status === was) return;
  if (status === "in_progress") after["first_responded_at"] ??= now;
  if (isOver(status)) after["resolved_at"] ??= now;
  else after["resolved_at"] = null;
  after["closed_at"] = status === "closed" ? (after["closed_at"] ?? now) : null;
}

/** What happened besides a change of fields, as workflows wait for it. */
function toldOf({ before, after }: Change): NewEvent[] {
  const event = (type: string, more: JsonObject = {}): NewEvent => ({ type, data: { ticket: plainView(ticket, after) as JsonObject, ...more }, record: { type: ticket.kind, id: after.id } });
  const [was, status] = [before?.["status"] ?? null, after["status"]];
  const [held, holds] = [assignee(before), assignee(after)];
  const late = (before?.["sla_breached_at"] ?? null) === null && typeof after["sla_breached_at"] === "number" ? after["sla_breached_at"] : null;
  return [
    ...(late === null ? [] : [event("ticket.sla_breached", { what: (before && nextDue(before)?.what) ?? "resolve", due_at: iso(late) })]),
    ...(holds !== null && holds !== held ? [event("ticket.assigned", { assignee_id: holds, previous_assignee_id: held })] : []),
    ...(was !== null && isOver(was) && !isOver(status) ? [event("ticket.reopened")] : []),
    ...(status === "resolved" && status !== was && !isOver(was) ? [event("ticket.resolved")] : []),
    ...(status === "closed" && status !== was ? [event("ticket.closed")] : []),
  ];
}

const assignee = (row: RecordRow | null): string | null => (row?.["assignee_id"] ?? null) as string | null;
