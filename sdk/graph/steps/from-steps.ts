/**
 * Workflows as steps → TypeScript.
 * @module
 */
import { workflowJson, type WorkflowJson, type WorkflowJsonInput, type WorkflowStepJson } from "../../schema/workflow-steps.ts";
import { namesUsed, reserved, variableName, workflowId } from "../generate/names.ts";
import { code, type NodeSpec, type WorkflowSpec } from "../generate/spec.ts";
import { generateWorkflow } from "../generate/workflow.ts";
import { Compiler, type Manner } from "./compile.ts";
import { blocks, earlyNames, unreadNames } from "./declare.ts";
import type { StepProblem } from "./read-steps.ts";
import type { Local } from "./results.ts";
import { inputNameOf, namesRead } from "./references.ts";
import { type TriggerPlan, triggerOf } from "./trigger.ts";

export type FromSteps = { ok: true; source: string; warnings: StepProblem[] } | { ok: false; problems: StepProblem[] };

export interface FromStepsOptions {
  /** Steps that nothing leads to: a problem (default), or left out with a warning. */
  unreached?: "problem" | "leave out";
}

/**
 * A workflow's source from its steps; docs/steps.md has what each becomes.
 * @example
 * ```ts
 * import { workflowFromSteps } from "everstep/graph";
 *
 * workflowFromSteps({
 *   name: "Greet",
 *   trigger_type: "event",
 *   trigger_config: { event: "lead.created" },
 *   steps: [{ step_type: "action", action_type: "create_task", config: { title: "Call {{trigger.lead.name}}" } }],
 * });
 * ```
 */
export function workflowFromSteps(json: WorkflowJsonInput, { unreached = "problem" }: FromStepsOptions = {}): FromSteps {
  const parsed = workflowJson.safeParse(json);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(({ path, message }) => ({ step: stepAt(json, path), message: `${path.join(".")}: ${message}` })) };
  let trigger: TriggerPlan;
  try {
    trigger = named(triggerOf(parsed.data.code?.triggers ? { trigger_type: "manual", trigger_config: { input: "" } } : parsed.data), parsed.data.code?.parameters);
  } catch (error) {
    return { ok: false, problems: [{ step: null, message: error instanceof Error ? error.message : String(error) }] };
  }
  const { compiler, body } = compile(parsed.data, trigger);
  const problems = [...compiler.problems, ...(unreached === "problem" ? compiler.unreached : [])];
  if (problems.length > 0) return { ok: false, problems };
  const warnings = [...[...compiler.scope.warnings].map((message) => ({ step: null, message })), ...compiler.unreached];
  return { ok: true, source: generateWorkflow(specOf(parsed.data, trigger, body)), warnings };
}

/** What the parameters call the input. */
function named(plan: TriggerPlan, parameters: string | undefined): TriggerPlan {
  if (parameters === undefined) return plan;
  const inputName = inputNameOf(parameters) ?? "input";
  return { ...plan, inputName, source: { ...plan.source, text: inputName } };
}

function stepAt({ steps }: WorkflowJsonInput, [first, index]: readonly PropertyKey[]): string | null {
  if (first !== "steps" || typeof index !== "number") return null;
  return steps?.[index]?.id ?? `step${steps?.[index]?.step_order ?? index + 1}`;
}

