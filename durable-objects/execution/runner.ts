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
import type { Outcome } from "../../sdk/schema/journal.ts";
import { AlarmClock } from "../lib/alarm-clock.ts";
import { setTimer } from "../lib/timers.ts";
import { Children } from "./children.ts";
import { checkBatch, type CheckedBatch, checkOutcome, HostTarget, type TurnHost } from "./host.ts";
import { indexEntry } from "./index-entry.ts";
import { applyOutcome, end, isTerminal, leaseMs, underWay } from "./outcome.ts";
import { afterEnd, allReached, beforeNextRun, tend } from "./neighbours.ts";
import { Onlookers } from "./onlookers.ts";
import { Outside } from "./outside.ts";
import type { Platform, Storage } from "./ports.ts";
import type { Execution, OpenStep } from "./state.ts";
import { Store } from "./store.ts";
import { turnInput } from "./turn-input.ts";
import { endTurn, newTurn, type Turn, turnHost, wake } from "./turn-host.ts";
import { Watchers } from "./watchers.ts";

const maxCrashes = 5;
// Deaths of the process are rarely the workflow's fault.
export const maxDeaths = 8;

/** `done` resolves when no further turn follows. */
type Current = { turn: Turn; done: Promise<void> };

export class Runner {
  readonly store: Store;
  readonly alarm: AlarmClock;
  readonly #storage: Storage;
  readonly platform: Platform;
  readonly children: Children;
  readonly outside: Outside;
  readonly onlookers: Onlookers;
  readonly #current = new Map<string, Current>();
  readonly #watchers = new Watchers();
  constructor(storage: Storage, platform: Platform) {
    this.#storage = storage;
    this.platform = platform;
    this.store = new Store(storage.sql);
    this.alarm = new AlarmClock(storage, () => this.store.nextWake());
    this.children = new Children(this.store, platform, (execution) => this.signalled(execution));
    this.outside = new Outside(this.store, platform);
    this.onlookers = new Onlookers(this.store, platform);
  }

