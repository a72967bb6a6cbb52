/**
 * The executions of one test: a parent, its children, their time and their effects.
 * @module
 */
import { durationMs } from "../authoring/duration.ts";
import { decode, encode } from "../schema/codec.ts";
import { matchesFilter } from "../schema/filter.ts";
import type { ActReply } from "../schema/journal.ts";
import type { Program } from "../runtime/ports.ts";
import { type ActOptions, Acts, ownStepOf } from "./acts.ts";
import { type Child, Children, type Relative } from "./children.ts";
import { macrotask, realDelay, VirtualClock } from "./clock.ts";
import { crashEverywhere } from "./crashes.ts";
import { type Effect, sendThrough, type Stubs } from "./effects.ts";
import type { HostPorts, Start } from "./execution.ts";
import { Host } from "./host.ts";
import { Journal } from "./journal.ts";
import { foundIn, testProgram } from "./program.ts";
import { type TestSecrets, testSnapshot } from "./secrets.ts";
import { refusal, steer, type Steering } from "./steer.ts";
import { Trace } from "./trace.ts";

export interface WorldOptions extends ActOptions {
  now: number;
  stubs: Stubs;
  children: Readonly<Record<string, Child>>;
  crashEveryStep: boolean;
  vars: Readonly<Record<string, unknown>>;
  secrets: TestSecrets | undefined;
  /** Real ms to wait for steps that do real input or output. */
  patience: number;
  faults?: Pick<HostPorts, "fault" | "limits" | "committed">;
}

interface Member extends Relative {
  program: Program;
  trace: Trace | null;
}

/** Polls of the event loop without anything happening before all counts as still. */
const still = 12;
/** Real ms to wait although a step waits for virtual time. */
const shortPatience = 20;

