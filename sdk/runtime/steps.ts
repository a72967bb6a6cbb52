/**
 * The `step` object a workflow gets: argument checks and kinds; the work is Turn's.
 * @module
 */
import { durationMs } from "../authoring/duration.ts";
import { ChildFailedError, WaitTimeoutError } from "../authoring/errors.ts";
import type { ApprovalOptions } from "../authoring/approval.ts";
import type { EventToSend, Rollback, Step, StepConfig } from "../authoring/step.ts";
import { decode, encode } from "../schema/codec.ts";
import type { ErrorRecord } from "../schema/execution.ts";
import { checkedFilter, type EventFilter } from "../schema/filter.ts";
import type { ApprovalSignal } from "../schema/approval.ts";
import { approvalOutcome, approvalRequest, decidedBySignal, decidedByTime } from "./approval.ts";
import { activate, type Body } from "./attempts.ts";
import { toErrorRecord } from "./failures.ts";
import type { Program } from "./ports.ts";
import { requestStep } from "./rehearsal.ts";
import { policyOf } from "./retry.ts";
import type { Rollbacks } from "./rollbacks.ts";
import type { Open, TurnCore as Turn, Wait } from "./core.ts";

/** Thrown to unwind the workflow; never seen outside the runtime. */
export class ContinueAsNew extends Error {
  readonly input: string;
  constructor(input: string) {
    super("continueAsNew");
    this.input = input;
  }
}

const maxName = 256;

/** What a child execution's end looks like on the `child:` channel. */
type ChildEnd = { status: "completed"; output: string } | { status: "failed" | "cancelled"; error: ErrorRecord };