  /** Writes an execution and what goes with it in one transaction, the alarm included. */
  save(execution: Execution, also: () => void = () => {}): void {
    this.#write(() => {
      also();
      return this.store.save(execution);
    });
  }

  /** @param change says whether the next timer may be another now */
  #write(change: () => boolean): void {
    try {
      this.#storage.transactionSync(() => {
        this.store.open();
        if (change()) this.alarm.arm();
      });
    } catch (error) {
      this.store.undone();
      this.alarm.rang();
      throw error;
    }
  }

  isRunning(id: string): boolean {
    return this.#current.has(id);
  }

  /** Runs turns until the execution ends or waits. Joins a turn that is under way. */
  run(execution: Execution): Promise<void> {
    const { id } = execution.request;
    const running = this.#current.get(id);
    if (running) return running.done;
    const current: Current = { turn: newTurn(), done: Promise.resolve() };
    this.#current.set(id, current);
    current.done = this.#turns(execution, current).finally(() => {
      if (this.#current.get(id) === current) this.#current.delete(id);
      this.#watchers.wake(id);
    });
    return current.done;
  }

  /** Keeps turns from beginning until {@link release}; null while one is under way. */
  hold(id: string): Turn | null {
    if (this.#current.has(id)) return null;
    const turn = newTurn();
    this.#current.set(id, { turn, done: Promise.resolve() });
    return turn;
  }

  release(id: string, turn: Turn): void {
    if (this.#current.get(id)?.turn === turn) this.#current.delete(id);
    this.#watchers.wake(id);
  }

  async #turns(execution: Execution, current: Current): Promise<void> {
    const { id } = execution.request;
    for (;;) {
      const turn = (current.turn = newTurn());
      const outcome = await this.#turn(execution, turn);
      const over = turn.fenced;
      endTurn(turn);
      if (over) return;
      await this.#after(execution, turn.open);
      if (this.#current.get(id) !== current) return;
      // Looked at last, with nothing awaited after it: what arrives later finds no turn and begins one.
      const news = outcome === "suspended" && execution.status !== "paused" && this.store.signals(id, turn.seq).length > 0;
      if (outcome !== "continued" && !news) break;
      // Turns without a pause between them would keep the thread from everybody else.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#current.get(id) !== current) return;
    }
    this.#current.delete(id);
  }

  /** Tells others how the turn ended. What gets lost here is made good by timers. False when somebody was not reached. */
  async #after(execution: Execution, open: OpenStep[]): Promise<boolean> {
    const reached = await allReached(execution, [this.report(execution), isTerminal(execution.status) ? afterEnd(this, execution) : tend(this, execution, open)]);
    // The timer that follows an end tells them again.
    if (!reached) execution.reported = 0;
    return reached;
  }

  /** An execution ended and the process died before everyone was told. */
  async afterDeath(execution: Execution): Promise<void> {
    if (await this.#after(execution, this.store.journal.open(execution.request.id))) execution.timers = {};
    this.save(execution);
  }

  /** Makes good what was lost between an execution and its children. */
  async askChildren(execution: Execution, open: OpenStep[]): Promise<void> {
    await tend(this, execution, open, true);
    if (this.store.signals(execution.request.id, 0).length > 0) await this.run(execution);
  }

  /** Null when the turn counts for nothing. */
  async #turn(execution: Execution, turn: Turn): Promise<Outcome["type"] | null> {
    const { request } = execution;
    try {
      const signals = execution.stored ? this.store.signals(request.id, 0) : [];
      turn.seq = signals.at(-1)?.seq ?? 0;
      const input = turnInput(execution, execution.stored ? this.store.journal.text(request.id) : "[]", signals);
      const result = await this.platform.runTurn(request.tenant, request.bundle, input, new HostTarget(this.#hostOf(execution, turn)));
      const outcome = checkOutcome(result.outcome);
      if (outcome.type === "continued") await beforeNextRun(this, execution);
      if (turn.fenced) return null;
      this.#conclude(execution, turn, outcome, checkBatch(result.batch));
      return outcome.type;
    } catch (error) {
      if (!turn.fenced) this.crashed(execution, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** Writes a turn's end: what was not committed before, and what follows from the outcome. */
  #conclude(execution: Execution, turn: Turn, outcome: Outcome, batch: CheckedBatch): void {
    const { id } = execution.request;
    this.#write(() => {
      this.store.apply(id, batch);
      if (outcome.type === "continued") this.store.forgetRun(id);
      if (outcome.type === "suspended") turn.open = this.store.journal.open(id);
      applyOutcome(execution, outcome, turn.open, Date.now());
      // What came too late for this turn begins the next one, even if the process dies before it does.
      if (outcome.type === "suspended" && this.store.signals(id, turn.seq).length > 0) execution.timers = setTimer(execution.timers, "kick", Date.now() + leaseMs);
      return this.store.save(execution);
    });
    this.onlookers.committed(execution, batch.rows, Date.now());
  }

  #hostOf(execution: Execution, turn: Turn): TurnHost {
    return turnHost(execution, turn, { store: this.store, platform: this.platform, register: () => this.report(execution), commit: (batch) => this.#commit(execution, batch) });
  }

  /** A batch that comes before its turn ends. From the first one on, a lease restarts the turn if the process dies. */
  async #commit(execution: Execution, batch: CheckedBatch): Promise<void> {
    const { id } = execution.request;
    this.#write(() => {
      this.store.apply(id, batch);
      const forward = execution.crashes > 0 && batch.rows.some(([, , , , , , ended]) => ended !== null);
      if (forward) execution.crashes = 0;
      if (!forward && execution.stored && execution.timers.lease !== undefined) return false;
      execution.timers = underWay(execution.timers, Date.now());
      return this.store.save(execution);
    });
    this.onlookers.committed(execution, batch.rows, Date.now());
    if (batch.rows.some(([, , , kind]) => kind === "invoke" || kind === "approval" || kind === "event")) await tend(this, execution, this.store.journal.open(id));
  }

  /** A turn did not come to its end: try again a few times, then give up. False when given up. */
  crashed(execution: Execution, message: string, most = maxCrashes, soon = 200 * 4 ** execution.crashes): boolean {
    execution.crashes++;
    execution.revision++;
    const now = Date.now();
    const again = execution.crashes < most;
    if (again) execution.timers = setTimer(setTimer(execution.timers, "lease", null), "kick", now + soon);
    else {
      execution.error = { name: "TurnCrashedError", code: "turn-crashed", message: `the workflow could not be run, ${most} times in a row: ${message}` };
      end(execution, "failed", now);
    }
    this.save(execution);
    return again;
  }

  /** Ends a turn from outside: nothing of it counts any more. */
  fence(id: string): void {
    const current = this.#current.get(id);
    if (!current) return;
    this.#current.delete(id);
    endTurn(current.turn);
  }

  requestStop(id: string, stop: "pause"): void {
    const turn = this.#current.get(id)?.turn;
    if (!turn) return;
    turn.stop = stop;
    wake(turn);
  }

  /** A signal was stored: hand it to the running turn or begin one. */
  signalled(execution: Execution): void {
    const current = this.#current.get(execution.request.id);
    if (current) wake(current.turn);
    else void this.run(execution);
  }

  /** Resolves at the next end of this execution's turns, or after `ms`. */
  ended(id: string, ms: number): Promise<void> {
    return this.#watchers.wait(id, ms);
  }

  /** Tells the index how things stand. */
  async report(execution: Execution): Promise<void> {
    await this.platform.register(execution.request.tenant, indexEntry(execution));
    execution.registered = true;
    execution.reported = execution.revision;
  }
}
