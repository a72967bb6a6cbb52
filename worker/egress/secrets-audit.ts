/**
 * Uses and refusals of secrets in the audit log: a use once for each execution and secret, a
 * refusal each time, as far as the limits go. Written behind the answer; never a value.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { newId } from "../../db/ids.ts";
import { auditEvents } from "../../db/schema/audit-events.ts";
import type { JsonObject } from "../../db/schema/json.ts";
import type { TenantDb } from "../../db/tenant-db.ts";
import type { TenantSecret } from "./secrets-list.ts";
import type { Asking } from "./secrets-tag.ts";

/** Refusals recorded of one execution; executions can be made up, so there is one for tenants too. */
const mostOfExecution = 20;
const mostOfTenant = 200;
const periodMs = 60_000;
const executionsKept = 5_000;

/** Counted per isolate: a limit may be reached in several at once. */
const executions = new Map<string, { used: Set<string>; refused: number }>();
const tenants = new Map<string, { since: number; refused: number }>();

export interface RefusedUse {
  /** As the reference says. */
  name: string;
  /** Null when there is no such secret, or the reference is none of the execution's. */
  id: string | null;
  host: string;
  reason: string;
}

export class SecretAudit {
  readonly #db: TenantDb;
  readonly #now: number;
  readonly #waitUntil: (work: Promise<unknown>) => void;

  constructor(db: TenantDb, now: number, waitUntil: (work: Promise<unknown>) => void) {
    this.#db = db;
    this.#now = now;
    this.#waitUntil = waitUntil;
  }

  /** The tag has proved the execution. */
  used(asking: Asking, { id, name }: TenantSecret, host: string): void {
    const { used } = this.#execution(asking);
    if (used.has(id)) return;
    used.add(id);
    this.#write("secret.use", asking, id, { name, host });
  }

  refused(asking: Asking, { name, id, host, reason }: RefusedUse): void {
    const execution = this.#execution(asking);
    const tenant = this.#tenant();
    execution.refused++;
    tenant.refused++;
    if (execution.refused > mostOfExecution || tenant.refused > mostOfTenant) return;
    const last = execution.refused === mostOfExecution || tenant.refused === mostOfTenant;
    this.#write("secret.refuse", asking, id, { name, host, reason, ...(last ? { more: "further refusals are not recorded" } : {}) });
  }

  #execution({ execution }: Asking): { used: Set<string>; refused: number } {
    const key = `${this.#db.tenant}:${execution ?? ""}`;
    const known = executions.get(key) ?? { used: new Set(), refused: 0 };
    // The one that was asked for last goes last.
    executions.delete(key);
    executions.set(key, known);
    const [oldest] = executions.keys();
    if (executions.size > executionsKept && oldest !== undefined) executions.delete(oldest);
    return known;
  }

  #tenant(): { since: number; refused: number } {
    const known = tenants.get(this.#db.tenant);
    if (known && known.since > this.#now - periodMs) return known;
    const fresh = { since: this.#now, refused: 0 };
    if (tenants.size > executionsKept) tenants.clear();
    tenants.set(this.#db.tenant, fresh);
    return fresh;
  }

  #write(action: "secret.use" | "secret.refuse", { execution, workflow, step }: Asking, id: string | null, more: JsonObject): void {
    const row = {
      id: newId(this.#now),
      at: this.#now,
      actor_kind: "execution" as const,
      actor_id: execution?.slice(0, 64) ?? null,
      action,
      entity: "secret",
      entity_id: id,
      before: null,
      after: { ...more, workflow_id: workflow?.slice(0, 100) ?? null, step: step?.slice(0, 300) ?? null },
      request_id: null,
      ip: null,
    };
    const written = Promise.resolve(this.#db.insert(auditEvents, row)).catch((error: unknown) => console.error(JSON.stringify({ message: "audit of a secret failed", action, error: errorMessage(error) })));
    this.#waitUntil(written);
  }
}
