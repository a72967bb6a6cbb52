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
import { type ErrorRecord, type ExecutionStatus, terminalStatuses } from "../schema/execution.ts";
import type { Batch, Divergence, Outcome, TurnInput, TurnResult } from "../schema/journal.ts";
import { defaultLimits } from "../schema/limits.ts";
import type { Frame, Scope } from "../runtime/ports.ts";
import { runTurn } from "../runtime/run-turn.ts";
import { TurnClock } from "./clock.ts";
import { inEnvironment, scope, type Surroundings } from "./environment.ts";
import { lateChildren } from "./child-end.ts";
import { type Current, type Execution, type ExecutionState, type HostPorts, newState, type Start, TurnOver, waitingStatus } from "./execution.ts";
import { hostPort } from "./host-port.ts";
import { Journal } from "./journal.ts";

export class Host implements Execution {
  readonly start: Start;
  readonly journal: Journal;
  readonly ports: HostPorts;
  readonly state: ExecutionState;
  turns = 0;
  output: string | null = null;
  divergence: Divergence | null = null;
  completedAt: number | null = null;
  /** The kit itself or the core failed: the test must hear of it. */
  broken: unknown = null;
  #current: Current | null = null;

  constructor(start: Start, ports: HostPorts, from?: { state: ExecutionState; journal: Journal }) {
    this.start = start;
    this.ports = ports;
    this.journal = from?.journal ?? new Journal();
    this.state = { ...(from?.state ?? newState(start)) };
  }

  get status(): ExecutionStatus {
    return this.state.status;
  }

  get error(): ErrorRecord | null {
    return this.state.error;
  }

  /** Names a stretch in which attempts of a step count from the same beginning. */
  get era(): string {
    return `${this.state.run}.${this.state.retries}`;
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
    if (this.terminal || this.status === "stalled" || this.status === "paused") return null;
    let wake = this.state.timeoutAt;
    if (!this.running) for (const { due } of this.journal.openSteps()) if (due !== null && (wake === null || due < wake)) wake = due;
    return wake;
  }

  /** Its time has come: ends at its timeout, else runs a turn. */
  ring(): void {
    const { timeoutAt } = this.state;
    if (timeoutAt !== null && timeoutAt <= this.ports.clock.now()) {
      this.fence();
      this.end("failed", { name: "ExecutionTimeoutError", code: "execution-timeout", message: `the execution took longer than its timeout, which ended ${new Date(timeoutAt).toISOString()}` });
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
        if (this.state.pausing) frame.turn.stop("pause");
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
    this.apply(result.batch);
    this.#conclude(result.outcome);
    this.ports.committed?.(this);
    if (this.ports.fault?.("turn-end", this)) {
      this.crash();
      return false;
    }
    this.#settled();
    if (result.outcome.type === "continued") return true;
    return result.outcome.type === "suspended" && this.status !== "paused" && this.journal.signals(current.seq).length > 0;
  }

  #turnInput(current: Current): TurnInput {
    const { id, workflowId, version, createdAt, trigger } = this.start;
    const signals = this.journal.signals(0);
    current.seq = signals.at(-1)?.seq ?? 0;
    return {
      executionId: id, workflowId, version, createdAt, trigger, turn: this.turns, run: this.state.run, generation: this.state.generation, now: this.ports.clock.now(), input: this.state.input,
      steps: this.journal.text(), signals, mode: this.state.mode, durable: true, limits: { ...defaultLimits, ...this.ports.limits }, variables: this.ports.variables,
    };
  }

  /** Something has become durable. */
  apply(batch: Batch): void {
    this.journal.apply(batch);
    for (const child of lateChildren(batch, this.journal.children)) this.ports.dropChild(this, child);
  }

  #conclude(outcome: Outcome): void {
    const { state } = this;
    const { pausing } = state;
    state.pausing = pausing && outcome.type === "continued";
    switch (outcome.type) {
      case "completed":
        this.output = outcome.output;
        return this.#setEnd("completed", null);
      case "failed":
        return this.#setEnd("failed", outcome.error);
      case "cancelled":
        return this.#setEnd("cancelled", state.error);
      case "stalled":
        state.status = "stalled";
        this.divergence = outcome.divergence;
        return;
      case "paused":
        state.status = "paused";
        return;
      case "continued": {
        const children = [...this.journal.children.values()];
        state.run++;
        state.input = outcome.input;
        this.journal.keepOnly(() => false);
        for (const child of children) this.ports.dropChild(this, child);
        return;
      }
      case "suspended":
        state.status = pausing ? "paused" : waitingStatus(this.journal.openSteps());
    }
  }

  #setEnd(status: ExecutionStatus, error: ErrorRecord | null): void {
    this.state.status = status;
    this.state.error = error;
    this.completedAt = this.ports.clock.now();
  }

  /** Ends it from outside. */
  end(status: ExecutionStatus, error: ErrorRecord | null): void {
    this.#setEnd(status, error);
    this.#settled();
  }

  /** It begins to run again. */
  reset(): void {
    Object.assign(this.state, { status: "running", error: null, mode: "run", pausing: false } satisfies Partial<ExecutionState>);
    this.output = null;
    this.divergence = null;
    this.completedAt = null;
  }

  #settled(): void {
    if (this.terminal) this.ports.ended(this);
    else this.startChildren();
  }

  startChildren(): void {
    for (const step of this.journal.openSteps()) {
      if (step.kind === "invoke" && !this.journal.children.has(step.key)) this.journal.children.set(step.key, this.ports.startChild(this, step));
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
}
