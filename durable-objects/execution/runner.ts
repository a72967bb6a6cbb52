/**
 * Runs turns: at most one at a time per execution, each ending in one transaction.
 *
 * Invariants
 * 1. A turn's outcome and everything not committed before are written together.
 * 2. A turn that is no longer the current one changes nothing (its host refuses).
 * 3. An execution that is neither ended nor running has a timer, or waits for a signal, or
 *    is paused or stalled.
 * 4. A turn that keeps killing its process is given up after `maxCrashes` tries.
 * @module
 */
import type { ErrorRecord } from "../../sdk/schema/execution.ts";
import { type Batch, type CommitReply, defaultLimits, type News, type TurnInput, type TurnResult } from "../../sdk/schema/journal.ts";
import { setTimer } from "../lib/timers.ts";
import type { IndexEntry } from "../tenant-hub/contract.ts";
import { Children } from "./children.ts";
import { checkBatch, HostTarget, type TurnHost } from "./host.ts";
import { applyOutcome, end, isTerminal, leaseMs } from "./outcome.ts";
import type { Platform } from "./ports.ts";
import { type Execution, Store } from "./store.ts";

const maxCrashes = 5;

/** A turn under way. */
interface Current {
  stop: "pause" | null;
  /** Highest signal handed to the isolate. */
  seq: number;
  /** Wakes the isolate's poll for news. */
  wake: Array<() => void>;
  /** Refuses everything once set. */
  fenced: boolean;
  turn: Promise<void>;
}

export interface Storage {
  sql: SqlStorage;
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
  transactionSync<T>(closure: () => T): T;
}

export class Runner {
  readonly store: Store;
  readonly #storage: Storage;
  readonly #platform: Platform;
  readonly #children: Children;
  readonly #current = new Map<string, Current>();
  readonly #watchers = new Map<string, Array<() => void>>();
  #alarmAt: number | null | undefined = undefined;

  constructor(storage: Storage, platform: Platform) {
    this.#storage = storage;
    this.#platform = platform;
    this.store = new Store(storage.sql);
    this.#children = new Children(this.store, platform, (execution) => this.signalled(execution));
  }

  get children(): Children {
    return this.#children;
  }

