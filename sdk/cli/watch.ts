/**
 * Following an execution to its end, over lost connections and restarts of the server.
 * @module
 */
import { ApiError, type Client, ConnectionError } from "../client/index.ts";
import { type ExecutionStatus, type ExecutionView, terminalStatuses } from "../schema/execution.ts";
import { type ExitCode, exitCodes } from "./failure.ts";

/** How long a server that was there may be silent, ms. */
const patienceMs = 60_000;
const pauseMs = 500;

/** Does nothing happen any more unless someone acts? */
export function isOver(status: ExecutionStatus): boolean {
  return status === "stalled" || terminalStatuses.includes(status);
}

/** 0 unless the execution failed, stalled or was cancelled. */
export function exitCodeOf(status: ExecutionStatus): ExitCode {
  return status === "failed" || status === "stalled" || status === "cancelled" ? exitCodes.failed : exitCodes.ok;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Repeats a request that may be repeated while the server does not answer.
 * @param onLost called once, when the server falls silent
 * @throws ConnectionError after a minute of silence
 */
export async function persist<T>(request: () => Promise<T>, onLost: (error: Error) => void): Promise<T> {
  let lostAt: number | null = null;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const passing = error instanceof ConnectionError || (error instanceof ApiError && (error.status === 503 || error.status === 429));
      if (!passing) throw error;
      if (lostAt === null) onLost(error);
      lostAt ??= Date.now();
      if (Date.now() - lostAt > patienceMs) throw error;
      await pause(pauseMs);
    }
  }
}

export interface Watcher {
  /** Longest a single question stays open, ms: how often `onChange` can be called. */
  everyMs: number;
  onChange(execution: ExecutionView): void;
  onLost(error: Error): void;
}

/** Returns the execution once it is over. */
export async function untilOver(client: Client, id: string, watcher: Watcher): Promise<ExecutionView> {
  for (;;) {
    const askedAt = Date.now();
    const execution = await persist(() => client.executions.get(id, { waitMs: watcher.everyMs }), watcher.onLost);
    watcher.onChange(execution);
    if (isOver(execution.status)) return execution;
    // An answer that came at once, because it waits for someone: do not ask in a tight loop.
    const early = Math.min(watcher.everyMs, pauseMs) - (Date.now() - askedAt);
    if (early > 0) await pause(early);
  }
}
