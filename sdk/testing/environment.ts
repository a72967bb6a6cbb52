/**
 * The isolate's globals in plain Node: installed while any turn is under way, restored when
 * the last has ended. Code outside the workflows under test never notices: the scope, kept
 * over awaits by AsyncLocalStorage, decides what each call sees.
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { webcrypto } from "node:crypto";
import { format } from "node:util";
import { type Globals, installGlobals, type Send } from "../runtime/globals.ts";
import type { Frame, Scope } from "../runtime/ports.ts";
import type { VirtualClock } from "./clock.ts";

/** What the globals need of the execution whose code is running. */
export interface Surroundings {
  clock: VirtualClock;
  /** Sends a request of a workflow under test. */
  fetch(request: Request, step: string): Promise<Response>;
}

const frames = new AsyncLocalStorage<Frame>();
const places = new AsyncLocalStorage<Surroundings>();

export const scope: Scope = {
  run: (frame, callback) => frames.run(frame, callback),
  current: () => frames.getStore(),
};

/** Runs what belongs to the test, not to the workflow: real time, real network. */
export function outside<T>(callback: () => T): T {
  return frames.exit(() => places.exit(callback));
}

/** Set by code inside a step: fires when the test moves time, as everything there does. */
class VirtualTimer {
  #cancel: () => void = () => {};

  constructor(clock: VirtualClock, ms: number, callback: () => void, repeat: boolean) {
    const arm = (): void => {
      this.#cancel = clock.timer(ms, () => {
        // A microtask later, so that an interval is not taken for a periodic flush.
        if (repeat) queueMicrotask(arm);
        callback();
      });
    };
    arm();
  }

  cancel(): void {
    this.#cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Timers = Pick<typeof globalThis, "setTimeout" | "setInterval" | "clearTimeout" | "clearInterval">;
type AnyFunction = (...args: never[]) => unknown;

function virtualTimer(original: AnyFunction, repeat: boolean): AnyFunction {
  return (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const place = places.getStore();
    if (!place) return (original as (...all: unknown[]) => unknown)(callback, ms, ...args);
    return new VirtualTimer(place.clock, Number(ms) > 0 ? Number(ms) : 1, () => callback(...args), repeat);
  };
}

function clearing(original: AnyFunction): AnyFunction {
  return (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.cancel();
    else (original as (timer: unknown) => void)(timer);
  };
}

/** Virtual time and recorded requests for code inside steps; below what the runtime installs. */
function installVirtual(): () => void {
  const { Date: RealDate, setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const now = (): number => places.getStore()?.clock.now() ?? RealDate.now();
  const VirtualDate = new Proxy(RealDate, { get: (Class, key) => (key === "now" ? now : (Reflect.get(Class, key) as unknown)) });
  const timers = { setTimeout: virtualTimer(setTimeout, false), setInterval: virtualTimer(setInterval, true), clearTimeout: clearing(clearTimeout), clearInterval: clearing(clearInterval) } as unknown as Timers;
  const restores = Object.entries({ Date: VirtualDate, ...timers }).map(([name, value]) => {
    const original = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: original?.enumerable ?? false });
    return () => {
      if (original) Object.defineProperty(globalThis, name, original);
      else Reflect.deleteProperty(globalThis, name);
    };
  });
  return () => {
    for (const restore of restores) restore();
  };
}

let users = 0;
let restore: (() => void) | null = null;

function install(): () => void {
  // Node 18 has no global of that name.
  if (globalThis.crypto === undefined) Object.defineProperty(globalThis, "crypto", { value: webcrypto, configurable: true, writable: true });
  const restoreVirtual = installVirtual();
  const realFetch = globalThis.fetch;
  const send: Send = (request, { step }) => places.getStore()?.fetch(request, step) ?? realFetch(request);
  const restoreRuntime = installGlobals(globalThis as unknown as Globals, scope, (args) => format(...args), send);
  return () => {
    restoreRuntime();
    restoreVirtual();
  };
}

/** Runs `turn` as code of the execution under test, with the isolate's globals in place. */
export async function inEnvironment<T>(place: Surroundings, turn: () => Promise<T>): Promise<T> {
  if (users++ === 0) restore = install();
  try {
    return await places.run(place, turn);
  } finally {
    if (--users === 0) {
      restore?.();
      restore = null;
    }
  }
}
