/**
 * One execution in memory: runs its turns as the platform's object does and keeps what they
 * commit.
 *
 * Invariants
 * 1. At most one turn at a time; a turn that is over changes nothing (its port refuses).
 * 2. A turn's outcome and everything it had not committed are applied together.
 * 3. Every turn gets the journal as text: nothing but the journal outlives a turn.
 * @module
 */
import { decode, spilledIn } from "../schema/codec.ts";
import { type ErrorRecord, type ExecutionStatus, terminalStatuses } from "../schema/execution.ts";
import type { Divergence, Outcome, StepRecord, TurnInput, TurnResult } from "../schema/journal.ts";
import { defaultLimits } from "../schema/limits.ts";
import type { Frame, Scope } from "../runtime/ports.ts";
import { runTurn } from "../runtime/run-turn.ts";
import { TurnClock } from "./clock.ts";
import { inEnvironment, scope, type Surroundings } from "./environment.ts";
import { type Current, type Execution, type ExecutionState, type HostPorts, type Start, TurnOver } from "./execution.ts";
import { hostPort } from "./host-port.ts";
import { Journal } from "./journal.ts";

export class Host implements Execution {
  readonly start: Start;
  readonly journal: Journal;
  readonly ports: HostPorts;
  status: ExecutionStatus = "running";
  run = 1;
  turns = 0;
  mode: "run" | "rollback" = "run";
  output: string | null = null;
  error: ErrorRecord | null = null;
  divergence: Divergence | null = null;
  completedAt: number | null = null;
  /** The kit itself or the core failed: the test must hear of it. */
  broken: unknown = null;
  #input: string;
  #current: Current | null = null;

  constructor(start: Start, ports: HostPorts, from?: { state: ExecutionState; journal: Journal }) {
    this.start = start;
    this.ports = ports;
    this.journal = from?.journal ?? new Journal();
    this.#input = from?.state.input ?? start.input;
    if (!from) return;
    this.status = from.state.status;
    this.error = from.state.error;
    this.run = from.state.run;
    this.mode = from.state.mode;
  }

  get state(): ExecutionState {
    return { status: this.status, error: this.error, run: this.run, mode: this.mode, input: this.#input };
  }

  get running(): boolean {
    return this.#current !== null;
  }

  get terminal(): boolean {
    return terminalStatuses.includes(this.status);
  }

  /** The turn under way, once its code has run. */
  get turn(): Frame["turn"] | null {
    return this.#current?.turn ?? null;
  }

  /** When it has to be woken, in ms since the epoch. */
  nextWake(): number | null {
    if (this.terminal || this.status === "stalled") return null;
    const { createdAt, timeoutMs } = this.start;
    let wake = timeoutMs === null ? null : createdAt + timeoutMs;
    if (!this.running) for (const { due } of this.journal.openSteps()) if (due !== null && (wake === null || due < wake)) wake = due;
    return wake;
  }

  /** Its time has come: ends at its timeout, else runs a turn. */
  ring(): void {
    const { createdAt, timeoutMs } = this.start;
    const { clock } = this.ports;
    if (timeoutMs !== null && createdAt + timeoutMs <= clock.now()) {
      this.fence();
      const ended = new Date(createdAt + timeoutMs).toISOString();
      this.#end("failed", { name: "ExecutionTimeoutError", code: "execution-timeout", message: `the execution took longer than its timeout, which ended ${ended}` });
      this.#settled();
    } else this.begin();
  }

  /** Runs turns until the execution ends or waits. */
  begin(): void {
    if (this.#current || this.terminal) return;
    const current: Current = { fenced: false, seq: 0, wake: [], clock: new TurnClock(this.ports.clock), turn: null };
    this.#current = current;
    void this.#turns(current).catch((error: unknown) => {
      this.broken ??= error;
      if (this.#current === current) this.#current = null;
      this.ports.activity();
    });
  }

  async #turns(current: Current): Promise<void> {
    while (await this.#turn(current)) if (current.fenced) return;
    if (this.#current === current) this.#current = null;
    this.ports.activity();
  }

  /** True when the next turn should follow at once. */
  async #turn(current: Current): Promise<boolean> {
    this.turns++;
    let result: TurnResult;
    const place: Surroundings = { clock: this.ports.clock, fetch: (request, step) => (current.fenced ? new Promise(() => {}) : this.ports.fetch(request, this, step)) };
    const own: Scope = {
      run: (frame, callback) => {
        current.turn = frame.turn;
        return scope.run(frame, callback);
      },
      current: scope.current,
    };
    try {
      result = await inEnvironment(place, () => runTurn(this.#turnInput(current), hostPort(this, current), this.ports.program, current.clock, own));
    } catch (error) {
      if (current.fenced || error instanceof TurnOver) return false;
      throw error;
    }
    this.ports.activity();
    if (current.fenced) return false;
    this.journal.apply(result.batch);
    this.#apply(result.outcome);
    this.ports.committed?.(this);
    if (this.ports.fault?.("turn-end", this)) {
      this.crash();
      return false;
    }
    this.#settled();
    if (result.outcome.type === "continued") return true;
    return result.outcome.type === "suspended" && this.journal.signals(current.seq).length > 0;
  }

  #turnInput(current: Current): TurnInput {
    const { id, workflowId, version, createdAt, trigger } = this.start;
    const signals = this.journal.signals(0);
    current.seq = signals.at(-1)?.seq ?? 0;
    return {
      executionId: id, workflowId, version, createdAt, trigger, turn: this.turns, run: this.run, generation: 1, now: this.ports.clock.now(), input: this.#input,
      steps: this.journal.text(), signals, mode: this.mode, durable: true, limits: { ...defaultLimits, ...this.ports.limits },
    };
  }

  #apply(outcome: Outcome): void {
    switch (outcome.type) {
      case "completed":
        this.output = outcome.output;
        return this.#end("completed", null);
      case "failed":
        return this.#end("failed", outcome.error);
      case "cancelled":
        return this.#end("cancelled", this.error);
      case "stalled":
        this.status = "stalled";
        this.divergence = outcome.divergence;
        return;
      case "paused":
        this.status = "paused";
        return;
      case "continued":
        this.run++;
        this.#input = outcome.input;
        this.journal.forgetSteps();
        return;
      case "suspended":
        this.status = waitingStatus(this.journal.openSteps());
    }
  }

  #end(status: ExecutionStatus, error: ErrorRecord | null): void {
    this.status = status;
    this.error = error;
    this.completedAt = this.ports.clock.now();
  }

