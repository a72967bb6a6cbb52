/**
 * Declares a workflow.
 * @module
 */
import type { z } from "zod";
import type { EventDataOf, KnownEventType } from "../schema/event-catalogue.ts";
import type { TriggerKind } from "../schema/execution.ts";
import type { Duration } from "./duration.ts";
import type { FlowOptions } from "./flow.ts";
import type { Trigger } from "./on.ts";
import type { Secrets } from "./secret.ts";
import type { EventSchemas, Invocable, Retries, Step } from "./step.ts";
import type { Variables } from "./variables.ts";

/** Marks workflow values, so that a runtime of any version finds them in a bundle. */
export const workflowTag: unique symbol = Symbol.for("everstep.workflow") as never;

/** What a trigger brings along, as far as that is known. */
type Brings<One> = One extends { kind: "event"; type: infer Type } ? (Type extends KnownEventType ? EventDataOf<Type> : unknown) : One extends { kind: "schedule" } ? { scheduled_at: string; schedule_id: string } : unknown;

/** The schema's; without one, what the triggers bring. */
export type InputOf<Input extends z.ZodType, On extends readonly Trigger[]> = [z.ZodUnknown] extends [Input] ? ([On[number]] extends [never] ? unknown : Brings<On[number]>) : z.output<Input>;

export interface WorkflowOptions<Id extends string, Input extends z.ZodType, Events extends EventSchemas, On extends readonly Trigger[] = readonly Trigger[]> {
  /** Kebab-case, unique in the tenant. */
  id: Id;
  title?: string;
  description?: string;
  /** Checked before the first step; gives `input` its type. Without it that of the events it starts by. */
  input?: Input;
  /** Schemas of the events it waits for, by type. */
  events?: Events;
  on?: On;
  /** Default for its steps. */
  retries?: Retries;
  /** Longest duration of an execution. Default 365 days. */
  timeout?: Duration;
  /** Which starts go ahead, and when: limits of concurrency and rate, debounce, batches, … */
  flow?: FlowOptions;
  /** `pooled`: many short executions share a Durable Object. Default `own`. */
  placement?: "own" | "pooled";
}

export interface WorkflowEvent<Input> {
  /** What started the execution. */
  kind: TriggerKind;
  payload: Readonly<Input>;
  timestamp: Date;
  instanceId: string;
  workflowName: string;
  /** Webhooks: headers without credentials. */
  headers: Readonly<Record<string, string>>;
}

export interface WorkflowContext<Input, Events extends EventSchemas = EventSchemas> {
  event: WorkflowEvent<Input>;
  input: Input;
  step: Step<Events>;
  execution: { id: string; workflowId: string; version: number; run: number };
  /** The tenant's variables and the workflow's own, which stand over them. */
  vars: Variables;
  /** References to secrets: `secrets.NAME` in a request becomes the value on its way out. */
  secrets: Secrets;
}

export type Handler<Input, Events extends EventSchemas, Output> = (context: WorkflowContext<Input, Events>) => Promise<Output>;

export interface Workflow<Id extends string = string, Input = never, Output = unknown> extends Invocable<Input, Output> {
  readonly [workflowTag]: 1;
  readonly id: Id;
  readonly options: WorkflowOptions<string, z.ZodType, EventSchemas>;
}

/**
 * A durable workflow: an ordinary async function whose steps are remembered.
 * @example
 * ```ts
 * import { on, workflow } from "everstep";
 * import { z } from "zod";
 *
 * export default workflow(
 *   { id: "welcome", title: "Welcome", input: z.object({ name: z.string() }), on: [on.manual()] },
 *   async ({ input, step }) => {
 *     const greeting = await step.do("greet", async () => `Hello, ${input.name}!`);
 *     await step.sleep("pause", "1 second");
 *     return { greeting };
 *   },
 * );
 * ```
 */
export function workflow<const Id extends string, Output, Input extends z.ZodType = z.ZodUnknown, Events extends EventSchemas = Record<never, never>, const On extends readonly Trigger[] = readonly []>(
  options: WorkflowOptions<Id, Input, Events, On>,
  handler: Handler<InputOf<Input, On>, Events, Output>,
): Workflow<Id, z.input<Input>, Output> {
  return { [workflowTag]: 1, id: options.id, options: options as never, handler: handler as never };
}
