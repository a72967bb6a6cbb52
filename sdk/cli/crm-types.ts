/**
 * The fields that a tenant has added, as types: `custom` of records then knows their keys, and
 * what each holds.
 * @module
 */
import type { CustomFieldView } from "../client/replies.ts";
import { extensible } from "../schema/crm/index.ts";

const amount = "{ amount: number; currency: string }";
const plain: Readonly<Record<string, string>> = { text: "string", url: "string", date: "string", user: "string", number: "number", money: amount, boolean: "boolean" };

function typeOf({ type, options }: Pick<CustomFieldView, "type" | "options">): string {
  const choices = options.map((one) => JSON.stringify(one)).join(" | ") || "never";
  if (type === "select") return choices;
  // A type that this version does not know may hold anything.
  return type === "multiselect" ? `Array<${choices}>` : (plain[type] ?? "unknown");
}

/** What ends a comment must not stand in one. */
const comment = (title: string): string => title.replaceAll(/\s+/g, " ").replaceAll("*/", "* /");

/** A part of `everstep-env.d.ts`. Of an entity without such fields none is allowed. */
export function customFieldsPart(fields: readonly CustomFieldView[]): string {
  const entities = extensible.map(({ kind }) => {
    const own = fields.filter(({ entity }) => entity === kind);
    if (own.length === 0) return `    ${kind}: Record<string, never>;\n`;
    return `    ${kind}: {\n${own.map((one) => `      /** ${comment(one.title)} */\n      ${one.key}: ${typeOf(one)};\n`).join("")}    };\n`;
  });
  return `\ndeclare module "everstep" {\n  interface CustomFields {\n${entities.join("")}  }\n}\n`;
}
