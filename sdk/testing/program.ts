/**
 * A workflow under test: its steps' bodies replaced by stubs where the test says so, and
 * every attempt passing through one door.
 * @module
 */
import type { Rollback, Step, StepConfig, StepContext } from "../authoring/step.ts";
import { type Workflow, workflowTag } from "../authoring/workflow.ts";
import type { Program } from "../runtime/ports.ts";
import { type Found, findWorkflows } from "../runtime/programs.ts";

/** A class `extends WorkflowEntrypoint`, or one of its shape. */
export type WorkflowClass = new (ctx: never, env: never) => { run(event: never, step: never): Promise<unknown> };

/** A value, or a function that makes it from the step's context. */
export type StepStub = unknown;

export interface Doors {
  steps: Readonly<Record<string, StepStub>>;
  /** Makes an attempt of a step or of its rollback. */
  attempt(key: string, body: () => unknown, signal: AbortSignal): unknown;
  /** A child was asked for by value. */
  onInvoke(workflow: Workflow<string, unknown>): void;
}

/** @throws TypeError for what is no workflow. */
export function foundIn(workflow: unknown): Found {
  const [found] = findWorkflows({ default: workflow }, {
    is: (value) => typeof value === "function" && typeof (value.prototype as { run?: unknown } | undefined)?.run === "function",
    construct: (Class) => new Class({}, {}),
  });
  if (!found) throw new TypeError("testWorkflow needs what workflow() returns, or a class with a run method");
  return found;
}

export function testProgram(program: Program, doors: Doors): Program {
  return {
    defaults: program.defaults,
    parseEvent: program.parseEvent,
    start: (context, input) => program.start({ ...context, step: throughDoors(context.step, doors) }, input),
  };
}

type Body = (ctx: StepContext) => unknown;

function throughDoors(step: Step, doors: Doors): Step {
  return {
    ...step,
    do(name: string, ...rest: unknown[]): Promise<never> {
      const config = typeof rest[0] === "function" ? [] : [rest.shift() as StepConfig];
      const [body, rollback] = rest as [Body, Rollback<never> | undefined];
      const run = step.do as (name: string, ...rest: unknown[]) => Promise<never>;
      if (typeof body !== "function") return run(name, ...config, body, rollback);
      const stubbed = Object.hasOwn(doors.steps, name) ? stubBody(doors.steps[name]) : body;
      const attempt = (ctx: StepContext): unknown => doors.attempt(`${ctx.step.name}-${ctx.step.count}`, () => stubbed(ctx), ctx.signal);
      return run(name, ...config, attempt, rollback && rollbackThrough(rollback, doors));
    },
    invoke(name: string, workflow: unknown, ...rest: unknown[]): Promise<never> {
      if (typeof workflow === "object" && workflow !== null && workflowTag in workflow) doors.onInvoke(workflow as Workflow<string, unknown>);
      return (step.invoke as (name: string, ...rest: unknown[]) => Promise<never>)(name, workflow, ...rest);
    },
  } as Step;
}

function stubBody(stub: StepStub): Body {
  return typeof stub === "function" ? (stub as Body) : () => stub;
}

function rollbackThrough(rollback: Rollback<never>, doors: Doors): Rollback<never> {
  const options = typeof rollback === "function" ? { rollback } : rollback;
  if (typeof options.rollback !== "function") return rollback;
  return {
    ...options,
    rollback: (context) => doors.attempt(`rollback:${context.stepName}`, () => options.rollback(context), context.ctx.signal) as Promise<void>,
  };
}