export class World {
  readonly clock: VirtualClock;
  readonly effects: Effect[] = [];
  readonly members: Member[] = [];
  /** Executions of the test hear what others of it send, too. */
  readonly acts: Acts;
  readonly #options: WorldOptions;
  readonly #children: Children;
  #activity = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#children = new Children(this, options.children);
    this.clock = new VirtualClock(options.now);
    this.clock.onActivity = () => void this.#activity++;
    this.acts = new Acts({ now: () => this.clock.now(), happened: (type, data) => this.publish(type, data) }, options);
  }

  /** Begins an execution; {@link drain} lets it run. */
  start(workflow: unknown, start: Omit<Start, "workflowId" | "createdAt" | "timeoutMs">, parent: Member["parent"] = null, from?: Host): Host {
    const { id: workflowId, program, options } = foundIn(workflow);
    const trace = this.#options.crashEveryStep ? new Trace() : null;
    const ports: HostPorts = {
      ...this.#options.faults,
      clock: this.clock,
      variables: testSnapshot(this.#options.vars),
      program: testProgram(program, {
        steps: this.#options.stubs.steps ?? {},
        onInvoke: (child) => this.#children.offer(child),
        attempt: (key, body, signal) => this.#attempt(host, trace, key, body, signal),
      }),
      act: (action, params, key) => this.#act(host, trace, action, params, key),
      fetch: (request, _host, step) => this.#fetch(host, trace, request, step),
      startChild: (_host, step) => this.#children.start(host, step),
      dropChild: (_host, child) => this.#children.drop(host, child),
      ended: () => this.#children.ended(member),
      activity: () => void this.#activity++,
      committed: (execution) => {
        if (!host.terminal) trace?.point(host);
        this.#options.faults?.committed?.(execution);
      },
    };
    const timeoutMs = options?.timeout === undefined ? null : durationMs(options.timeout);
    const host = new Host({ ...start, workflowId, createdAt: from?.start.createdAt ?? this.clock.now(), timeoutMs }, ports, from && { state: from.state, journal: new Journal(from.journal.copy(), from.journal.blobs) });
    const member: Member = { host, program, trace, parent };
    this.members.push(member);
    trace?.point(host);
    host.begin();
    return host;
  }

  readonly #inBodies = new Map<Host, Set<string>>();

  async #attempt(host: Host, trace: Trace | null, key: string, body: () => unknown, signal: AbortSignal): Promise<unknown> {
    this.#activity++;
    const bodies = this.#inBodies.get(host) ?? new Set();
    this.#inBodies.set(host, bodies.add(key));
    try {
      return await (trace ? trace.attempt(host, key, body, signal) : body());
    } finally {
      bodies.delete(key);
      this.#activity++;
    }
  }

  async #act(host: Host, trace: Trace | null, action: string, params: string, key: string): Promise<ActReply> {
    this.#activity++;
    const act = (): Promise<ActReply> => this.acts.act(action, params, key);
    const own = ownStepOf(action, key);
    try {
      return trace && own !== null && !this.#inBodies.get(host)?.has(own) ? ((await trace.attempt(host, own, act, null)) as ActReply) : await act();
    } finally {
      this.#activity++;
    }
  }

  async #fetch(host: Host, trace: Trace | null, request: Request, step: string): Promise<Response> {
    this.#activity++;
    const send = (): Promise<Response> => sendThrough(this.#options, this.effects, host.start.id, step, request, this.clock.now());
    try {
      // A request between steps is a step of its own: its answer is that step's result.
      if (trace && !this.#inBodies.get(host)?.has(step)) return ((await trace.attempt(host, step, async () => copies(await send()), null)) as () => Response)();
      return await send();
    } finally {
      this.#activity++;
    }
  }

  #memberOf(host: Host): Member {
    const member = this.members.find((candidate) => candidate.host === host);
    if (!member) throw new Error("the execution does not belong to this test");
    return member;
  }

  signal(host: Host, channel: string, payload: string, dedupe: string | null = null): boolean {
    this.#memberOf(host).trace?.add({ type: "signal", channel, payload, dedupe });
    return host.signal(channel, payload, dedupe);
  }

  /** An event of the tenant, for the steps that wait for one like it; each takes one. */
  publish(type: string, data: Readonly<Record<string, unknown>>): void {
    const payload = encode(JSON.parse(JSON.stringify(data)));
    const id = `published-${++this.#published}`;
    for (const { host } of this.members) {
      for (const key of waitingFor(host, type, decode(payload))) this.signal(host, `wait:${key}`, payload, `wait:${key}:${id}`);
    }
  }

  #published = 0;

  /** @throws Error when its state does not allow that */
  steer(host: Host, steering: Steering): void {
    const refused = refusal(host, steering);
    if (refused !== null) throw new Error(refused);
    this.#memberOf(host).trace?.add({ type: "steer", steering });
    steer(host, steering);
    if (steering.verb === "retry") this.#children.retry(host);
    // A pause that waits for its step boundary is not durable before it.
    if (!host.state.pausing) host.ports.committed?.(host);
  }

  /** Lets everything run that needs no time. @throws what broke, and CrashDifferenceError. */
  async drain(): Promise<void> {
    let quiet = 0;
    let waited = 0;
    while (this.members.some(({ host, trace }) => host.running || trace?.busy) || quiet < 2) {
      const before = this.#activity;
      await macrotask();
      quiet = before === this.#activity ? quiet + 1 : 0;
      if (quiet < still || this.members.some(({ trace }) => trace?.busy)) continue;
      if (waited >= (this.clock.nextDue() === null ? this.#options.patience : Math.min(this.#options.patience, shortPatience))) break;
      await realDelay(2);
      waited = before === this.#activity ? waited + 2 : 0;
    }
    for (const { host } of this.members) if (host.broken !== null) throw host.broken;
  }

  /** {@link drain}, then the proof by crashes. */
  async settle(): Promise<void> {
    await this.drain();
    for (const { host, program, trace } of this.members) {
      if (!trace) continue;
      const { turn } = host;
      if (turn && !turn.finished) await Promise.race([turn.barrier(), macrotask()]);
      await crashEverywhere(host, program, trace);
    }
  }

  /** Moves time on, stopping wherever something is due. */
  async advanceTo(target: number): Promise<void> {
    await this.drain();
    for (;;) {
      const due = this.#nextDue();
      if (due === null || due > target) break;
      await this.#moveTo(Math.max(due, this.clock.now()));
    }
    await this.#moveTo(target);
  }

  #nextDue(): number | null {
    let due = this.clock.nextDue();
    for (const { host } of this.members) {
      const wake = host.nextWake();
      if (wake !== null && (due === null || wake < due)) due = wake;
    }
    return due;
  }

  async #moveTo(at: number): Promise<void> {
    this.clock.moveTo(at);
    for (const { trace } of this.members) trace?.add({ type: "time", at });
    for (;;) {
      const before = this.#activity;
      const fired = this.clock.fireNext();
      if (!fired) break;
      if (fired.idle) {
        for (let round = 0; round < 3; round++) await macrotask();
        if (before === this.#activity) continue;
        this.clock.fruitful();
      }
      await this.drain();
    }
    const due = this.members.filter(({ host }) => (host.nextWake() ?? Number.POSITIVE_INFINITY) <= at);
    for (const { host } of due) host.ring();
    if (due.length > 0) await this.drain();
  }
}

/** Keys of an execution's steps that wait for an event like this. */
function waitingFor({ terminal, journal }: Host, type: string, data: unknown): string[] {
  if (terminal) return [];
  return journal.openSteps().flatMap(({ key, kind, status, detail }) => (kind === "event" && status === "waiting" && detail?.match && detail.type === type && matchesFilter(detail.match, data) ? [key] : []));
}

/** Answers that can be read more than once. */
async function copies(response: Response): Promise<() => Response> {
  const body = await response.arrayBuffer();
  const { status, statusText, headers } = response;
  return () => new Response([101, 204, 205, 304].includes(status) ? null : body, { status, statusText, headers });
}