  /** Writes an execution and what goes with it in one transaction, the alarm included. */
  save(execution: Execution, also: () => void = () => {}): void {
    this.#storage.transactionSync(() => {
      also();
      this.store.save(execution);
      this.#armAlarm();
    });
  }

  #armAlarm(): void {
    const next = this.store.nextWake();
    if (next === this.#alarmAt) return;
    if (next === null && this.#alarmAt === undefined) {
      this.#alarmAt = null;
      return;
    }
    this.#alarmAt = next;
    void (next === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(next));
  }

  /** The platform's alarm has rung: what was set is set no more. */
  alarmRang(): void {
    this.#alarmAt = undefined;
  }

  rearm(): void {
    this.#alarmAt = undefined;
    this.#armAlarm();
  }

  isRunning(id: string): boolean {
    return this.#current.has(id);
  }

  /** Runs turns until the execution ends or waits. Joins a turn that is under way. */
  run(execution: Execution): Promise<void> {
    const { id } = execution.request;
    const running = this.#current.get(id);
    if (running) return running.turn;
    const current: Current = { stop: null, seq: 0, wake: [], fenced: false, turn: Promise.resolve() };
    this.#current.set(id, current);
    current.turn = this.#turns(execution, current).finally(() => {
      if (this.#current.get(id) === current) this.#current.delete(id);
      for (const watcher of this.#watchers.get(id)?.splice(0) ?? []) watcher();
    });
    return current.turn;
  }

  async #turns(execution: Execution, current: Current): Promise<void> {
    for (;;) {
      const again = await this.#turn(execution, current);
      await this.report(execution);
      if (!again || current.fenced) return;
    }
  }

  /** True when the next turn should follow at once. */
  async #turn(execution: Execution, current: Current): Promise<boolean> {
    const { request } = execution;
    let result: TurnResult;
    try {
      const input = this.#input(execution, current);
      result = await this.#platform.runTurn(request.tenant, request.bundle, input, new HostTarget(this.#host(execution, current)));
      checkBatch(result.batch);
    } catch (error) {
      if (current.fenced) return false;
      return this.#crashed(execution, error);
    }
    if (current.fenced) return false;
    const now = Date.now();
    this.#storage.transactionSync(() => {
      this.store.apply(request.id, result.batch);
      if (result.outcome.type === "continued") this.store.forgetSteps(request.id, null);
      const open = result.outcome.type === "suspended" ? this.store.openSteps(request.id) : [];
      applyOutcome(execution, result.outcome, open, now);
      this.store.save(execution);
      this.#armAlarm();
    });
    if (isTerminal(execution.status)) await this.#children.afterEnd(execution);
    else await this.#children.startOpen(execution);
    if (result.outcome.type === "continued") return true;
    return result.outcome.type === "suspended" && this.store.signals(request.id, current.seq).length > 0;
  }

  #input(execution: Execution, current: Current): TurnInput {
    const { request } = execution;
    const signals = execution.stored ? this.store.signals(request.id, 0) : [];
    current.seq = signals.at(-1)?.seq ?? 0;
    return {
      executionId: request.id,
      workflowId: request.workflowId,
      turn: execution.revision,
      run: execution.run,
      generation: execution.generation,
      version: request.version,
      createdAt: request.createdAt,
      now: Date.now(),
      trigger: request.trigger,
      input: request.input,
      steps: execution.stored ? this.store.journal(request.id) : "[]",
      signals,
      mode: execution.mode,
      durable: execution.stored || execution.registered,
      limits: defaultLimits,
    };
  }

  #host(execution: Execution, current: Current): TurnHost {
    const { request } = execution;
    const check = (): void => {
      if (current.fenced) throw new Error("this turn is over");
    };
    return {
      commit: async (batch: Batch): Promise<CommitReply> => {
        check();
        // Before anything of an execution shows outside, the index knows of it.
        if (!execution.registered) await this.report(execution);
        check();
        this.#storage.transactionSync(() => {
          this.store.apply(request.id, batch);
          if (!execution.stored || execution.timers.lease === undefined) {
            execution.timers = setTimer(execution.timers, "lease", Date.now() + leaseMs);
            this.store.save(execution);
            this.#armAlarm();
          }
        });
        await this.#children.startOpen(execution);
        return { stop: current.stop };
      },
      news: async (seq: number, due: number | null): Promise<News> => {
        check();
        const ready = (): boolean => current.fenced || current.stop !== null || this.store.signals(request.id, seq).length > 0 || (due !== null && due <= Date.now());
        while (!ready()) await new Promise<void>((resolve) => current.wake.push(resolve));
        check();
        const signals = this.store.signals(request.id, seq);
        current.seq = Math.max(current.seq, signals.at(-1)?.seq ?? 0);
        return { signals, now: Date.now(), stop: current.stop };
      },
      spill: async (bytes: Uint8Array): Promise<string> => {
        check();
        if (bytes.length > defaultLimits.valueBytes + 1024) throw new Error("the value is too large");
        const key = `${spillPrefix(execution)}${crypto.randomUUID()}`;
        await this.#platform.putBlob(key, bytes);
        return key;
      },
      unspill: async (key: string): Promise<Uint8Array> => {
        check();
        if (!key.startsWith(`values/${request.tenant}/`)) throw new Error("that value belongs to someone else");
        return this.#platform.getBlob(key);
      },
    };
  }

  /** The sandbox could not run the turn: try again a few times, then give up. */
  #crashed(execution: Execution, error: unknown): boolean {
    execution.crashes++;
    execution.revision++;
    const message = error instanceof Error ? error.message : String(error);
    const now = Date.now();
    if (execution.crashes >= maxCrashes) {
      const record: ErrorRecord = { name: "TurnCrashedError", code: "turn-crashed", message: `the sandbox could not run the workflow, ${maxCrashes} times in a row: ${message}` };
      execution.error = record;
      end(execution, "failed", now);
    } else {
      execution.timers = setTimer(execution.timers, "lease", now + 200 * 4 ** (execution.crashes - 1));
    }
    this.save(execution);
    return false;
  }

  /** Ends a turn from outside: nothing of it counts any more. */
  fence(id: string): void {
    const current = this.#current.get(id);
    if (!current) return;
    current.fenced = true;
    this.#current.delete(id);
    for (const wake of current.wake.splice(0)) wake();
  }

  requestStop(id: string, stop: "pause"): void {
    const current = this.#current.get(id);
    if (!current) return;
    current.stop = stop;
    for (const wake of current.wake.splice(0)) wake();
  }

  /** A signal was stored: hand it to the running turn or begin one. */
  signalled(execution: Execution): void {
    const current = this.#current.get(execution.request.id);
    if (current) for (const wake of current.wake.splice(0)) wake();
    else void this.run(execution);
  }

  /** Resolves at the next end of this execution's turns, or after `ms`. */
  ended(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const list = this.#watchers.get(id) ?? [];
      this.#watchers.set(id, list);
      list.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Tells the index how things stand. */
  async report(execution: Execution): Promise<void> {
    await this.#platform.register(execution.request.tenant, indexEntry(execution));
    execution.registered = true;
    execution.reported = execution.revision;
  }
}

function spillPrefix(execution: Execution): string {
  return `values/${execution.request.tenant}/${execution.request.id}/`;
}

export function indexEntry(execution: Execution): IndexEntry {
  const { request } = execution;
  return {
    id: request.id,
    workflowId: request.workflowId,
    version: request.version,
    status: execution.status,
    trigger: request.trigger.kind,
    parentId: request.parent?.id ?? null,
    createdAt: request.createdAt,
    completedAt: execution.completedAt,
    errorMessage: execution.error?.message ?? execution.divergence?.found ?? null,
    revision: execution.revision,
    start: execution.stored ? null : JSON.stringify(request),
  };
}
