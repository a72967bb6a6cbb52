/**
 * Descriptions of workflows → TypeScript.
 * @module
 */
import { namesUsed } from "./names.ts";
import { printNodes } from "./print-node.ts";
import { at, printCall, printValue } from "./print-value.ts";
import { code, type InputFieldSpec, literal, object, type TriggerSpec, type ValueSpec, type WorkflowSpec } from "./spec.ts";

/** What `everstep` exports for code; types among them are imported as such. */
const exported = ["ActionRefusedError", "ChildFailedError", "NonRetryableError", "StepTimeoutError", "ValueError", "WaitTimeoutError", "actions", "crm", "durationMs", "on", "workflow"];
/** What a handler may take of its context, in this order. */
const context = ["input", "step", "vars", "secrets", "event", "execution"];

/**
 * A workflow's whole source: formatted, importing what it uses.
 * @example
 * ```ts
 * import { generateWorkflow } from "everstep/graph";
 *
 * generateWorkflow({
 *   id: "nap",
 *   triggers: [{ kind: "manual" }],
 *   body: [{ kind: "sleep", name: "a while", args: [{ form: "literal", value: "1 hour" }] }],
 * });
 * ```
 */
export function generateWorkflow(spec: WorkflowSpec): string {
  const comment = spec.comment === undefined ? "" : docComment(spec.comment);
  const head = `${exportOf(spec.export ?? "default")}workflow(`;
  const declared = `${comment}${head}${argumentsOf(spec, head)});\n`;
  const code = [spec.before, declared, spec.after].flatMap((part) => (part === undefined || part.trim() === "" ? [] : [`${part.trim()}\n`])).join("\n");
  return `${importsOf(code, spec.imports ?? [])}\n${code}`;
}

const exportOf = (name: string): string => (name === "default" ? "export default " : `export const ${name} = `);

function docComment(text: string): string {
  const lines = text.replaceAll("*/", "* /").split("\n");
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` *${line === "" ? "" : ` ${line}`}\n`).join("")} */\n`;
}

function argumentsOf(spec: WorkflowSpec, head: string): string {
  const options = optionsOf(spec);
  const body = printNodes(spec.body, "    ");
  const parameters = spec.parameters ?? parametersOf(spec, body);
  const flat = printValue(options, { indent: "", used: head.length, behind: parameters.length + 20 });
  if (!flat.includes("\n") && body !== "") return `${flat}, async (${parameters}) => {\n${printNodes(spec.body, "  ")}\n}`;
  const inner = "  ";
  return `\n${inner}${printValue(options, { ...at(inner), used: 80 })},\n${inner}async (${parameters}) => {${body === "" ? "" : `\n${body}\n${inner}`}},\n`;
}

function parametersOf({ inputName = "input" }: WorkflowSpec, body: string): string {
  const used = namesUsed(`async () => {\n${body}\n}`);
  const names = context.flatMap((name) => (name === "input" && inputName !== "input" ? (used.has(inputName) ? [`input: ${inputName}`] : []) : used.has(name) ? [name] : []));
  return names.length === 0 ? "" : `{ ${names.join(", ")} }`;
}

function optionsOf({ id, title, description, triggers, input, options = [] }: WorkflowSpec): ValueSpec {
  const on: ValueSpec = { form: "array", items: triggers.map((one) => ("kind" in one ? triggerOf(one) : one)) };
  const known = { id: literal(id), title: title === undefined ? undefined : literal(title), description: description === undefined ? undefined : literal(description), input: input === undefined ? undefined : inputOf(input), on: triggers.length === 0 ? undefined : on };
  const fields = object(known);
  return fields.form === "object" ? { form: "object", fields: [...fields.fields, ...options] } : fields;
}

/** `on.event("ticket.created", { filter })` */
function triggerOf({ kind, args = [] }: TriggerSpec): ValueSpec {
  return code(printCall(`on.${kind}`, args, at("    ")));
}

const types: Record<InputFieldSpec["type"], string> = { text: "z.string()", number: "z.number()", boolean: "z.boolean()", date: "z.iso.datetime({ offset: true })", any: "z.any()" };

function inputOf(input: readonly InputFieldSpec[] | string): ValueSpec {
  if (typeof input === "string") return code(input);
  const fields = Object.fromEntries(input.map(({ name, type, title, required = true }) => [name, code(`${types[type]}${required ? "" : ".optional()"}${title === undefined ? "" : `.meta({ title: ${JSON.stringify(title)} })`}`)]));
  const schema = object(fields);
  return code(printCall("z.object", [schema], { indent: "", used: 12, behind: 1 }));
}

function importsOf(body: string, others: NonNullable<WorkflowSpec["imports"]>): string {
  const used = namesUsed(body);
  const byModule = new Map<string, { name: string; type: boolean }[]>();
  const add = (from: string, name: string, type: boolean): void => void byModule.set(from, [...(byModule.get(from) ?? []).filter((one) => one.name !== name), { name, type }]);
  const taken = new Set(others.map(({ local }) => local));
  for (const name of exported) if (used.has(name) && !taken.has(name)) add("everstep", name, false);
  if (used.has("z") && !taken.has("z")) add("zod", "z", false);
  for (const { from, imported, local, typeOnly } of others) {
    if (used.has(local)) add(from, imported === "default" || imported === "*" ? `${imported} as ${local}` : imported === local ? local : `${imported} as ${local}`, typeOnly);
  }
  return [...byModule].sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1)).map(([from, names]) => importOf(from, names)).join("");
}

const rank = (from: string): number => (from === "everstep" ? 0 : from.startsWith(".") ? 2 : 1);

function importOf(from: string, names: readonly { name: string; type: boolean }[]): string {
  const whole = names.flatMap(({ name }) => (name.startsWith("* as ") ? [`import ${name} from ${JSON.stringify(from)};\n`] : []));
  const first = names.find(({ name }) => name.startsWith("default as "));
  const rest = names.filter(({ name }) => !name.startsWith("* as ") && !name.startsWith("default as "));
  const allTypes = rest.length > 0 && rest.every(({ type }) => type) && !first;
  const list = rest.sort((one, other) => one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1).map(({ name, type }) => (type && !allTypes ? `type ${name}` : name));
  const named = list.length > 0 ? `{ ${list.join(", ")} }` : "";
  const parts = [first?.name.slice(11) ?? "", named].filter((part) => part !== "");
  return whole.join("") + (parts.length === 0 ? "" : `import ${allTypes ? "type " : ""}${parts.join(", ")} from ${JSON.stringify(from)};\n`);
}