  #settled(): void {
    if (this.terminal) this.ports.ended(this);
    else this.startChildren();
  }

  startChildren(): void {
    for (const step of this.journal.openSteps()) {
      if (step.kind !== "invoke" || step.detail?.child !== undefined) continue;
      this.journal.setDetail(step.key, { ...step.detail, child: this.ports.startChild(this, step) });
    }
  }

  /** Something arrived; false when it had arrived before or nobody takes it any more. */
  signal(channel: string, payload: string, dedupe: string | null = null): boolean {
    if (this.terminal || !this.journal.addSignal(channel, payload, this.ports.clock.now(), dedupe)) return false;
    this.ports.activity();
    if (this.#current) for (const wake of this.#current.wake.splice(0)) wake();
    else if (this.status !== "stalled" && this.status !== "paused") this.begin();
    return true;
  }

  cancel(rollback: boolean, reason: string): void {
    this.fence();
    this.error = { name: "CancelledError", code: "cancelled", message: reason };
    if (rollback) {
      this.mode = "rollback";
      this.status = "running";
      this.begin();
    } else {
      this.#end("cancelled", this.error);
      this.#settled();
    }
  }

  /** Ends the turn under way: nothing of it counts any more. */
  fence(): void {
    const current = this.#current;
    if (!current) return;
    current.fenced = true;
    current.clock.dispose();
    this.#current = null;
    for (const wake of current.wake.splice(0)) wake();
    current.turn?.abort(new TurnOver("this turn is over"));
  }

  /** The process dies and comes back: what is durable goes on. */
  crash(): void {
    this.fence();
    if (this.terminal || this.status === "stalled") this.#settled();
    else this.begin();
  }

  /** A stored value as the workflow had it. */
  read(text: string | null): unknown {
    if (text === null) return undefined;
    const spilled = spilledIn(text);
    if (!spilled) return decode(text);
    const bytes = this.journal.blobs.get(spilled.key);
    return spilled.form === "stream" ? bytes : decode(new TextDecoder().decode(bytes));
  }
}

function waitingStatus(open: StepRecord[]): ExecutionStatus {
  const waiting = open.filter(({ status }) => status === "waiting");
  if (waiting.some(({ kind }) => kind === "approval")) return "pending_approval";
  if (waiting.some(({ kind }) => kind === "event" || kind === "invoke")) return "waiting";
  return "sleeping";
}
