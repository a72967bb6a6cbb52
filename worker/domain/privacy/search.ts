/**
 * Where people are mentioned: the audit log, webhook deliveries, large values, executions. Each
 * function does one slice, of an export or of an erasure.
 * @module
 */
import { asc, eq, gt } from "drizzle-orm";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { Eraser } from "../../../durable-objects/lib/eraser.ts";
import { unwrap } from "../reply.ts";
import type { Left, Slice, Work } from "./job.ts";
import { places } from "./places.ts";
import { type Subject, textsOf } from "./subject.ts";

const rowsAtOnce = 100;
const payloadsAtOnce = 25;
const executionsAtOnce = 50;

export function subjectOf({ request, job }: Work): Subject {
  if (!request.subject) throw new Error(`the job ${job.id} is about nobody`);
  return request.subject;
}

export const erases = ({ job }: Work): boolean => job.kind === "erase_person";

/** Everything that one query finds, at once. */
export async function personRows(work: Work): Promise<Slice> {
  const where = { d1: work.env.DB, db: work.db, now: work.now };
  const counts: Record<string, number> = {};
  const lines: object[] = [{ format: "everstep-person", version: 1, email: subjectOf(work).email }];
  for (const { name, rows } of places) {
    const found = rows ? await rows(where, subjectOf(work)) : [];
    counts[name] = found.length;
    lines.push(...found.map((row) => ({ place: name, row })));
  }
  return { cursor: null, calls: places.length, counts, lines };
}

/** Events they caused, or that are about them. The log refuses changes, so an event is replaced by one with its id. */
export async function searchAudit(work: Work): Promise<Slice> {
  const { db, cursor } = work;
  const { userId } = subjectOf(work);
  const rows = await db.select(auditEvents, { where: cursor === null ? undefined : gt(auditEvents.id, cursor), orderBy: asc(auditEvents.id), limit: rowsAtOnce });
  const found: object[] = [];
  const statements: Statement[] = [];
  for (const row of rows) {
    const eraser = new Eraser(textsOf(subjectOf(work)));
    const mine = userId !== null && row.actor_kind === "user" && row.actor_id === userId;
    const { tenant_id: _, ...rest } = row;
    const erased = { ...rest, ip: mine ? null : row.ip, entity_id: eraser.orNull(row.entity_id), before: eraser.json(row.before) as typeof row.before, after: eraser.json(row.after) as typeof row.after };
    if (erases(work) ? eraser.count > 0 || erased.ip !== row.ip : mine || eraser.count > 0 || (userId !== null && row.entity_id === userId)) found.push(row);
    else continue;
    statements.push(db.delete(auditEvents, eq(auditEvents.id, row.id)), db.insert(auditEvents, erased));
  }
  if (erases(work)) await db.batch(statements);
  const counts = { audit_events: found.length };
  const next = rows.length < rowsAtOnce ? null : (rows.at(-1)?.id ?? null);
  return erases(work) ? { cursor: next, calls: 2, counts } : { cursor: next, calls: 1, counts, lines: found.map((row) => ({ place: "audit_events", row })) };
}

export const notEnded = "has not ended: its steps would not replay without what they said. Erase again with `cancel_running`, or when it has ended";

/** How often the texts stand in bytes: as they are, and in what they say as JSON or as a form. */
export function mentionsIn(bytes: ArrayBuffer, texts: string[]): number {
  const text = new TextDecoder().decode(bytes);
  const eraser = new Eraser(texts);
  eraser.text(text);
  if (eraser.count > 0) return eraser.count;
  try {
    eraser.json(JSON.parse(text));
  } catch {
    for (const part of new URLSearchParams(text)) eraser.json(part);
  }
  return eraser.count;
}

/** Deliveries: the body is deleted, the row stays and tells that there was a call. */
export async function searchDeliveries(work: Work): Promise<Slice> {
  const { db, env, cursor } = work;
  const texts = textsOf(subjectOf(work));
  const rows = await db.select(hookDeliveries, { where: cursor === null ? undefined : gt(hookDeliveries.id, cursor), orderBy: asc(hookDeliveries.id), limit: payloadsAtOnce });
  const counts = { hook_deliveries: 0, payloads: 0 };
  const lines: object[] = [];
  for (const row of rows) {
    const eraser = new Eraser(texts);
    const set = { delivery_id: eraser.orNull(row.delivery_id), event: eraser.orNull(row.event), reason: eraser.orNull(row.reason), headers: eraser.json(row.headers) as typeof row.headers };
    const stored = row.payload_key === null ? null : await env.BLOBS.get(row.payload_key);
    const bytes = stored ? await stored.arrayBuffer() : null;
    const inPayload = bytes !== null && mentionsIn(bytes, texts) > 0;
    if (!inPayload && eraser.count === 0) continue;
    counts.hook_deliveries++;
    if (inPayload) counts.payloads++;
    if (erases(work)) {
      // The row last: as long as it names the body, the slice can be done again.
      if (inPayload && row.payload_key !== null) await env.BLOBS.delete(row.payload_key);
      await db.batch([db.update(hookDeliveries, { ...set, ...(inPayload ? { payload_key: null } : {}) }, eq(hookDeliveries.id, row.id))]);
    } else lines.push({ place: "hook_deliveries", row: { ...row, payload_key: undefined }, payload: inPayload ? new TextDecoder().decode(bytes) : null });
  }
  return { cursor: rows.length < payloadsAtOnce ? null : (rows.at(-1)?.id ?? null), calls: payloadsAtOnce, counts, ...(erases(work) ? {} : { lines }) };
}

/** Newest first. Those that begin meanwhile are not looked at. */
export async function searchExecutions(work: Work): Promise<Slice> {
  const { objects, db, cursor, request } = work;
  const { tenant } = db;
  const texts = textsOf(subjectOf(work));
  const page = await unwrap(objects.hub(tenant).list({ limit: executionsAtOnce, ...(cursor === null ? {} : { cursor }) }));
  const counts = { executions: 0, execution_texts: 0 };
  const lines: object[] = [];
  const left: Left[] = [];
  for (const { id } of page.data) {
    const object = objects.execution(tenant, id);
    let reply = await object.redact(tenant, id, texts, !erases(work));
    // Accepted and not yet begun: its object has nothing, and it has not ended.
    if (!reply.ok) {
      const accepted = (await objects.hub(tenant).find(id))?.start;
      const eraser = new Eraser(texts);
      if (accepted) eraser.json(accepted);
      if (eraser.count > 0 && erases(work)) left.push({ place: "executions", id, reason: notEnded });
      if (eraser.count > 0 && !erases(work)) lines.push({ place: "executions", row: accepted, logs: [] });
      continue;
    }
    if (reply.value.count === 0) continue;
    if (erases(work) && !reply.value.erased && request.cancelRunning) {
      await object.cancel(tenant, id, { rollback: false, reason: "personal data is erased" });
      reply = await object.redact(tenant, id, texts, false);
    }
    if (!reply.ok) continue;
    if (erases(work) && !reply.value.erased) {
      left.push({ place: "executions", id, status: reply.value.status, reason: notEnded });
      continue;
    }
    counts.executions++;
    counts.execution_texts += reply.value.count;
    if (!erases(work)) lines.push({ place: "executions", row: await unwrap(object.get(tenant, id, 0)), logs: await unwrap(object.logs(tenant, id, 0, 10_000)) });
  }
  return { cursor: page.nextCursor, calls: executionsAtOnce * 2, counts, left, ...(erases(work) ? {} : { lines }) };
}
