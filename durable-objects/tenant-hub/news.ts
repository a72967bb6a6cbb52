/**
 * What the index learns, told to those who look on, after the commit. Costs next to nothing
 * while nobody does, and nothing is kept: who missed something asks for a list.
 * @module
 */
import { type ExecutionStatus, terminalStatuses } from "../../sdk/schema/execution.ts";
import { type Heard, type Kind, quietMs, type RealtimeMessage } from "../realtime/contract.ts";
import type { IndexEntry } from "./contract.ts";
import type { Count } from "./counts.ts";
import { toSummary } from "./row.ts";

export interface NewsPort {
  publish(tenant: string, messages: readonly RealtimeMessage[]): Promise<Heard>;
  /** For those who count. */
  began(tenant: string): void;
  ended(tenant: string, status: ExecutionStatus): void;
}

/** Counts are told so often at most, ms. */
const countsEveryMs = 1_000;
/** Entries told in one call. */
const atOnce = 200;

export interface NewsParts {
  tenant: string;
  port: NewsPort;
  counts(): Count[];
  now(): number;
  /** Runs something later. */
  later(ms: number, work: () => void): void;
}

export class News {
  readonly #parts: NewsParts;
  /** What there is to tell, by execution: of several the last one. */
  readonly #untold = new Map<string, IndexEntry>();
  #telling = false;
  #heard: { kinds: ReadonlySet<Kind>; until: number } = { kinds: new Set(), until: 0 };
  #countsDue = false;
  #counted = 0;

  constructor(parts: NewsParts) {
    this.#parts = parts;
  }

  /** @param known whether the index had it before */
  note(entry: IndexEntry, known: boolean): void {
    const { port, tenant } = this.#parts;
    if (!known) port.began(tenant);
    if (terminalStatuses.includes(entry.status)) port.ended(tenant, entry.status);
    // One without a name is nobody's.
    if (tenant !== "" && (this.#mayBeHeard("executions") || this.#mayBeHeard("counts"))) this.#untold.set(entry.id, entry);
  }

  /** Call when what was noted is durable. Never throws. */
  async tell(): Promise<void> {
    if (this.#telling || this.#untold.size === 0) return;
    this.#telling = true;
    try {
      while (this.#untold.size > 0) await this.#publish([...this.#untold.values()].slice(0, atOnce));
    } catch (error) {
      this.#untold.clear();
      console.warn(JSON.stringify({ level: "warn", event: "news.untold", tenant: this.#parts.tenant, message: error instanceof Error ? error.name : "unknown" }));
    } finally {
      this.#telling = false;
    }
  }

  #mayBeHeard(kind: Kind): boolean {
    return this.#heard.kinds.has(kind) || this.#heard.until <= this.#parts.now();
  }

  async #publish(entries: readonly IndexEntry[]): Promise<void> {
    for (const { id } of entries) this.#untold.delete(id);
    await this.#send(this.#mayBeHeard("executions") ? entries.flatMap(messagesOf) : []);
    if (this.#mayBeHeard("counts")) this.#countSoon();
  }

  async #send(messages: readonly RealtimeMessage[]): Promise<void> {
    const { port, tenant, now } = this.#parts;
    const asked = now();
    const { listening } = await port.publish(tenant, messages);
    this.#heard = { kinds: new Set(listening), until: asked + quietMs };
  }

  /** At once, and then no sooner than a second later. */
  #countSoon(): void {
    if (this.#countsDue) return;
    this.#countsDue = true;
    const { now, later } = this.#parts;
    later(Math.max(0, this.#counted + countsEveryMs - now()), () => {
      this.#countsDue = false;
      this.#counted = now();
      void this.#send([{ topic: "counts", type: "counts.updated", data: { counts: this.#parts.counts() }, about: {} }]).catch(() => undefined);
    });
  }
}

function messagesOf(entry: IndexEntry): RealtimeMessage[] {
  const { id, workflowId, version, status, trigger, parentId, createdAt, completedAt, errorMessage } = entry;
  const summary = toSummary({ id, workflow_id: workflowId, version, status, trigger, parent_id: parentId, created_at: createdAt, completed_at: completedAt, error_message: errorMessage?.slice(0, 2_000) ?? null });
  const about = { execution_id: id, workflow_id: workflowId, status };
  return ["executions", `executions:${id}`, `workflows:${workflowId}`].map((topic) => ({ topic, type: "execution.updated", data: summary, about }));
}
