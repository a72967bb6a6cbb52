/**
 * Determinism by construction: clock, random numbers and ids outside steps come out the
 * same on every replay; network calls wait for the effect barrier. Outside any execution
 * (a module's top level) the originals answer.
 * @module
 */
import type { StepContext } from "../authoring/step.ts";
import { installActions } from "./actions.ts";
import { activate, idempotencyKey } from "./attempts.ts";
import type { LiveStep, Scope, TurnCore as Turn } from "./core.ts";
import { requestStep } from "./rehearsal.ts";
import { policyOf } from "./retry.ts";

type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/** The members this module replaces. */
export interface Globals {
  Date: DateConstructor;
  fetch: Fetch;
  console: Pick<Console, "debug" | "error" | "info" | "log" | "warn">;
  setTimeout: unknown;
  setInterval: unknown;
  setImmediate?: unknown;
}

/** Sends a request of a step; by default the fetch that was there. */
export type Send = (request: Request, from: { executionId: string; workflowId: string; step: string; /** Of the execution's trigger. */ traceparent?: string | undefined }) => Promise<Response>;

/**
 * @param target normally globalThis
 * @param format renders console arguments
 * @param send carries requests; the original fetch when left out
 * @returns restores the originals
 */
export function installGlobals(target: Globals, scope: Scope, format: (args: unknown[]) => string, send?: Send): () => void {
  /** The turn whose workflow code is running between steps. */
  const outside = (): Turn | undefined => {
    const frame = scope.current();
    return frame && frame.step === null ? frame.turn : undefined;
  };
  const restores = [replaceDate(target, outside), replaceRandom(outside), replaceFetch(target, scope, send), replaceConsole(target, scope, format, send ? strayLines : Infinity), replaceTimers(target, outside), installActions(target, scope)];
  return () => {
    for (const restore of restores.reverse()) restore();
  };
}

function put<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): () => void {
  const original = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: original?.enumerable ?? false });
  return () => {
    if (original) Object.defineProperty(target, key, original);
    else Reflect.deleteProperty(target, key);
  };
}

/** The global's prototypes have some of its members too: the originals must not be found there. */
function putGlobal<K extends keyof Globals>(target: Globals, key: K, value: Globals[K]): () => void {
  const restores = [put(target, key, value)];
  for (let at = Object.getPrototypeOf(target) as Globals | null; at !== null; at = Object.getPrototypeOf(at) as Globals | null) {
    if (Object.hasOwn(at, key)) restores.push(put(at, key, value));
  }
  return () => {
    for (const restore of restores) restore();
  };
}

function replaceDate(target: Globals, outside: () => Turn | undefined): () => void {
  const Original = target.Date;
  const now = (): number => outside()?.now ?? Original.now();
  const Replayed: DateConstructor = new Proxy(Original, {
    construct: (Class, args: unknown[], newTarget): Date => Reflect.construct(Class, args.length === 0 ? [now()] : args, newTarget === Replayed ? Class : newTarget) as Date,
    apply: () => new Original(now()).toString(),
    get: (Class, key) => (key === "now" ? now : (Reflect.get(Class, key) as unknown)),
  });
  const restoreConstructor = put(Original.prototype as { constructor: unknown }, "constructor", Replayed);
  const restoreDate = put(target, "Date", Replayed);
  const performanceNow = performance.now.bind(performance);
  const restorePerformance = put(performance, "now", () => {
    const turn = outside();
    return turn ? turn.now - turn.input.createdAt : performanceNow();
  });
  return () => {
    restorePerformance();
    restoreDate();
    restoreConstructor();
  };
}

function replaceRandom(outside: () => Turn | undefined): () => void {
  const { random } = Math;
  const randomUUID = crypto.randomUUID.bind(crypto);
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  const restores = [
    put(Math, "random", () => outside()?.random.float() ?? random()),
    put(crypto, "randomUUID", () => (outside()?.random.uuid() as ReturnType<typeof randomUUID>) ?? randomUUID()),
    put(crypto, "getRandomValues", ((array: ArrayBufferView) => {
      const turn = outside();
      if (!turn) return getRandomValues(array as never);
      turn.random.bytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return array;
    }) as typeof crypto.getRandomValues),
  ];
  return () => {
    for (const restore of restores) restore();
  };
}

function tooManyRequests(most: number): Error {
  return Object.assign(new Error(`the turn made more than ${most} requests: split the work over several executions, or sleep between its parts`), { name: "RequestLimitError", code: "request-limit" });
}

