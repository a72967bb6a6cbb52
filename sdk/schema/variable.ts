/**
 * Variables and secrets as the REST interface shows them, and as an execution gets them.
 * @module
 */
import { z } from "zod";
import { isVariableName } from "./secret-reference.ts";

export const variableName = z.string().refine(isVariableName, "a name has letters, digits and _, at most 100, and begins with no digit");
export const variableType = z.enum(["string", "number", "boolean", "json", "secret"]);
export type VariableType = z.infer<typeof variableType>;

export const variableView = z.object({
  id: z.string(),
  name: z.string(),
  type: variableType,
  workflow_id: z.string().nullable().describe("Null: for all workflows of the tenant"),
  value: z.json().optional().describe("Never there for a secret"),
  has_value: z.boolean(),
  hosts: z.array(z.string()).describe("Where a secret may be sent; empty for other types"),
  description: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type VariableView = z.infer<typeof variableView>;

/** What an execution sees of its tenant's variables: taken once, kept for all its replays. */
export interface VariablesSnapshot {
  /** By name; the workflow's own stand over the tenant's. No secrets. */
  values: Record<string, unknown>;
  /** Part of the execution's references to secrets. */
  tag: string;
}
