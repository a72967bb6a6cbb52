/**
 * The proof behind `crashEveryStep`: at every point where something had become durable, a
 * copy of the execution dies, replays its history, and is driven by the same script; it has
 * to arrive at the same result. Steps that had not ended get the results of the original,
 * so nothing is done twice in the outside world.
 * @module
 */
import { toJson } from "../schema/codec.ts";
import type { ActReply, StepRecord } from "../schema/journal.ts";
import type { Program } from "../runtime/ports.ts";
import { ownStepOf } from "./acts.ts";
import { macrotask, realDelay, VirtualClock } from "./clock.ts";
import type { HostPorts } from "./execution.ts";
import { Host } from "./host.ts";
import { Journal } from "./journal.ts";
import { testProgram } from "./program.ts";
import { refusal, steer } from "./steer.ts";
import { Attempts, type CrashPoint, type Entry, type Trace } from "./trace.ts";

/** An execution gave another result after a crash than without. */
export class CrashDifferenceError extends Error {
  override readonly name = "CrashDifferenceError";
}

/** Polls of the event loop without anything happening before a copy counts as still. */
const still = 5;
/** How long a copy may await what is no step, real ms. */
const patienceMs = 250;

class Copy {
  readonly #trace: Trace;
  readonly #point: CrashPoint;
  readonly #ends = new Map<string, { position: number; entry: Extract<Entry, { type: "end" }> }>();
  readonly #waiting = new Map<string, () => void>();
  readonly #attempts = new Attempts();
  readonly #host: Host;
  readonly #clock: VirtualClock;
  #position: number;
  #activity = 0;

  constructor(original: Host, program: Program, trace: Trace, point: CrashPoint) {
    this.#trace = trace;
    this.#point = point;
    this.#position = point.position;
    this.#clock = new VirtualClock(point.now);
    this.#clock.onActivity = () => void this.#activity++;
    for (const [position, entry] of trace.entries.entries()) if (entry.type === "end") this.#ends.set(entry.key, { position, entry });
    const journal = new Journal(point.journal, new Map(original.journal.blobs));
    const ports: HostPorts = {
      clock: this.#clock,
      variables: original.ports.variables,
      program: testProgram(program, { steps: {}, onInvoke: () => {}, attempt: (key) => this.#attempt(key) }),
      act: async (action, params, key) => {
        const own = ownStepOf(action, key);
        return own === null ? original.ports.act(action, params, key) : ((await this.#attempt(own)) as ActReply);
      },
      fetch: async (_request, host, step) => ((await this.#attempt(step)) as () => Response)(),
      startChild: () => "child",
      dropChild: () => {},
      ended: () => {},
      activity: () => void this.#activity++,
    };
    this.#host = new Host(original.start, ports, { state: point.state, journal });
  }

  /** The original's outcome of this attempt, once its place in the script is reached. */
  async #attempt(stepKey: string): Promise<unknown> {
    this.#activity++;
    const key = this.#attempts.next(this.#host, stepKey);
    const end = this.#ends.get(key);
    if (!end || end.position >= this.#position) await new Promise<void>((resolve) => this.#waiting.set(key, resolve));
    this.#activity++;
    const outcome = this.#ends.get(key)?.entry.outcome;
    if (!outcome) throw new Error(`attempt ${key} has no recorded outcome`);
    if ("error" in outcome) throw outcome.error;
    return outcome.take();
  }

  async run(): Promise<Host> {
    if (this.#host.status !== "stalled" && this.#host.status !== "paused") this.#host.begin();
    await this.#drain();
    while (this.#position < this.#trace.entries.length) {
      const entry = this.#trace.entries[this.#position++];
      if (entry) await this.#apply(entry);
      await this.#drain();
    }
    const { turn } = this.#host;
    if (turn && !turn.finished) await Promise.race([turn.barrier(), macrotask()]);
    if (this.#host.broken !== null) throw this.#host.broken;
    return this.#host;
  }

  async #apply(entry: Entry): Promise<void> {
    switch (entry.type) {
      case "time":
        this.#clock.moveTo(entry.at);
        while (this.#clock.fireNext()) await this.#drain();
        if ((this.#host.nextWake() ?? Number.POSITIVE_INFINITY) <= entry.at) this.#host.ring();
        return;
      case "signal":
        this.#host.signal(entry.channel, entry.payload, entry.dedupe);
        return;
      case "steer":
        // What a copy refuses shows as a difference.
        if (refusal(this.#host, entry.steering) === null) steer(this.#host, entry.steering);
        return;
      case "end":
        this.#waiting.get(entry.key)?.();
        this.#waiting.delete(entry.key);
    }
  }

  async #drain(): Promise<void> {
    let quiet = 0;
    let waited = 0;
    while (quiet < still) {
      const before = this.#activity;
      await macrotask();
      quiet = before === this.#activity ? quiet + 1 : 0;
      // Code that awaits something real between steps: rare, and to be given time.
      if (quiet === still && this.#host.running && this.#waiting.size === 0 && waited < patienceMs) {
        await realDelay(2);
        waited += 2;
        quiet = 0;
      }
    }
  }

  /** Ends the copy for good. */
  dispose(): void {
    this.#host.fence();
  }

  get after(): string {
    const ended = new Journal(this.#point.journal).steps().filter(({ ended }) => ended !== null);
    const last = ended.sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0)).at(-1);
    return last ? `after step "${last.key}"` : "before the first step had ended";
  }
}

/** Crashes a copy at each of the trace's new points. @throws CrashDifferenceError */
export async function crashEverywhere(original: Host, program: Program, trace: Trace): Promise<void> {
  const { points } = trace;
  trace.points = [];
  const expected = describe(original);
  for (const point of points) {
    const copy = new Copy(original, program, trace, point);
    try {
      const found = describe(await copy.run());
      const lines = difference(expected, found);
      if (lines.length > 0) throw new CrashDifferenceError(`a crash ${copy.after} changes the result of workflow "${original.start.workflowId}":\n${lines.join("\n")}`);
    } finally {
      copy.dispose();
    }
  }
}

/** What has to be the same, a line each. */
function describe(host: Host): Map<string, string> {
  const lines = new Map<string, string>();
  const { divergence, error } = host;
  lines.set("status", divergence ? `stalled: the history expects ${divergence.expected}, the code asks for ${divergence.found}` : host.status);
  lines.set("output", JSON.stringify(toJson(host.output)));
  lines.set("error", error ? `${error.name}: ${error.message}` : "none");
  for (const step of host.journal.steps()) if (step.ended !== null) lines.set(`step "${step.key}"`, describeStep(step));
  return lines;
}

function describeStep({ kind, status, output, error }: StepRecord): string {
  return `${kind} ${status}${error && status === "failed" ? `, ${error.name}: ${error.message}` : ""}${status === "completed" ? ` ${JSON.stringify(toJson(output))}` : ""}`;
}

function difference(expected: Map<string, string>, found: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const what of new Set([...expected.keys(), ...found.keys()])) {
    const [without, after] = [expected.get(what) ?? "missing", found.get(what) ?? "missing"];
    if (without !== after) lines.push(`  ${what}\n    without a crash: ${without}\n    after the crash: ${after}`);
  }
  return lines;
}
