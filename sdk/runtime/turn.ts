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
import type { Retries } from "../authoring/step.ts";
import type { HostPort, Outcome, StepRecord, TurnInput } from "../schema/journal.ts";
import { act } from "./act.ts";
import { Buffer } from "./buffer.ts";
import { Commits } from "./commits.ts";
import type { Account, Clock, End, Open, Scope, StepSpec, TurnCore, Wait } from "./core.ts";
import { Ending } from "./ending.ts";
import { FatalError, fromErrorRecord, toErrorRecord } from "./failures.ts";
import { History, type LogEntry, stepTitle } from "./history.ts";
import { OpenSteps } from "./open-steps.ts";
import { SeededRandom } from "./random.ts";
import { Handover } from "./handover.ts";
import { Replay } from "./replay.ts";
import { Running } from "./running.ts";
import { soonOf } from "./soon.ts";
import { Stillness } from "./stillness.ts";
import { Values } from "./values.ts";
import { Waits } from "./waits.ts";

const never = new Promise<never>(() => {});

export class Turn implements TurnCore {
  readonly input: TurnInput;
  readonly history: History;
  readonly buffer = new Buffer();
  readonly values: Values;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly scope: Scope;
  readonly defaults: Retries | undefined;
  readonly account: Account;
  readonly steps: OpenSteps;
  readonly running: Running;
  now: number;
  undoing = false;
  requests = 0;
  readonly ending = new Ending();
  readonly act: TurnCore["act"];
  readonly #commits: Commits;
  readonly #waits: Waits;
  readonly #stillness: Stillness;
  readonly replay: Replay;
  readonly #handover = new Handover(() => this.pump());
  #activity = 0;
  #stopping: "pause" | null = null;

  constructor(input: TurnInput, host: HostPort, clock: Clock, scope: Scope, defaults: Retries | undefined, account: Account) {
    this.input = input;
    this.act = (action, params, key) => act(this, host, action, params, key);
    this.clock = clock;
    this.scope = scope;
    this.defaults = defaults;
    this.account = account;
    this.history = new History(input.steps);
    this.values = new Values(host, input.turn, input.limits, input.steps.length);
    this.random = new SeededRandom(input.seed ?? `${input.executionId}:${input.run}`);
    this.now = input.createdAt;
    this.steps = new OpenSteps(this.buffer, this.history);
    const soon = soonOf(() => this.finished);
    this.running = new Running(clock, { soon, onBeat: () => this.#onBeat(), onQuiet: () => this.#stillness.watch() });
    this.replay = new Replay({
      history: this.history,
      handover: this.#handover,
      finished: () => this.finished,
      deliver: (entry) => this.#deliver(entry),
      onWaiting: () => this.#stillness.watch(),
      onLive: () => input.rehearse || this.steps.activate(),
    });
    this.#stillness = new Stillness({
      clock, soon, rehearses: input.rehearse === true,
      busy: () => this.finished || this.running.count > 0,
      activity: () => this.#activity,
      onStill: () => this.#onStill(),
      onStuck: () => this.#onStuck(),
    });
    this.#waits = new Waits(this, host, input.signals);
    this.#commits = new Commits(this.buffer, host, input, ({ stop }) => this.stop(stop), (error) => this.abort(error));
    this.ending.onFinish(() => this.running.stop());
    this.ending.onFinish(() => this.#waits.close());
  }

  get finished(): boolean {
    return this.ending.finished;
  }

  /** The workflow asks for a step; the promise settles with its outcome, recorded or new. */
  request(spec: StepSpec): Promise<unknown> {
    if (this.finished || (this.undoing && spec.kind !== "rollback")) return never;
    this.#activity++;
    const known = this.history.find(spec.key);
    if (known === undefined && !this.history.exhausted) {
      if (!this.history.overtaken) return this.#diverge(stepTitle(spec));
      // It ran ahead of ends that had come before it: it begins when they are handed over.
      return new Promise((resolve) => this.replay.early.push(() => resolve(this.request(spec))));
    }
    if (known !== undefined && known.kind !== spec.kind) return this.#diverge(stepTitle(spec), known);
    // A rehearsal ends where the history does.
    if (known === undefined && this.input.rehearse) return this.#diverge(stepTitle(spec));
    if (known === undefined && this.steps.total >= this.input.limits.steps) return this.#tooMany();
    if (known === undefined && (this.#stopping || this.replay.takeOver)) return never;
    return new Promise((resolve, reject) => {
      const open: Open = { step: this.steps.find(known, spec, this.clock.now()), resolve, reject, activate: spec.activate };
      this.steps.add(open);
      if (known === undefined) return this.#begin(open);
      this.history.request(spec.key);
      this.pump();
    });
  }

  #begin(open: Open): void {
    if (this.replay.live) open.activate(open);
    // Steps that a crash cut off midway go on together with the first new one.
    else this.replay.goLive();
    this.#stillness.watch();
  }

  #tooMany(): Promise<never> {
    this.fail(new FatalError("step-limit", `the execution asked for more than ${this.input.limits.steps} steps: use step.continueAsNew to begin a fresh history`));
    return never;
  }

  pump(): void {
    this.replay.pump();
  }

  #deliver({ step }: LogEntry): Promise<void> | void {
    const open = this.steps.take(step.key);
    this.#activity++;
    this.now = step.endedAt ?? this.now;
    if (step.status === "failed") return open?.reject(fromErrorRecord(step.error ?? { name: "Error", message: "the step failed" }));
    const value = this.values.load(step.output);
    if (value instanceof Promise) return value.then((loaded) => open?.resolve(loaded)).catch((error: unknown) => this.abort(error));
    open?.resolve(value);
  }

