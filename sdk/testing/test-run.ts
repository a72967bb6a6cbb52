/**
 * What a test sees of an execution and does to it.
 * @module
 */
import { type Duration, durationMs } from "../authoring/duration.ts";
import { encode } from "../schema/codec.ts";
import type { ErrorRecord, ExecutionStatus, StepKind, StepStatus } from "../schema/execution.ts";
import type { ApprovalSignal } from "../schema/approval.ts";
import type { Divergence, LogRow } from "../schema/journal.ts";
import type { Acted, SentEvent } from "./acts.ts";
import { entityAtPath, type TestRecord } from "./crm/records.ts";
import type { Effect } from "./effects.ts";
import type { Host } from "./host.ts";
import type { Steering } from "./steer.ts";
import type { World } from "./world.ts";

export interface TestStep {
  /** `name-count`. */
  key: string;
  name: string;
  count: number;
  kind: StepKind;
  status: StepStatus;
  attempt: number;
  output: unknown;
  error: ErrorRecord | null;
  startedAt: Date;
  endedAt: Date | null;
  /** When a sleep, a retry or a timeout is due. */
  due: Date | null;
}

/** The decision of one person. */
export interface TestVote {
  decision: "approved" | "rejected";
  comment?: string | null;
  decidedBy?: string | null;
  onBehalfOf?: string;
  /** To the approval's form. */
  answers?: unknown;
}

/** The decision that counts. */
export interface TestDecision extends TestVote {
  /** All that were given, where it took several; left out, this one alone. */
  votes?: readonly TestVote[];
}

function decisionSignal({ decision, comment = null, decidedBy = null, answers = null }: TestVote, votes: readonly TestVote[], at: Date): ApprovalSignal {
  const all = votes.map((one) => ({ user: one.decidedBy ?? "somebody", decision: one.decision, comment: one.comment ?? null, at, on_behalf_of: one.onBehalfOf ?? null, answers: one.answers ?? null }));
  return { decision, comment, decided_by: decidedBy, answers, votes: all };
}

const dateOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

const hosts = new WeakMap<TestRun, Host>();

/** The execution behind a run, for tests of the runtime itself. */
export function hostOf(run: TestRun): Host {
  const host = hosts.get(run);
  if (!host) throw new TypeError("no run of this kit");
  return host;
}

export class TestRun<Output = unknown> {
  readonly #world: World;
  readonly #host: Host;

  constructor(world: World, host: Host) {
    this.#world = world;
    this.#host = host;
    hosts.set(this, host);
  }

  get id(): string {
    return this.#host.start.id;
  }

  get status(): ExecutionStatus {
    return this.#host.running ? "running" : this.#host.status;
  }

  /** What the workflow returned; undefined until it has completed. */
  get output(): Output | undefined {
    return this.#host.journal.read(this.#host.output) as Output | undefined;
  }

  get error(): ErrorRecord | null {
    return this.#host.error;
  }

  /** Why a stalled execution stalled. */
  get divergence(): Divergence | null {
    return this.#host.divergence;
  }

