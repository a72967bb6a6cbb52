/**
 * One turn: the workflow function replayed along its history and then run on, until it
 * ends or only waits.
 *
 * Invariants
 * 1. While the history is not exhausted nothing new may be asked for; a mismatch stalls the
 *    execution instead of guessing.
 * 2. Ends are handed over in recorded order, live ones in the order they happen; every end
 *    gets its ordinal at that moment.
 * 3. No attempt starts before the history is exhausted.
 * 4. Before an effect leaves, everything that happened earlier is durable ({@link barrier}).
 * 5. After {@link finish} the workflow's code gets no further answers.
 *
 * Owns: the open steps, the log position, the buffer. Does not own: time, storage,
 * identity (ports and TurnInput).
 * @module
 */
import type { Retries, StepContext } from "../authoring/step.ts";
import type { ErrorRecord } from "../schema/execution.ts";
import type { Divergence, HostPort, Outcome, StepDetail, StepRecord, TurnInput, TurnResult } from "../schema/journal.ts";
import { activate } from "./attempts.ts";
import { Buffer } from "./buffer.ts";
import { FatalError, fromErrorRecord, toErrorRecord } from "./failures.ts";
import { History, type LogEntry } from "./history.ts";
import type { Account, Clock, Scope } from "./ports.ts";
import { SeededRandom } from "./random.ts";
import { policyOf } from "./retry.ts";
import { Values } from "./values.ts";
import { Waits } from "./waits.ts";

export interface Open {
  step: StepRecord;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Goes on with the step once the history is exhausted. */
  activate(open: Open): void;
}

export interface StepSpec {
  key: string;
  name: string;
  count: number;
  kind: StepRecord["kind"];
  due: number | null;
  detail: StepDetail | null;
  activate(open: Open): void;
}

const never = new Promise<never>(() => {});
/** Progress shows, and little is repeated after a crash. */
const flushEveryMs = 100;
/** How long a workflow may await something that is no step before it is called stuck. */
const stuckAfterMs = 5_000;

export class Turn {
  readonly input: TurnInput;
  readonly history: History;
  readonly buffer = new Buffer();
  readonly values: Values;
  readonly waits: Waits;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly scope: Scope;
  readonly defaults: Retries | undefined;
  /** Filled in by the guard that runs in tenant code. */
  readonly account: Account;
  readonly result: Promise<TurnResult>;
  /** Time outside steps: that of the latest end. */
  now: number;
  live = false;
  finished = false;
  requests = 0;
  readonly #host: HostPort;
  readonly #open = new Map<string, Open>();
  readonly #counts = new Map<string, number>();
  readonly #stops: Array<() => void> = [];
  #resolve!: (result: TurnResult) => void;
  #reject!: (error: unknown) => void;
  #ordinal: number;
  #steps: number;
  #running = 0;
  #activity = 0;
  #watching = false;
  #pumping = false;
  #durable: boolean;
  #committing: Promise<void> = Promise.resolve();
  #ticker: (() => void) | null = null;
  #stopping: "pause" | null = null;
  #takeOver: (() => void) | null = null;
  #quiet: Array<() => void> = [];
  /** Steps that ended in this turn. */
  readonly #ended = new Map<string, StepRecord>();
  /** Set while rollbacks run: the workflow's own code gets no more answers. */
  undoing = false;

