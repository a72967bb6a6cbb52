/**
 * One step as statements.
 * @module
 */
import type { WorkflowStepJson } from "../../schema/workflow-steps.ts";
import { flatValue } from "../generate/print-value.ts";
import { code, literal, type NamedSpecNode, type NodeSpec, object, type StepSpecNode, type ValueSpec } from "../generate/spec.ts";
import { callOf, planCall, type PlannedCall } from "./action-call.ts";
import { delayOf, duration, limitOf } from "./durations.ts";
import { ExpressionError } from "./expression.ts";
import type { Scope } from "./scope.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a step's result is called: null when nobody asks for it. */
export interface Target {
  name: string;
  declared: "const" | "let" | null;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Those that have steps inside of them are written elsewhere. */
export function writeStep(json: WorkflowStepJson, scope: Scope, target: Target | null, local: (variable: string) => Target): NodeSpec[] {
  const nodes = written(json, scope, target, local);
  const [first, ...rest] = nodes;
  return first && json.comment ? [{ ...first, comment: json.comment }, ...rest] : nodes;
}

function written(json: WorkflowStepJson, scope: Scope, target: Target | null, local: (variable: string) => Target): NodeSpec[] {
  const { config } = json;
  const binding = target ? { binding: { declared: target.declared, target: target.name } } : {};
  const named = (kind: NamedSpecNode["kind"], name: string, args: readonly (ValueSpec | undefined)[]): NodeSpec[] => [{ kind, name: json.name ?? name, args: args.flatMap((one) => (one ? [one] : [])), ...binding }];
  switch (json.step_type) {
    case "action":
      return json.action_type === "set_variable" && config["scope"] == null ? [assigned(config, scope, local)] : writeAction(json, scope, target);
    case "delay": {
      const { until, value, words } = delayOf(config, scope);
      return named(until ? "sleepUntil" : "sleep", `wait ${words}`, [value]);
    }
    case "approval":
      return named("approval", text(config["title"])?.replace(/\{\{[\s\S]*?\}\}/g, "…") ?? "approval", [approvalOptions(config, scope)]);
    case "wait": {
      const type = text(config["event"] ?? config["type"]);
      if (type === null) throw new ExpressionError("config needs event: the type of the event that it waits for");
      const timeout = limitOf(config["timeout"] ?? json.timeout_seconds, scope);
      return named("waitForEvent", `wait for ${type}`, [object({ type: literal(type), match: config["match"] == null ? undefined : scope.value(config["match"]), timeout })]);
    }
    case "child": {
      const workflow = text(config["workflow"] ?? config["workflow_id"]);
      if (workflow === null) throw new ExpressionError("config needs workflow: the id of the workflow that it runs");
      const timeout = limitOf(config["timeout"] ?? json.timeout_seconds, scope);
      return named("invoke", workflow.startsWith("{{") ? "run a workflow" : `run ${workflow}`, [scope.value(workflow), scope.value(config["input"] ?? null), timeout && object({ timeout })]);
    }
    case "event": {
      const type = text(config["event"] ?? config["type"]);
      if (type === null) throw new ExpressionError("config needs event: the type of the event that it publishes");
      return named("sendEvent", `send ${type}`, [object({ type: scope.value(type), data: config["data"] == null ? undefined : scope.value(config["data"]), record: config["record"] == null ? undefined : scope.value(config["record"]) })]);
    }
    case "step": {
      const source = text(config["source"]);
      if (source === null) throw new ExpressionError("config needs source: what the step does, in TypeScript");
      const params = text(config["params"]);
      const how: Partial<StepSpecNode> = { ...(config["concise"] === true ? { concise: true } : {}), ...(config["async"] === false ? { async: false } : {}), ...(params === null ? {} : { params }), ...(text(config["rollback"]) === null ? {} : { rollback: text(config["rollback"]) ?? "" }) };
      const settings = config["config"] == null ? configOf(json) : scope.value(config["config"]);
      return [{ kind: "step", name: nameOf(json, config, scope) ?? "step", body: [{ kind: "code", text: source }], ...how, ...(settings ? { config: settings } : {}), ...binding }];
    }
    case "code": {
      const source = text(config["source"]);
      if (source === null) throw new ExpressionError("config needs source: statements in TypeScript");
      return [{ kind: "code", text: source }];
    }
    case "return":
      return [config["value"] === undefined ? { kind: "return" } : { kind: "return", value: scope.value(config["value"]) }];
    case "throw": {
      if (config["value"] !== undefined) return [{ kind: "throw", value: scope.value(config["value"]) }];
      const message = scope.value(config["message"] ?? "failed");
      return [{ kind: "throw", value: code(`new Error(${message.form === "code" ? `String(${message.text})` : flatValue(message)})`) }];
    }
    case "restart":
      return [{ kind: "continueAsNew", args: [scope.value(config["input"] ?? null)], ...(config["returned"] === false ? {} : { returned: true }) }];
    default:
      throw new ExpressionError(`${json.step_type} cannot stand here`);
  }
}

const nameOf = (json: WorkflowStepJson, config: Json, scope: Scope): string | ValueSpec | null => (config["name"] == null ? (json.name ?? null) : scope.value(config["name"]));

function assigned(config: Json, scope: Scope, local: (variable: string) => Target): NodeSpec {
  const variable = text(config["variable_name"] ?? config["name"]);
  if (variable === null) throw new ExpressionError("config needs variable_name");
  const { name, declared } = local(variable);
  const value = scope.value(config["variable_value"] ?? config["value"] ?? null);
  return { kind: "code", text: `${declared === null ? "" : `${declared} `}${name} = ${flatValue(value)};` };
}

function writeAction(json: WorkflowStepJson, scope: Scope, target: Target | null): NodeSpec[] {
  if (json.action_type == null) throw new ExpressionError("action_type is missing");
  const { scope: where, ...rest } = json.config;
  const config = json.action_type === "set_variable" ? { name: rest["variable_name"] ?? rest["name"], value: rest["variable_value"] ?? rest["value"] ?? null, scope: where, ...(rest["workflow_id"] == null ? {} : { workflow_id: rest["workflow_id"] }) } : json.config;
  const plan = planCall(json.action_type, config);
  const call = callOf(plan, scope);
  const settings = configOf(json);
  const list = plan.order === undefined ? null : listName(plan, target);
  const bound = list ?? target;
  const pattern = bound && plan.first && !list ? `[${bound.name}]` : bound?.name;
  const binding = bound && pattern !== undefined ? { binding: { declared: bound.declared, target: pattern } } : {};
  const node: NodeSpec = settings || json.name != null ? { kind: "step", name: json.name ?? plan.title, ...(settings ? { config: settings } : {}), body: [{ ...call, awaited: false }], concise: true, async: false, ...binding } : { ...call, ...binding };
  if (!list || !target) return [node];
  const sorted = `${list.name}.toSorted((one, other) => ${plan.order ?? "0"})`;
  const head = target.declared === null ? "" : `${target.declared} `;
  return [node, { kind: "code", text: plan.first ? `${head}[${target.name}] = ${sorted};` : `${head}${target.name} = ${sorted};` }];
}

/** What is sorted has a name of its own before. */
function listName({ first }: PlannedCall, target: Target | null): Target | null {
  return target && { name: first ? `${target.name}s` : `${target.name}Found`, declared: "const" };
}

/** Null: the workflow's defaults. */
export function configOf({ retry_count: limit, retry_delay_seconds: delay, timeout_seconds: timeout }: WorkflowStepJson): ValueSpec | null {
  if (limit == null && delay == null && timeout == null) return null;
  const retries = limit == null && delay == null ? undefined : limit === 0 ? object({ limit: literal(0) }) : object({ limit: literal(limit ?? 5), delay: literal(duration(delay ?? 60, "seconds")), backoff: literal("constant") });
  return object({ retries, timeout: timeout == null ? undefined : literal(duration(timeout, "seconds")) });
}

function approvalOptions(config: Json, scope: Scope): ValueSpec {
  const { title, description, requested_from_user_id: user, requested_from_role_id: roleId, requested_from_role: role, from, need, form, expires_in: expires, timeout, expires_in_seconds: seconds, on_timeout: onTimeout, remind, escalate, delegate } = config;
  const asked = from ?? [...(user == null ? [] : [user]), ...[role, roleId].flatMap((one) => (one == null ? [] : [typeof one === "string" && !one.startsWith("{{") ? `role:${one.replace(/^role:/, "")}` : one]))];
  const some = (value: unknown): ValueSpec | undefined => (value === undefined || value === null ? undefined : scope.value(value));
  const people = Array.isArray(asked) && asked.length === 0 ? undefined : some(asked);
  return object({ title: scope.value(title ?? "Approval"), description: some(description), from: people, need: some(need), form: some(form), timeout: limitOf(expires ?? seconds ?? timeout, scope), onTimeout: some(onTimeout), remind: some(remind), escalate: some(escalate), delegate: some(delegate) });
}