export function makeSteps(turn: Turn, program: Program, rollbacks: Rollbacks): Step {
  const named = (name: unknown): { name: string; key: string; count: number } => {
    if (typeof name !== "string" || name === "" || name.length > maxName) throw new TypeError(`a step's name is a text of 1 to ${maxName} characters, not ${typeof name === "string" ? `${name.length} characters` : typeof name}`);
    const inner = turn.scope.current()?.step;
    if (inner) throw new TypeError(`step "${name}" is asked for inside step "${inner.key}": steps cannot be nested, ask for it after the outer one has ended`);
    return turn.steps.nextKey(name);
  };

  /** Hands a wait to the turn; `due` is fixed when it is first asked for. */
  const waiting = (open: Open, wait: Omit<Wait, "open" | "due">): void => turn.wait({ open, due: open.step.due, ...wait });
  const end = (open: Open, value: unknown, signal?: number): void => turn.settle(open, { output: encode(value), value, ...(signal === undefined ? {} : { signal }) });
  const expire = (open: Open, message: string): void => turn.settle(open, { error: toErrorRecord(new WaitTimeoutError(message)) });
  const dueIn = (ms: number): number | null => (Number.isFinite(ms) ? turn.clock.now() + ms : null);

  const sleepTo = (name: string, due: () => number): Promise<void> =>
    requestStep(turn, {
      ...named(name),
      kind: "sleep",
      due: due(),
      detail: null,
      activate: (open) => waiting(open, { channel: null, onSignal: () => {}, onDue: () => end(open, undefined) }),
    }) as Promise<void>;


  /** Of steps that have no configuration of their own. */
  const usual = policyOf(undefined, program.defaults.retries);

  const ask = (name: string, config: StepConfig | undefined, body: Body, rollback: Rollback<never> | undefined): Promise<unknown> => {
    if (typeof body !== "function") throw new TypeError(`step.do("${String(name)}") needs a function to run`);
    const id = named(name);
    const policy = config === undefined ? usual : policyOf(config, program.defaults.retries);
    if (rollback) rollbacks.register(id, policy, rollback);
    const { key, count } = id;
    const detail = policy.sensitive || rollback ? { ...(policy.sensitive ? { sensitive: true } : {}), ...(rollback ? { rollback: true } : {}) } : null;
    return requestStep(turn, { name, key, count, kind: "do", due: null, detail, activate: (open) => activate(turn, open, policy, body) });
  };

  return {
    do(name: string, ...rest: unknown[]): Promise<never> {
      // No async function: the commonest call of all gives the step's own promise.
      try {
        return ask(name, ...((typeof rest[0] === "function" ? [undefined, ...rest] : rest) as [StepConfig | undefined, Body, Rollback<never> | undefined])) as Promise<never>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    async sleep(name, duration) {
      const ms = durationMs(duration);
      return sleepTo(name, () => turn.clock.now() + ms);
    },

    async sleepUntil(name, time) {
      const at = time instanceof Date ? time.getTime() : time;
      if (!Number.isFinite(at)) throw new TypeError(`step.sleepUntil("${name}") needs a Date or milliseconds since the epoch`);
      return sleepTo(name, () => at);
    },

    async waitForEvent(name: string, options: { type: string; match?: EventFilter; timeout?: Parameters<typeof durationMs>[0] }): Promise<never> {
      const { type, match } = options ?? {};
      if (typeof type !== "string" || type === "" || type.length > 256) throw new TypeError(`step.waitForEvent("${name}") needs a type of 1 to 256 characters`);
      const timeout = durationMs(options.timeout ?? "24 hours");
      const received = (await requestStep(turn, {
        ...named(name),
        kind: "event",
        due: dueIn(timeout),
        detail: match === undefined ? { type } : { type, match: checkedFilter(match, `step.waitForEvent("${name}")`) },
        activate: (open) =>
          waiting(open, {
            channel: match === undefined ? `event:${type}` : `wait:${open.step.key}`,
            onSignal: (signal) => end(open, { type, payload: decode(signal.payload), timestamp: new Date(signal.receivedAt) }, signal.seq),
            onDue: () => expire(open, `no event "${type}" came within ${timeout} ms`),
          }),
      })) as { payload: unknown };
      return { ...received, payload: await program.parseEvent(type, received.payload) } as never;
    },

    sendEvent(name: string, event: EventToSend): Promise<{ id: string }> {
      return ask(name, undefined, (ctx) => turn.act("events.publish", event, ctx.idempotencyKey), undefined) as Promise<{ id: string }>;
    },

    async approval(name: string, options: ApprovalOptions): Promise<never> {
      const asked = approvalRequest(name, options);
      const decided = await requestStep(turn, {
        ...named(name),
        kind: "approval",
        due: dueIn(asked.timeout),
        detail: { approval: asked.request },
        activate: (open) =>
          waiting(open, {
            channel: `approval:${open.step.key}`,
            onSignal: (signal) => end(open, decidedBySignal(decode(signal.payload) as ApprovalSignal, signal.receivedAt), signal.seq),
            onDue: () => end(open, decidedByTime(asked.request, open.step.due ?? turn.clock.now())),
          }),
      });
      return (await approvalOutcome(name, options, decided as ApprovalSignal)) as never;
    },

    async invoke(name: string, workflow: string | { id: string }, input: unknown, options: { timeout?: Parameters<typeof durationMs>[0] } = {}): Promise<never> {
      const target = typeof workflow === "string" ? workflow : workflow?.id;
      if (typeof target !== "string") throw new TypeError(`step.invoke("${name}") needs a workflow or its id`);
      const timeout = options.timeout === undefined ? Number.POSITIVE_INFINITY : durationMs(options.timeout);
      const id = named(name);
      return (await requestStep(turn, {
        ...id,
        kind: "invoke",
        due: dueIn(timeout),
        detail: { workflow: target, input: encode(input) },
        activate: (open) =>
          waiting(open, {
            channel: `child:${open.step.key}`,
            onSignal: (signal) => {
              const outcome = decode(signal.payload) as ChildEnd;
              if (outcome.status === "completed") turn.settle(open, { output: outcome.output, value: turn.values.load(outcome.output), signal: signal.seq });
              else turn.settle(open, { error: { ...toErrorRecord(new ChildFailedError(outcome.error.message)), name: "ChildFailedError" }, signal: signal.seq });
            },
            onDue: () => expire(open, `the child workflow "${target}" did not end within ${timeout} ms`),
          }),
      })) as never;
    },

    async continueAsNew(input: unknown): Promise<never> {
      throw new ContinueAsNew(encode(input));
    },
  } as Step;
}