  /** In the order they were asked for. Durable ones: a step under way may be missing. */
  get steps(): TestStep[] {
    return this.#host.journal.steps().map(({ key, name, count, kind, status, attempt, output, error, startedAt, endedAt, due }) => ({
      key, name, count, kind, status, attempt, output: this.#host.journal.read(output), error, startedAt: new Date(startedAt), endedAt: dateOrNull(endedAt), due: dateOrNull(due),
    }));
  }

  /** Lines of console.*, and of the runtime. */
  get logs(): LogRow[] {
    return [...this.#host.journal.logs];
  }

  /** Requests of the execution and its children, in order. */
  get effects(): Effect[] {
    return [...this.#world.effects];
  }

  /** Virtual time. */
  get now(): Date {
    return new Date(this.#world.clock.now());
  }

  /** Moves time on; whatever falls due on the way happens in order. */
  async advance(duration: Duration): Promise<void> {
    await this.#world.advanceTo(this.#world.clock.now() + durationMs(duration));
    await this.#world.settle();
  }

  /** Sends an event. @throws Error when the execution has ended. */
  async send(type: string, payload?: unknown): Promise<void> {
    if (this.#host.terminal) throw new Error(`the execution is ${this.#host.status}: it takes no more events`);
    this.#world.signal(this.#host, `event:${type}`, encode(payload));
    await this.#world.settle();
  }

  /**
   * Something happens in the tenant: steps of this test's executions that wait for such an event
   * (`waitForEvent` with `match`) go on when it fits.
   * @param data as JSON has it
   */
  async publish(type: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#world.publish(type, data);
    await this.#world.settle();
  }

  /** Events that `step.sendEvent` sent, of the execution and its children, in order. */
  get sent(): SentEvent[] {
    return [...this.#world.acts.events];
  }

  /** What `crm` and `actions` did, of the execution and its children, in order. Requests are among {@link effects}. */
  get acted(): Acted[] {
    return [...this.#world.acts.acted];
  }

  /** The tenant's records as they are now. @param path such as `leads` */
  records(path: string): TestRecord[] {
    return this.#world.acts.records.all(path);
  }

  /**
   * Somebody changes a record meanwhile: steps that wait for such an event hear of it.
   * @throws ActionRefusedError when there is none
   */
  async change(path: string, id: string, change: Readonly<Record<string, unknown>>): Promise<TestRecord> {
    const changed = this.#world.acts.records.update(entityAtPath(path), id, change);
    await this.#world.settle();
    return changed;
  }

  /** Decides a pending approval, named by its step's key or name. @throws Error when there is none. */
  async decide(approval: string, { votes, ...vote }: TestDecision): Promise<void> {
    const pending = this.#host.journal.openSteps().filter(({ kind }) => kind === "approval");
    const step = pending.find(({ key }) => key === approval) ?? pending.find(({ name }) => name === approval);
    if (!step) throw new Error(`no approval "${approval}" is pending${pending.length > 0 ? `; pending are ${pending.map(({ key }) => key).join(", ")}` : ""}`);
    this.#world.signal(this.#host, `approval:${step.key}`, encode(decisionSignal(vote, votes ?? [vote], this.now)), `approval:${step.key}:${this.#host.era}`);
    await this.#world.settle();
  }

  /** Cancels; with `rollback`, the handlers of what was done run first. @throws Error when the execution has ended. */
  async cancel({ rollback = false, reason = "cancelled" }: { rollback?: boolean; reason?: string } = {}): Promise<void> {
    await this.#steer({ verb: "cancel", rollback, reason });
  }

  /** Pauses at the next step boundary: steps under way end first. @throws Error when the execution has ended. */
  async pause(): Promise<void> {
    await this.#steer({ verb: "pause" });
  }

  /** Goes on after a pause. @throws Error when the execution is not paused. */
  async resume(): Promise<void> {
    await this.#steer({ verb: "resume" });
  }

  /**
   * Goes on from the failed step, or begins again from the step `from`, named by its key or
   * name; later steps are forgotten.
   * @throws Error when the execution has not failed, stalled or been cancelled and no step is named
   */
  async retry({ from }: { from?: string } = {}): Promise<void> {
    await this.#steer({ verb: "retry", from: from === undefined ? null : this.#keyOf(from) });
  }

  async #steer(steering: Steering): Promise<void> {
    this.#world.steer(this.#host, steering);
    await this.#world.settle();
  }

  #keyOf(step: string): string {
    const steps = this.#host.journal.steps();
    const named = steps.filter(({ name }) => name === step);
    if (steps.some(({ key }) => key === step) || named.length === 0) return step;
    if (named.length > 1) throw new Error(`${named.length} steps are called "${step}": name one by its key, ${named.map(({ key }) => key).join(", ")}`);
    return named[0]?.key ?? step;
  }

  /** The child execution of an invoke step, named by its key or name. @throws Error when there is none. */
  child(step: string): TestRun {
    const children = this.#world.members.filter(({ parent }) => parent?.host === this.#host);
    // The newest: a retry from an earlier step starts another.
    const child = children.findLast(({ parent }) => parent?.stepKey === step) ?? children.findLast(({ parent }) => parent?.stepKey.replace(/-\d+$/, "") === step);
    if (!child) throw new Error(`step "${step}" has started no child execution${children.length > 0 ? `; these have: ${children.map(({ parent }) => parent?.stepKey).join(", ")}` : ""}`);
    return new TestRun(this.#world, child.host);
  }
}
