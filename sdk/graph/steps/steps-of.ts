/**
 * A workflow's code → its steps.
 * @module
 */
import { workflowJson, type WorkflowJson } from "../../schema/workflow-steps.ts";
import { describeWorkflow } from "../generate/describe-workflow.ts";
import { flatValue } from "../generate/print-value.ts";
import type { SourceGraph, WorkflowGraph } from "../model.ts";
import { allNodes, findWorkflow } from "../walk.ts";
import { triggerJson } from "./back-trigger.ts";
import { workflowFromSteps } from "./from-steps.ts";
import type { StepProblem } from "./read-steps.ts";
import { inputNameOf } from "./references.ts";
import { ToSteps } from "./to-steps.ts";
import { triggerOf, type TriggerPlan } from "./trigger.ts";

export type StepsOf = { ok: true; workflow: WorkflowJson } | { ok: false; problems: (StepProblem & { start: number | null })[] };

/**
 * A workflow as steps: what has no form of its own is carried along as code, so that making
 * code of the steps again gives the same workflow.
 * @param workflow its id, or the name of its export
 */
export function stepsOf(graph: SourceGraph, workflow: string | WorkflowGraph): StepsOf {
  const found = typeof workflow === "string" ? findWorkflow(graph, workflow) : workflow;
  const no = (message: string, start: number | null = null, step: string | null = null): StepsOf => ({ ok: false, problems: [{ step, message, start }] });
  if (!found) return no(`there is no workflow ${JSON.stringify(workflow)} in this source`);
  if (graph.errors[0]) return no(`line ${graph.errors[0].line}: ${graph.errors[0].message}`, graph.errors[0].start);
  const broken = [...allNodes(found)].filter(({ kind }) => kind === "broken");
  if (broken.length > 0) return { ok: false, problems: broken.map(({ id, start }) => ({ step: id, message: "this cannot be parsed", start })) };
  if (found.style === "class") return no("a workflow that is a class has no steps: write it with workflow()", found.start);
  const spec = describeWorkflow(graph, found);
  if (!spec) return no("its options are not written out where it is declared: steps have no place for them", found.start);
  const around = aroundOf(found, spec);
  const read = (exact: boolean): ReturnType<typeof workflowJson.safeParse> => {
    const steps = new ToSteps(graph.source, found, { input: inputNameOf(spec.parameters ?? ""), record: around.plan?.record?.kind ?? null, exact }).whole();
    return workflowJson.safeParse({ id: spec.id, name: spec.title ?? spec.id, ...(spec.description === undefined ? {} : { description: spec.description }), ...around.trigger, steps, ...(around.code ? { code: around.code } : {}) });
  };
  const [inPlaces, asWritten] = [read(false), read(true)];
  if (!asWritten.success) return no(asWritten.error.issues[0]?.message ?? "its steps are too large", found.start);
  // Places, unless the code that is made of them is another.
  return { ok: true, workflow: inPlaces.success && alike(inPlaces.data, asWritten.data) ? inPlaces.data : asWritten.data };
}

/** Both make the same code, up to `?.` and `?? ""`: more of these do no harm. */
function alike(one: WorkflowJson, other: WorkflowJson): boolean {
  const [made, written] = [workflowFromSteps(one, { unreached: "leave out" }), workflowFromSteps(other, { unreached: "leave out" })];
  if (!made.ok || !written.ok) return made.ok;
  const bare = (text: string): string => text.replaceAll("?.", ".").replaceAll(".[", "[").replaceAll(' ?? ""', "").replace(/,?\s+/g, "");
  const count = (text: string): number => text.split("?.").length + text.split(' ?? ""').length;
  return bare(made.source) === bare(written.source) && count(made.source) >= count(written.source);
}

function aroundOf(found: WorkflowGraph, spec: NonNullable<ReturnType<typeof describeWorkflow>>): { trigger: Partial<Pick<WorkflowJson, "trigger_type" | "trigger_config">>; plan: TriggerPlan | null; code: WorkflowJson["code"] } {
  const simple = triggerJson(found);
  let plan: TriggerPlan | null = null;
  try {
    plan = simple && triggerOf(simple);
  } catch {
    plan = null;
  }
  const trigger = plan && simple ? simple : { trigger_type: found.triggers[0]?.kind === "unknown" ? ("manual" as const) : (found.triggers[0]?.kind ?? ("manual" as const)), trigger_config: {} };
  const input = typeof spec.input === "string" ? spec.input : undefined;
  const planned = plan && typeof plan.input === "string" ? plan.input : undefined;
  const name = inputNameOf(spec.parameters ?? "");
  const simpleParameters = /^\{ (?:input(?:: [\w$]+)?|step|vars|secrets|event|execution)(?:, (?:step|vars|secrets|event|execution))* \}$/.test(spec.parameters ?? "") && (name === null || name === (plan?.inputName ?? "input"));
  const extra = {
    ...(spec.export === undefined || spec.export === "default" ? {} : { export: spec.export }),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
    ...(spec.before === undefined ? {} : { before: spec.before }),
    ...(spec.after === undefined ? {} : { after: spec.after }),
    ...(simpleParameters || spec.parameters === "" ? {} : { parameters: spec.parameters ?? "" }),
    ...(input === planned ? {} : { input: input ?? "" }),
    ...(plan && found.triggers.length > 0 ? {} : { triggers: spec.triggers.map((one) => ("kind" in one ? `on.${one.kind}(${(one.args ?? []).map((value) => flatValue(value)).join(", ")})` : flatValue(one))) }),
    ...(spec.options ? { options: Object.fromEntries(spec.options.map(({ key, value }) => [key, flatValue(value)])) } : {}),
    ...importsOf(spec.imports ?? []),
  };
  return { trigger, plan, code: Object.keys(extra).length > 0 ? extra : undefined };
}

/** Those that are not found by themselves. */
function importsOf(imports: NonNullable<NonNullable<ReturnType<typeof describeWorkflow>>["imports"]>) {
  const others = imports.filter(({ from, imported, local, typeOnly }) => typeOnly || imported !== local || !((from === "everstep" && /^(?:actions|crm|on|workflow|durationMs|\w+Error)$/.test(local)) || (from === "zod" && local === "z")));
  return others.length > 0 ? { imports: others.map(({ from, imported, local, typeOnly }) => ({ from, imported, local, typeOnly })) } : {};
}
