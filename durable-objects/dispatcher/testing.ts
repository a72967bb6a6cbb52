/**
 * An outbox in memory, with the meaning of the real one: for tests of the dispatcher.
 * @module
 */
import type { DispatchPorts, OutboxEvent } from "./contract.ts";

let seq = 0;

export function event(record: string | null, rest: Partial<OutboxEvent> = {}): OutboxEvent {
  const number = ++seq;
  return {
    seq: number, id: `event-${number}`, tenant_id: "t", type: "order.paid", data: {}, previous: null, record_type: record === null ? null : "order", record_id: record, actor_kind: "system", actor_id: null,
    chain: [], status: "pending", attempts: 0, error: null, occurred_at: 0, next_attempt_at: 0, dispatched_at: null, ...rest,
  };
}

export interface TestOutbox {
  ports: DispatchPorts;
  rows: OutboxEvent[];
  /** Ids in the order in which they were delivered, repetitions too. */
  delivered: string[];
  /** Most deliveries that were under way at once. */
  most(): number;
  time: { now: number };
}

/** @param deliver what happens to a delivery; it succeeds when left out */
export function testOutbox(rows: OutboxEvent[], deliver: (event: OutboxEvent, attempt: number) => Promise<void> | void = () => {}): TestOutbox {
  const time = { now: 1_000 };
  const delivered: string[] = [];
  const attempts = new Map<string, number>();
  let [under, most] = [0, 0];
  const pending = () => rows.filter(({ status }) => status === "pending").sort((one, other) => one.seq - other.seq);
  const blocks = (now: number, later: OutboxEvent) => (one: OutboxEvent) => one.record_id !== null && one.record_id === later.record_id && one.seq < later.seq && one.next_attempt_at > now;
  const ports: DispatchPorts = {
    ready: async (now, limit) => pending().filter((one) => one.next_attempt_at <= now && !pending().some(blocks(now, one))).slice(0, limit).map((one) => ({ ...one })),
    async deliver(one) {
      const attempt = (attempts.get(one.id) ?? 0) + 1;
      attempts.set(one.id, attempt);
      most = Math.max(most, ++under);
      try {
        await Promise.resolve();
        delivered.push(one.id);
        await deliver(one, attempt);
      } finally {
        under--;
      }
    },
    async dispatched({ id }, now) {
      Object.assign(rows.find((one) => one.id === id) ?? {}, { status: "dispatched", dispatched_at: now });
    },
    async failed({ id }, { attempts: made, error, nextAttemptAt, dead }) {
      Object.assign(rows.find((one) => one.id === id) ?? {}, { attempts: made, error, next_attempt_at: nextAttemptAt, ...(dead ? { status: "dead" } : {}) });
    },
    nextDue: async (now) => pending().map(({ next_attempt_at }) => next_attempt_at).filter((at) => at > now).sort((a, b) => a - b)[0] ?? null,
    now: () => time.now,
  };
  return { ports, rows, delivered, most: () => most, time };
}
