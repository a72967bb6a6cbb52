/**
 * The names of a tenant's variables and secrets, as types: `vars` and `secrets` then know them.
 * @module
 */
import type { VariableView } from "../schema/variable.ts";

const typeNames = { string: "string", number: "number", boolean: "boolean", json: "unknown" } as const;

/** By name: the same one may be another type in another workflow, or be missing there. */
export function variablesPart(variables: ReadonlyArray<Pick<VariableView, "name" | "type" | "workflow_id">>): string {
  const types = new Map<string, Set<string>>();
  const secrets = new Set<string>();
  for (const { name, type } of variables) {
    if (type === "secret") secrets.add(name);
    else types.set(name, (types.get(name) ?? new Set()).add(typeNames[type]));
  }
  for (const [name, of] of types) if (!variables.some((one) => one.name === name && one.workflow_id === null)) of.add("undefined");
  const vars = Array.from(types, ([name, of]) => `    readonly ${name}: ${of.has("unknown") ? "unknown" : [...of].join(" | ")};\n`).join("");
  const references = Array.from(secrets, (name) => `    readonly ${name}: import("everstep").SecretReference;\n`).join("");
  return `\ndeclare module "everstep" {\n  interface Variables {\n${vars}  }\n  interface Secrets {\n${references}  }\n}\n`;
}
