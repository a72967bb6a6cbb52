/**
 * The rules of each kind; most have none.
 * @module
 */
import type { EntityKind } from "../../../../sdk/schema/crm/index.ts";
import type { Rule } from "./rule.ts";

const rules: Partial<Record<EntityKind, Rule>> = {};

export function ruleOf(kind: string): Rule | undefined {
  return Object.hasOwn(rules, kind) ? rules[kind as EntityKind] : undefined;
}
