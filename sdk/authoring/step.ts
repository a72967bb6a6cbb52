/**
 * The step API: names and meaning of Cloudflare's documented `WorkflowStep`, plus
 * approvals, child workflows and continueAsNew.
 * @module
 */
import type { z } from "zod";
import type { EventFilter } from "../schema/filter.ts";
import type { ApprovalOptions, ApprovalOutcome } from "./approval.ts";
import type { Duration } from "./duration.ts";

export type Backoff = "constant" | "linear" | "exponential";

export interface DelayContext {
  ctx: StepContext;
  error: Error;
}

export interface Retries {
  /** Attempts after the first. Default 5; Infinity never gives up. */
  limit: number;
  /** Before the next attempt. Default `"1 second"`. */
  delay?: Duration | ((context: DelayContext) => Duration | Promise<Duration>);
  /** How the delay grows. Default exponential (doubling). Ignored when `delay` is a function. */
  backoff?: Backoff;
  /** Spread delays by up to this share at random, 0 to 1. Default 0. */
  jitter?: number;
}

export interface StepConfig {
  retries?: Retries;
  /** Of one attempt. Default `"10 minutes"`. */
  timeout?: Duration;
  /** `"output"`: the result is kept for replay and never shown. */
  sensitive?: "output";
}

export interface StepContext {
  /** 1 on the first attempt. */
  attempt: number;
  step: { name: string; count: number };
  config: { retries: { limit: number; delay?: Duration; backoff: Backoff }; timeout: Duration; sensitive?: "output" };
  /** The same for every attempt and after every crash: send it along with outside effects. */
  idempotencyKey: string;
  /** Aborted when the attempt times out or the execution ends. */
  signal: AbortSignal;
}

export interface RollbackContext<T> {
  ctx: StepContext;
  /** Why the execution is being undone. */
  error: Error;
  /** What the step returned; undefined when it failed. */
  output: T | undefined;
  stepName: string;
}

export interface RollbackOptions<T> {
  rollback: (context: RollbackContext<T>) => Promise<void> | void;
  rollbackConfig?: Pick<StepConfig, "retries" | "timeout">;
}

export type Rollback<T> = RollbackOptions<T> | RollbackOptions<T>["rollback"];

export interface StepEvent<T> {
  type: string;
  payload: T;
  timestamp: Date;
}

/** What a workflow tells its tenant: other workflows may start by it or wait for it. */
export interface EventToSend {
  /** `<what>.<happened>`, such as `contract.signed`. */
  type: string;
  /** At most 256 KiB as JSON. */
  data?: Readonly<Record<string, unknown>>;
  /** Which record it is about: events of one record are dispatched in their order. */
  record?: { type: string; id: string };
}

export type EventSchemas = Record<string, z.ZodType>;

/** A workflow as a caller sees it: an id, what goes in, what comes out. */
export interface Invocable<Input, Output> {
  readonly id: string;
  readonly handler: (context: never) => Promise<Output>;
  /** Types only: what callers pass. */
  readonly "~input"?: Input;
}

/** @template Events schemas of the events a workflow waits for, by type. */
export interface Step<Events extends EventSchemas = EventSchemas> {
  /**
   * Runs `callback` once and remembers its result: on replay the result comes back at once.
   * Failed attempts are repeated as `config.retries` says; the last error is thrown.
   */
  do<T>(name: string, callback: (ctx: StepContext) => Promise<T> | T, rollback?: Rollback<T>): Promise<T>;
  do<T>(name: string, config: StepConfig, callback: (ctx: StepContext) => Promise<T> | T, rollback?: Rollback<T>): Promise<T>;
  /** Waits without costing anything. */
  sleep(name: string, duration: Duration): Promise<void>;
  /** A time in the past returns at once. Numbers are milliseconds since the epoch. */
  sleepUntil(name: string, time: Date | number): Promise<void>;
  /**
   * The next event of a type sent to this execution; events that came earlier were kept.
   * With `match`, the next event of the tenant, of that type and matching the filter, that
   * happens from the moment it is asked for on; `{}` matches every one.
   * @throws WaitTimeoutError after `timeout` (default 24 hours).
   */
  waitForEvent<Type extends keyof Events & string>(name: string, options: { type: Type; match?: EventFilter; timeout?: Duration }): Promise<StepEvent<z.output<Events[Type]>>>;
  waitForEvent<T = unknown>(name: string, options: { type: string; match?: EventFilter; timeout?: Duration }): Promise<StepEvent<T>>;
  /**
   * Publishes an event of the tenant, exactly once, and goes on. A workflow that events would
   * start over and over in a circle is not started any more (`event-loop`).
   * @throws ActionRefusedError `bad-request` for what is no event
   */
  sendEvent(name: string, event: EventToSend): Promise<{ id: string }>;
  /** Pauses until enough people have decided or the request expires. */
  approval<Form extends z.ZodObject>(name: string, options: Omit<ApprovalOptions, "form"> & { form: Form }): Promise<ApprovalOutcome<z.output<Form>>>;
  approval(name: string, options: ApprovalOptions): Promise<ApprovalOutcome>;
  /**
   * Runs another workflow of the tenant as a child and returns its output.
   * @throws ChildFailedError when the child fails or is cancelled.
   * @throws WaitTimeoutError after `timeout`; the child is then cancelled as it stands, without
   * its rollbacks. A retry of this execution lets it go on.
   */
  invoke<Input, Output>(name: string, workflow: Invocable<Input, Output>, input: Input, options?: { timeout?: Duration }): Promise<Output>;
  invoke<Output = unknown>(name: string, workflow: string, input: unknown, options?: { timeout?: Duration }): Promise<Output>;
  /** Ends this run and begins the next under the same id with an empty history. Does not return. */
  continueAsNew(input: unknown): Promise<never>;
}
