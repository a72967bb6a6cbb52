/**
 * The workflows of a bundle, of either style, made callable.
 * @module
 */
import type { EventSchemas, Step } from "../authoring/step.ts";
import { type Workflow, workflowTag } from "../authoring/workflow.ts";
import type { TurnInput } from "../schema/journal.ts";
import { FatalError } from "./failures.ts";
import type { Program, ProgramContext } from "./ports.ts";

/** What an export that is a workflow says of itself. */
export interface Found {
  id: string;
  export: string;
  style: "function" | "class";
  options: Workflow["options"] | null;
  program: Program;
}

/** A class `extends WorkflowEntrypoint`, as far as it matters here. */
type WorkflowClass = (new (ctx: unknown, env: unknown) => { run(event: unknown, step: unknown): Promise<unknown> }) & { id?: unknown };

/** How the host makes and recognises such classes. */
export interface Classes {
  is(value: unknown): boolean;
  /** @param input of the turn that it is for */
  construct(Class: WorkflowClass, input: TurnInput): { run(event: unknown, step: unknown): Promise<unknown> };
}

export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replace(/[_\s]+/g, "-")
    .toLowerCase();
}

function isWorkflow(value: unknown): value is Workflow {
  return typeof value === "object" && value !== null && (value as { [workflowTag]?: unknown })[workflowTag] === 1;
}

/** Every exported workflow of a bundle; one that is exported under several names counts once. */
export function findWorkflows(bundle: Record<string, unknown>, classes: Classes): Found[] {
  const found: Found[] = [];
  const seen = new Set<unknown>();
  for (const [name, value] of Object.entries(bundle)) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (isWorkflow(value)) {
      found.push({ id: value.id, export: name, style: "function", options: value.options, program: functionProgram(value) });
    } else if (classes.is(value)) {
      const Class = value as WorkflowClass & { name: string };
      const id = typeof Class.id === "string" ? Class.id : kebab(name === "default" ? Class.name : name);
      found.push({ id, export: name, style: "class", options: null, program: classProgram(Class, classes) });
    }
  }
  return found;
}

const problems = (issues: ReadonlyArray<{ path?: ReadonlyArray<unknown>; message: string }>): string =>
  issues.slice(0, 10).map(({ path = [], message }) => `${path.length > 0 ? path.join(".") : "input"}: ${message}`).join("; ");

function functionProgram(workflow: Workflow): Program {
  const { input: schema, events = {} as EventSchemas, retries } = workflow.options;
  return {
    defaults: retries ? { retries } : {},
    async start(context: ProgramContext) {
      let { input } = context;
      if (schema) {
        const parsed = await schema.safeParseAsync(input);
        if (!parsed.success) throw new FatalError("invalid-input", `the input does not fit workflow "${workflow.id}": ${problems(parsed.error.issues)}`);
        input = parsed.data;
      }
      return workflow.handler({ ...context, input, event: { ...context.event, payload: input } } as never);
    },
    async parseEvent(type, payload) {
      const schemaOf = events[type];
      if (!schemaOf) return payload;
      const parsed = await schemaOf.safeParseAsync(payload);
      if (!parsed.success) throw new TypeError(`event "${type}" does not fit its schema: ${problems(parsed.error.issues)}`);
      return parsed.data;
    },
  };
}

function classProgram(Class: WorkflowClass, classes: Classes): Program {
  return {
    defaults: {},
    async start({ event, step }: ProgramContext, input: TurnInput) {
      const { payload, timestamp, instanceId, workflowName } = event;
      return classes.construct(Class, input).run({ payload, timestamp, instanceId, workflowName }, step as Step);
    },
    parseEvent: async (_type, payload) => payload,
  };
}
