/**
 * What the isolate of one turn may do to its execution. A turn that is over is refused.
 * @module
 */
import type { ActReply, CommitReply, News } from "../../sdk/schema/journal.ts";
import { defaultLimits } from "../../sdk/schema/limits.ts";
import type { CheckedBatch, TurnHost } from "./host.ts";
import { causeOf, type Platform } from "./ports.ts";
import type { Execution, OpenStep } from "./state.ts";
import type { Store } from "./store.ts";

/** A turn under way. */
export interface Turn {
  stop: "pause" | null;
  /** Highest signal handed to the isolate. */
  seq: number;
  /** The isolate's polls for news. */
  polls: Array<() => void>;
  /** Refuses everything once set. */
  fenced: boolean;
  /** What the execution waits for after it. */
  open: OpenStep[];
}

export function newTurn(): Turn {
  return { stop: null, seq: 0, polls: [], fenced: false, open: [] };
}

export function wake(turn: Turn): void {
  for (const poll of turn.polls.splice(0)) poll();
}

/** Nothing of it counts any more; its polls are refused. */
export function endTurn(turn: Turn): void {
  turn.fenced = true;
  wake(turn);
}

export interface TurnHostParts {
  store: Store;
  platform: Platform;
  /** The tenant's index knows of the execution when it resolves. */
  register(): Promise<void>;
  /** Durable when it resolves. */
  commit(batch: CheckedBatch): Promise<void>;
}

export function turnHost(execution: Execution, turn: Turn, { store, platform, register, commit }: TurnHostParts): TurnHost {
  const { tenant, id } = execution.request;
  const check = (): void => {
    if (turn.fenced) throw new Error("this turn is over");
  };
  return {
    async commit(batch: CheckedBatch): Promise<CommitReply> {
      check();
      // Before anything of an execution shows outside, the index knows of it.
      if (!execution.registered) await register();
      check();
      await commit(batch);
      return { stop: turn.stop };
    },

    async news(seq: number, due: number | null): Promise<News> {
      check();
      const ready = (): boolean => turn.fenced || turn.stop !== null || store.signals(id, seq).length > 0 || (due !== null && due <= Date.now());
      while (!ready()) await new Promise<void>((resolve) => turn.polls.push(resolve));
      check();
      const signals = store.signals(id, seq);
      turn.seq = Math.max(turn.seq, signals.at(-1)?.seq ?? 0);
      return { signals, now: Date.now(), stop: turn.stop };
    },

    async variables(): Promise<string> {
      check();
      const taken = execution.variables ?? (await platform.variables(tenant, execution.request.workflowId, id));
      check();
      if (execution.variables === null) {
        execution.variables = taken;
        // A row that is not there yet comes with the first batch and has them.
        if (execution.stored) store.save(execution);
      }
      return taken;
    },

    async spill(bytes: Uint8Array): Promise<string> {
      check();
      if (bytes.length > defaultLimits.valueBytes + 1024) throw new Error("the value is too large");
      const key = `values/${tenant}/${id}/${crypto.randomUUID()}`;
      await platform.putBlob(key, bytes);
      return key;
    },

    async unspill(key: string): Promise<Uint8Array> {
      check();
      if (!key.startsWith(`values/${tenant}/`)) throw new Error("that value belongs to someone else");
      return platform.getBlob(key);
    },

    async act(action: string, params: string, key: string): Promise<ActReply> {
      check();
      // Its results are found again by this execution alone, whatever key its code makes up.
      const reply = await platform.act(causeOf(execution), { action, params, key: `${id}:${key}` });
      check();
      return reply;
    },
  };
}
