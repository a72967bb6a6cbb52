/**
 * Takes events from the outbox to those concerned.
 *
 * Invariants
 * 1. Events of one record go one after another, in the order of their commits; an event that
 *    has to be tried again holds back the later ones of its record, and no others.
 * 2. An event counts as dispatched only when everybody concerned has it. A crash before that
 *    repeats it, which nobody notices: whoever takes events takes each once.
 * 3. After `mostAttempts` an event is dead, and the next of its record goes on.
 * 4. Limits of the plan never kill an event: it waits until there is room.
 * @module
 */
import type { DispatchPorts, Failure, OutboxEvent } from "./contract.ts";

/** Records that are dealt with at once. */
const lanesAtOnce = 16;
/** Events read at once. */
const batchSize = 128;
export const mostAttempts = 12;
/** An event that met only limits has so many attempts left at least. */
const attemptsByLimits = 8;
const firstDelayMs = 1_000;
const longestDelayMs = 10 * 60_000;
const longestError = 2_000;

/** Dispatches all there is. @returns when to look again, ms since the epoch; null when nothing is left */
export async function drain(ports: DispatchPorts): Promise<number | null> {
  for (;;) {
    const batch = await ports.ready(ports.now(), batchSize);
    if (batch.length === 0) return ports.nextDue(ports.now());
    const lanes = byRecord(batch);
    const workers = Array.from({ length: Math.min(lanesAtOnce, lanes.length) }, async () => {
      for (let lane = lanes.shift(); lane; lane = lanes.shift()) await inOrder(ports, lane);
    });
    // All have come to rest before an error ends the whole: nothing runs on behind it.
    for (const result of await Promise.allSettled(workers)) if (result.status === "rejected") throw result.reason;
  }
}

function byRecord(batch: readonly OutboxEvent[]): OutboxEvent[][] {
  const lanes = new Map<string, OutboxEvent[]>();
  for (const event of batch) {
    const key = event.record_id === null ? event.id : JSON.stringify([event.record_type, event.record_id]);
    const lane = lanes.get(key);
    if (lane) lane.push(event);
    else lanes.set(key, [event]);
  }
  return [...lanes.values()];
}

async function inOrder(ports: DispatchPorts, lane: readonly OutboxEvent[]): Promise<void> {
  for (const event of lane) {
    const failure = await attempt(ports, event);
    if (!failure) await ports.dispatched(event, ports.now());
    else await ports.failed(event, failure, ports.now());
    if (failure && !failure.dead) return;
  }
}

async function attempt(ports: DispatchPorts, event: OutboxEvent): Promise<Failure | null> {
  try {
    await ports.deliver(event);
    return null;
  } catch (error) {
    return failureOf(event, error, ports.now());
  }
}

/** @param error with `code` where it is a refusal of the platform; several come as an AggregateError */
export function failureOf({ attempts: before }: Pick<OutboxEvent, "attempts">, error: unknown, now: number): Failure {
  const errors = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const limited = errors.every((one) => limits.has(codeOf(one)));
  const attempts = limited ? Math.max(before, Math.min(before + 1, attemptsByLimits)) : before + 1;
  const message = errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
  return { attempts, error: message.slice(0, longestError), nextAttemptAt: now + delayAfter(attempts), dead: !limited && attempts >= mostAttempts };
}

const limits: ReadonlySet<string> = new Set(["plan-limit", "rate-limited", "tenant-suspended"]);

function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "";
}

/** 1 s, doubling, 10 min at most. */
export function delayAfter(attempts: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (attempts - 1));
}