  constructor(input: TurnInput, host: HostPort, clock: Clock, scope: Scope, defaults: Retries | undefined, account: Account) {
    this.account = account;
    this.input = input;
    this.#host = host;
    this.clock = clock;
    this.scope = scope;
    this.defaults = defaults;
    this.history = new History(input.steps);
    this.values = new Values(host, input.turn, input.limits);
    this.random = new SeededRandom(`${input.executionId}:${input.run}`);
    this.now = input.createdAt;
    this.#ordinal = this.history.nextOrdinal;
    this.#steps = this.history.size;
    this.#durable = input.durable;
    this.waits = new Waits(this, host, input.signals);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** `name` and how often it was asked for: what identifies a step over replays. */
  nextKey(name: string): { key: string; count: number } {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return { key: `${name}-${count}`, count };
  }

  /** A step the runtime makes by itself for an effect outside any step. */
  implicitStep(name: string, body: (ctx: StepContext) => Promise<unknown>): Promise<unknown> {
    const id = this.nextKey(name);
    const policy = policyOf({}, this.defaults);
    return this.request({ name, ...id, kind: "do", due: null, detail: null, activate: (open) => activate(this, open, policy, body) });
  }

  /** The workflow asks for a step; the promise settles with its outcome, recorded or new. */
  request(spec: StepSpec): Promise<unknown> {
    if (this.finished || (this.undoing && spec.kind !== "rollback")) return never;
    this.#activity++;
    const known = this.history.find(spec.key);
    if (known === undefined && !this.history.exhausted) return this.#diverge(`${spec.kind} step "${spec.key}"`);
    if (known !== undefined && known.kind !== spec.kind) return this.#diverge(`${spec.kind} step "${spec.key}"`, known);
    if (known === undefined && this.#stopping) return never;
    return new Promise((resolve, reject) => {
      const open: Open = { step: known ?? this.#create(spec), resolve, reject, activate: spec.activate };
      this.#open.set(spec.key, open);
      this.history.request(spec.key);
      if (known === undefined) this.#begin(open);
      else this.pump();
    });
  }

  #create(spec: StepSpec): StepRecord {
    if (++this.#steps > this.input.limits.steps)
      this.fail(new FatalError("step-limit", `the execution asked for more than ${this.input.limits.steps} steps: use step.continueAsNew to begin a fresh history`));
    const now = this.clock.now();
    const { key, name, count, kind, due, detail } = spec;
    const status = kind === "do" || kind === "rollback" ? "running" : "waiting";
    const step: StepRecord = { key, name, count, kind, status, started: this.#ordinal++, ended: null, attempt: 0, startedAt: now, endedAt: null, due, output: null, error: null, detail };
    this.buffer.touch(step);
    return step;
  }

  #begin(open: Open): void {
    if (this.finished) return;
    open.activate(open);
    this.watch();
  }

  /** Hands over recorded ends in order; goes live at the end of the history. */
  pump(): void {
    if (this.#pumping || this.finished || this.live) return;
    const entry = this.history.advance();
    if (entry) {
      this.#pumping = true;
      this.#deliver(entry);
    } else if (this.#takeOver && (this.history.exhausted || this.history.onlyUndoingLeft)) {
      const takeOver = this.#takeOver;
      this.#takeOver = null;
      this.live = this.history.exhausted;
      takeOver();
    } else if (this.history.exhausted) {
      this.goLive();
    } else {
      this.watch();
    }
  }

  #deliver({ step }: LogEntry): void {
    const open = this.#open.get(step.key);
    this.#open.delete(step.key);
    this.#activity++;
    this.now = step.endedAt ?? this.now;
    // Two microtasks: the awaiting code moves before the next end is handed over.
    const next = (): void => {
      this.#pumping = false;
      this.pump();
    };
    const settle = (value: unknown): void => {
      open?.resolve(value);
      queueMicrotask(() => queueMicrotask(next));
    };
    if (step.status === "failed") {
      open?.reject(fromErrorRecord(step.error ?? { name: "Error", message: "the step failed" }));
      queueMicrotask(() => queueMicrotask(next));
      return;
    }
    const value = this.values.load(step.output);
    if (value instanceof Promise) value.then(settle, (error: unknown) => this.abort(error));
    else settle(value);
  }

  /** Called instead of going on with the workflow's own steps: a cancelled execution undoes. */
  onLive(takeOver: () => void): void {
    this.#takeOver = takeOver;
  }

  goLive(): void {
    if (this.live || this.finished) return;
    this.live = true;
    for (const open of this.#open.values()) open.activate(open);
    this.watch();
  }

  /** A step that ended, or that a crash cut off midway; undefined when it never began. */
  outcomeOf(key: string): StepRecord | undefined {
    return this.#ended.get(key) ?? this.history.find(key);
  }

  /** Resolves when no attempt is running. */
  quiet(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => this.#quiet.push(resolve));
  }

  /** From here on only rollbacks get answers; what else is open is given up. */
  beginUndoing(): void {
    this.undoing = true;
    for (const [key, { step }] of this.#open) {
      if (step.kind === "rollback") continue;
      this.#open.delete(key);
      this.waits.drop(key);
      if (step.ended !== null || !this.live) continue;
      step.status = "cancelled";
      step.due = null;
      this.buffer.touch(step);
    }
  }

  /** A line of the execution's log; the workflow's own lines are not repeated on replay. */
  log(level: "debug" | "info" | "warn" | "error", message: string, step: string | null = null): void {
    if (!this.finished && (this.live || step !== null)) this.buffer.log({ at: this.clock.now(), level, message, step });
  }

  /** A live step has ended: its ordinal, its row, its waiter. */
  settle(open: Open, end: { output: string | null; value: unknown } | { error: ErrorRecord }): void {
    const { step } = open;
    if (this.finished || this.#open.get(step.key) !== open) return;
    this.#activity++;
    this.#open.delete(step.key);
    this.#ended.set(step.key, step);
    step.ended = this.#ordinal++;
    step.endedAt = this.clock.now();
    step.due = null;
    this.now = step.endedAt;
    if ("error" in end) {
      step.status = "failed";
      step.error = end.error;
      open.reject(fromErrorRecord(end.error));
    } else {
      step.status = "completed";
      step.output = end.output;
      open.resolve(end.value);
    }
    this.buffer.touch(step);
    this.watch();
  }

  /** An attempt runs; undone by {@link leave}. */
  enter(): void {
    this.#running++;
    this.#ticker ??= this.clock.timer(flushEveryMs, () => this.#tick());
  }

  leave(): void {
    this.#running--;
    if (this.#running === 0 && this.#ticker) {
      this.#ticker();
      this.#ticker = null;
    }
    if (this.#running === 0) for (const resolve of this.#quiet.splice(0)) resolve();
    this.watch();
  }

  #tick(): void {
    this.#ticker = null;
    if (this.finished || this.#running === 0) return;
    this.#ticker = this.clock.timer(flushEveryMs, () => this.#tick());
    if (!this.buffer.empty) void this.flush();
    this.waits.listen();
  }

  /** Everything so far durable before an effect leaves. */
  async barrier(): Promise<void> {
    if (this.buffer.holdsOutcomes || !this.#durable) await this.flush();
    else await this.#committing;
    if (this.finished) await never;
  }

  flush(): Promise<void> {
    const batch = this.buffer.take();
    this.#durable = true;
    const done = this.#committing.then(async () => {
      const reply = await this.#host.commit(this.input.turn, batch);
      this.stop(reply.stop);
    });
    this.#committing = done.catch((error: unknown) => this.abort(error));
    return done;
  }

  /** The host wants the turn to end at the next step boundary. */
  stop(reason: "pause" | null): void {
    if (reason === null || this.#stopping) return;
    this.#stopping = reason;
    this.watch();
  }

  get stopping(): boolean {
    return this.#stopping !== null;
  }

  get running(): number {
    return this.#running;
  }

  openSteps(): Iterable<Open> {
    return this.#open.values();
  }

  /** Looks, once the dust has settled, whether the turn has anything left to do. */
  watch(): void {
    if (this.#watching || this.finished || this.#running > 0) return;
    this.#watching = true;
    void this.#settleDown();
  }

  async #settleDown(): Promise<void> {
    const began = this.clock.now();
    let seen = this.#activity;
    while (!this.finished && this.#running === 0) {
      const moved = seen !== this.#activity;
      seen = this.#activity;
      await this.clock.settle();
      if (moved || this.finished || this.#running > 0 || seen !== this.#activity) continue;
      if (this.account.exceeded) return this.fail(this.account.exceeded);
      if (this.live && (this.#open.size > 0 || this.#stopping)) {
        this.waits.wake();
        if (seen === this.#activity && !this.finished) return this.finish({ type: this.#stopping ? "paused" : "suspended" });
      } else if (this.clock.now() - began > stuckAfterMs) {
        return this.#stuck();
      }
    }
    this.#watching = false;
  }

  #stuck(): void {
    if (!this.history.exhausted) return void this.#diverge("nothing: the workflow awaits something else");
    this.fail(new FatalError("stuck", "the workflow awaits something that is no step and never comes: wrap it in step.do, or use step.sleep and step.waitForEvent"));
  }

  /** The workflow's function has returned or thrown although the history goes on. */
  divergedAtEnd(found: string): boolean {
    if (this.history.exhausted) return false;
    void this.#diverge(found);
    return true;
  }

  #diverge(found: string, known?: StepRecord): Promise<never> {
    const head = this.history.head;
    const expected = known ? `${known.kind} step "${known.key}"` : head ? History.describe(head) : "the end of the history";
    const divergence: Divergence = {
      at: known?.started ?? head?.ordinal ?? 0,
      expected,
      found,
      hint: "The code asks for other steps than it did before. Deploy changed code as a new version (running executions keep theirs), and keep decisions outside steps free of anything that differs between runs.",
    };
    this.finish({ type: "stalled", divergence });
    return never;
  }

  fail(error: unknown): void {
    this.finish({ type: "failed", error: toErrorRecord(error) });
  }

  finish(outcome: Outcome): void {
    if (this.finished) return;
    this.finished = true;
    for (const stop of this.#stops) stop();
    this.#ticker?.();
    if (outcome.type !== "suspended" && outcome.type !== "paused" && outcome.type !== "stalled") this.#abandon();
    this.waits.close();
    void this.#committing.then(() => this.#resolve({ outcome, batch: this.buffer.take() }));
  }

  /** Steps nobody waits for any more. */
  #abandon(): void {
    for (const { step } of this.#open.values()) {
      step.status = "cancelled";
      step.due = null;
      this.buffer.touch(step);
    }
  }

  /** Called when the turn ends. */
  onFinish(stop: () => void): void {
    this.#stops.push(stop);
  }

  /** The host is gone or refuses this turn: nothing of it counts any more. */
  abort(error: unknown): void {
    if (this.finished) return;
    this.finished = true;
    for (const stop of this.#stops) stop();
    this.#ticker?.();
    this.waits.close();
    this.#reject(error);
  }
}
