import type { Statement, TenantDb } from "../../db/tenant-db.ts";
import type { OutboxEvent } from "../../durable-objects/dispatcher/contract.ts";
import { emit } from "./emit.ts";

/** Says that an event was given up; not of one that says so itself. It stands in the chain of that event, or a loop would begin anew with it. */
export function deadLettered({ db, now }: { db: TenantDb; now: number }, { id, type, chain }: Pick<OutboxEvent, "id" | "type" | "chain">, error: string): Statement[] {
  if (type === "dead_letter.created") return [];
  return [emit({ db, now, actor: { kind: "system" }, chain }, { type: "dead_letter.created", data: { kind: "event", id, error: error.slice(0, 500) } })];
}
