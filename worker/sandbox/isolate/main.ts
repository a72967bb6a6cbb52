/**
 * The first module of a tenant's isolate: makes the world deterministic and guarded before
 * any tenant code loads, then runs turns. Bundled into one text (tools/build.mjs); the
 * loaded worker's main module is three lines that join it with the tenant's bundle.
 * @module
 */
import { closeAccount, configure, createAccount } from "everstep:guard-core";
import { WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import { AsyncLocalStorage } from "node:async_hooks";
import { format } from "node:util";
import type { HostPort, TurnInput, TurnResult } from "../../../sdk/schema/journal.ts";
import { type Globals, installGlobals } from "../../../sdk/runtime/globals.ts";
import type { Clock, Frame, Program, Scope } from "../../../sdk/runtime/ports.ts";
import { findWorkflows } from "../../../sdk/runtime/programs.ts";
import { runTurn } from "../../../sdk/runtime/run-turn.ts";
import { sendThroughEgress } from "./egress-client.ts";

const storage = new AsyncLocalStorage<Frame>();
// Bound now: tenant code may patch the prototype.
const current = storage.getStore.bind(storage);
const within = storage.run.bind(storage);
const scope: Scope = { run: (frame, callback) => within(frame, callback) as ReturnType<typeof callback>, current };

const { now } = Date;
const later = setTimeout;
const cancel = clearTimeout;
const clock: Clock = {
  now: () => now(),
  timer(ms, callback) {
    const id = later(callback, ms);
    return () => cancel(id);
  },
  settle: () => new Promise((resolve) => later(resolve, 0)),
};

installGlobals(globalThis as unknown as Globals, scope, (args) => format(...args), sendThroughEgress);
configure({ current: () => (current()?.turn.account as ReturnType<typeof createAccount> | undefined) ?? null });

/** The class the platform talks to. */
export function makeRuntime(bundle: Record<string, unknown>, { asksVariables }: { asksVariables: boolean }) {
  const contexts = new WeakMap<TurnInput, ExecutionContext>();
  const contextOf = contexts.get.bind(contexts);
  const setContext = contexts.set.bind(contexts);
  let found: Map<string, Program> | null = null;
  // Found once: looking through a bundle costs more than a short turn.
  const programs = (): Map<string, Program> => {
    const all = findWorkflows(bundle, { is: isWorkflowClass, construct: (Class, input) => new Class(contextOf(input), {}) });
    // Of several with one id the first.
    return new Map(all.reverse().map(({ id, program }) => [id, { ...program, asksVariables }]));
  };
  return class Runtime extends WorkerEntrypoint {
    async turn(input: TurnInput, host: HostPort): Promise<TurnResult> {
      found ??= programs();
      const program = found.get(input.workflowId);
      if (!program) throw new Error(`the bundle has no workflow "${input.workflowId}"; it has ${[...found.keys()].join(", ")}`);
      // A class must be given the context of the call it runs in.
      setContext(input, this.ctx);
      const account = createAccount((error) => current()?.turn.fail(error));
      try {
        return await runTurn(input, host, program, clock, scope, account);
      } finally {
        closeAccount(account);
      }
    }
  };
}

function isWorkflowClass(value: unknown): boolean {
  return typeof value === "function" && value.prototype instanceof WorkflowEntrypoint;
}