const withoutKey = new Set(["GET", "HEAD", "OPTIONS"]);
/** Kept of a step. */
const mostNoted = 10;

/** What a re-run would repeat. */
function noteRequest(step: LiveStep, { method, url }: Request): void {
  const line = `${method} ${new URL(url).host}`.slice(0, 200);
  if (withoutKey.has(method) || step.sent?.includes(line)) return;
  step.sent = [...(step.sent ?? []), line].slice(0, mostNoted);
}

function replaceFetch(target: Globals, scope: Scope, carry?: Send): () => void {
  const original = target.fetch;
  const send = async (turn: Turn, stepKey: string, key: string | null, request: Request): Promise<Response> => {
    if (++turn.requests > turn.input.limits.requests) throw tooManyRequests(turn.input.limits.requests);
    await turn.barrier();
    if (key !== null && !withoutKey.has(request.method) && !request.headers.has("idempotency-key")) request.headers.set("idempotency-key", key);
    return carry ? carry(request, { executionId: turn.input.executionId, workflowId: turn.input.workflowId, step: stepKey, traceparent: turn.input.trigger.traceparent }) : original(request);
  };
  return putGlobal(target, "fetch", async (input, init) => {
    const frame = scope.current();
    if (!frame && carry) throw new TypeError("fetch is only there while a workflow runs: call it inside step.do");
    if (!frame) return original(input, init);
    const request = new Request(input, init);
    const { turn, step } = frame;
    if (step) {
      noteRequest(step, request);
      return send(turn, step.key, `${idempotencyKey(turn, step.key)}:${++step.calls}`, request);
    }
    return replayedFetch(turn, request, (live, key, again) => send(turn, live, key, again));
  });
}

/** A fetch in the workflow's own code: becomes a step, so that a replay sees the same answer. */
async function replayedFetch(turn: Turn, request: Request, send: (step: string, key: string | null, request: Request) => Promise<Response>): Promise<Response> {
  const name = `fetch ${request.method} ${new URL(request.url).host}`.slice(0, 200);
  const body = async (ctx: StepContext): Promise<unknown> => {
    const response = await send(`${ctx.step.name}-${ctx.step.count}`, ctx.idempotencyKey, request.clone());
    return { status: response.status, statusText: response.statusText, headers: [...response.headers], body: new Uint8Array(await response.arrayBuffer()) };
  };
  const policy = policyOf(undefined, turn.defaults);
  const stored = (await requestStep(turn, { ...turn.steps.nextKey(name), kind: "do", due: null, detail: null, activate: (open) => activate(turn, open, policy, body) })) as { status: number; statusText: string; headers: [string, string][]; body: Uint8Array<ArrayBuffer> };
  const empty = [101, 204, 205, 304].includes(stored.status);
  return new Response(empty ? null : stored.body, { status: stored.status, statusText: stored.statusText, headers: stored.headers });
}

/** Of code that belongs to no turn: those go to the output of the server itself. */
const strayLines = 1_000;
const strayCharacters = 4_000;

function replaceConsole(target: Globals, scope: Scope, format: (args: unknown[]) => string, most: number): () => void {
  let stray = 0;
  const levels = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
  const restores = Object.entries(levels).map(([method, level]) => {
    const name = method as keyof typeof levels;
    const original = target.console[name].bind(target.console);
    return put(target.console, name, (...args: unknown[]) => {
      const frame = scope.current();
      if (frame) frame.turn.log(level, format(args), frame.step?.key ?? null);
      else if (most === Infinity) original(...args);
      else if (stray++ < most) original(format(args).slice(0, strayCharacters));
    });
  });
  return () => {
    for (const restore of restores) restore();
  };
}

/** Timers between steps would not survive a restart: refuse them and name what does. */
function replaceTimers(target: Globals, outside: () => Turn | undefined): () => void {
  const restores = (["setTimeout", "setInterval", "setImmediate"] as const).map((name) => {
    const original = target[name] as ((...args: unknown[]) => unknown) | undefined;
    if (!original) return () => {};
    return putGlobal(target, name, (...args: unknown[]) => {
      if (outside()) throw new TypeError(`${name} between steps does not survive a restart: use step.sleep, or call it inside step.do`);
      return original(...args);
    });
  });
  return () => {
    for (const restore of restores) restore();
  };
}