  wait(wait: Wait): void {
    this.#waits.add(wait);
  }

  /** A live step has ended: its ordinal, its row, its waiter. */
  settle(open: Open, end: End): void {
    if (this.finished) return;
    this.#handover.offer(() => {
      if (!this.steps.end(open, end, this.clock.now())) return;
      this.#activity++;
      this.now = open.step.endedAt ?? this.now;
    });
    this.#stillness.watch();
  }

  /** A step that ended, or that a crash cut off midway; undefined when it never began. */
  outcomeOf(key: string): StepRecord | undefined {
    return this.steps.ended(key) ?? this.history.find(key);
  }

  #onBeat(): void {
    if (this.finished) return;
    if (!this.buffer.empty) void this.#commits.flush();
    this.#waits.listen();
  }

  /** Everything so far durable before an effect leaves. */
  async barrier(): Promise<void> {
    await this.#commits.barrier();
    if (this.finished) await never;
  }

  /** The host wants the turn to end at the next step boundary. */
  stop(reason: "pause" | null): void {
    if (reason === null || this.#stopping) return;
    this.#stopping = reason;
    this.#stillness.watch();
  }

  /** From here on only rollbacks get answers; what else is open is given up. */
  beginUndoing(): void {
    this.undoing = true;
    for (const key of this.steps.giveUp(({ kind }) => kind !== "rollback", this.replay.live)) this.#waits.drop(key);
  }

  /** A line of the execution's log; the workflow's own lines are not repeated on replay. */
  log(level: "debug" | "info" | "warn" | "error", message: string, step: string | null = null): void {
    if (!this.finished && (this.replay.live || this.history.exhausted || step !== null)) this.buffer.log({ at: this.clock.now(), level, message, step });
  }

  /** Called when nothing moves any more: true when the turn has ended by it. */
  #onStill(): boolean {
    if (this.account.exceeded) {
      this.fail(this.account.exceeded);
      return true;
    }
    if (!this.replay.live || (this.steps.size === 0 && !this.#stopping)) return false;
    const seen = this.#activity;
    this.#waits.wake();
    if (seen === this.#activity && this.running.count === 0) this.finish({ type: this.#stopping ? "paused" : "suspended" });
    return this.finished;
  }

  #onStuck(): void {
    if (this.history.exhausted) this.fail(new FatalError("stuck", "the workflow awaits something that is no step and never comes: wrap it in step.do, or use step.sleep and step.waitForEvent"));
    else void this.#diverge(this.steps.askedEarly(this.history.head) ?? "nothing: the workflow awaits something else");
  }

  /** The workflow's function has returned or thrown although the history goes on. */
  divergedAtEnd(found: string): boolean {
    if (this.history.exhausted || this.history.overtaken) return false;
    void this.#diverge(found);
    return true;
  }

  #diverge(found: string, known?: StepRecord): Promise<never> {
    this.finish({ type: "stalled", divergence: this.history.divergence(found, known) });
    return never;
  }

  fail(error: unknown): void {
    this.finish({ type: "failed", error: toErrorRecord(error) });
  }

  finish(outcome: Outcome): void {
    if (this.finished) return;
    this.#handover.drain();
    this.ending.begin();
    // Steps nobody waits for any more.
    if (["completed", "failed", "cancelled"].includes(outcome.type)) this.steps.giveUp(() => true, true);
    void this.#commits.settled().then(() => this.ending.resolve({ outcome, batch: this.buffer.take() }));
  }

  /** The host is gone or refuses this turn: nothing of it counts any more. */
  abort(error: unknown): void {
    if (this.ending.begin()) this.ending.reject(error);
  }
}