function compile({ steps }: WorkflowJson, trigger: TriggerPlan): { compiler: Compiler; body: NodeSpec[] } {
  const given = new Set(namesGiven(steps));
  const taken = new Set([...reserved, trigger.inputName, ...given]);
  const locals = localsOf(steps);
  const read = namesRead(steps);
  const write = (manner: Manner) => {
    const compiler = new Compiler({ trigger, read, taken, given, locals, manner });
    return { compiler, body: compiler.whole(steps) };
  };
  const settled = (fold: boolean) => {
    const first = write({ early: new Set(), unread: new Set(), fold });
    const unread = unreadNames(first.body, [...first.compiler.own].filter((name) => !given.has(name)));
    const early = earlyNames(first.body, [...first.compiler.own].filter((name) => !unread.has(name)));
    const second = early.size === 0 && unread.size === 0 ? first : write({ early, unread, fold });
    const values = new Map([...locals].map(([variable, { name }]) => [name, variable]));
    const lookups: NodeSpec[] = [...second.compiler.scope.lookups.values()].map((text) => ({ kind: "code", text }));
    const declared: NodeSpec[] = [...early].map((name) => ({ kind: "code", text: values.has(name) ? `let ${name} = vars[${JSON.stringify(values.get(name))}];` : `let ${name};` }));
    return { compiler: second.compiler, body: [...lookups, ...declared, ...second.body] };
  };
  const plain = settled(false);
  if (!labelled(plain.body)) return plain;
  const folded = settled(true);
  folded.compiler.unreached.push(...plain.compiler.unreached);
  return folded;
}

const labelled = (nodes: readonly NodeSpec[]): boolean => nodes.some((node) => node.kind === "block" || blocks(node).some(labelled));

/** Names that the steps bring along. */
function* namesGiven(steps: readonly WorkflowStepJson[]): Generator<string> {
  for (const { config, result_variable: variable } of steps) {
    if (variable != null) yield* namesUsed(`let ${variable} = 0;`);
    if (typeof config["source"] === "string") yield* namesUsed(config["source"]);
    for (const [, text] of JSON.stringify(config).matchAll(/\{\{=([\s\S]*?)=\}\}/g)) yield* (text ?? "").match(/[A-Za-z_$][\w$]*/g) ?? [];
    for (const inside of nestedSteps(config)) yield* namesGiven(inside);
  }
}

/** Variables that steps set, by the name that they are read by. */
function localsOf(steps: readonly WorkflowStepJson[], found = new Map<string, Local>()): Map<string, Local> {
  for (const { config, step_type: type, action_type: action, result_declaration: declaration } of steps) {
    const variable = config["variable_name"] ?? config["name"];
    if (type === "action" && action === "set_variable" && config["scope"] == null && typeof variable === "string") {
      const value = config["variable_value"] ?? config["value"];
      const plain = (typeof value === "string" && !/^\{\{[^}]*\}\}$/.test(value)) || typeof value === "number" || typeof value === "boolean";
      found.set(variable, { name: variableName(variable), sure: plain && (found.get(variable)?.sure ?? true), given: declaration != null || (found.get(variable)?.given ?? false) });
    }
    for (const inside of nestedSteps(config)) localsOf(inside, found);
  }
  return found;
}

function nestedSteps(config: WorkflowStepJson["config"]): WorkflowStepJson[][] {
  const lists = [config["steps"], config["catch"], config["finally"], config["default"], ...(Array.isArray(config["branches"]) ? config["branches"] : []), ...(Array.isArray(config["cases"]) ? config["cases"].map((one) => (one as { steps?: unknown } | null)?.steps) : [])];
  return lists.flatMap((list) => (Array.isArray(list) ? [list.map((one) => ({ config: {}, ...(one as object) }) as WorkflowStepJson)] : []));
}

function specOf({ id, name, description, code: around }: WorkflowJson, { triggers, input, inputName }: TriggerPlan, body: readonly NodeSpec[]): WorkflowSpec {
  const { triggers: written, options, imports, input: schema, ...rest } = around ?? {};
  const given = schema ?? input;
  return {
    id: id ?? workflowId(name),
    title: name,
    ...(description == null || description === "" ? {} : { description }),
    triggers: written ? written.map(code) : triggers,
    ...(given === undefined || given === "" ? {} : { input: given }),
    inputName,
    ...(options ? { options: Object.entries(options).map(([key, text]) => ({ key, value: code(text) })) } : {}),
    ...(imports ? { imports } : {}),
    ...definite(rest),
    body,
  };
}

const definite = <T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } => Object.fromEntries(Object.entries(value).filter(([, of]) => of !== undefined)) as never;
