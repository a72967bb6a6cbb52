/**
 * Answers to a request's form, checked before they count. The form is the tenant's: what could
 * keep the thread busy (a regular expression that backtracks) is left to the isolate, whose code
 * is guarded, and where the workflow's own schema parses them again.
 * @module
 */
import { z } from "zod";
import type { Json, JsonObject } from "../../../db/schema/json.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

/** Characters of answers as JSON. */
const largestAnswers = 65_536;
const longestPatterned = 200;

/** @throws PlatformError `bad-request` naming each field that does not fit */
export function checkedAnswers(form: JsonObject | null, decision: "approved" | "rejected", answers: unknown): Json {
  if (form === null) {
    if (answers !== undefined && answers !== null) throw refused([{ pointer: "/answers", detail: "this approval has no form" }]);
    return null;
  }
  // Who rejects may leave the form empty.
  if (decision === "rejected" && (answers === undefined || answers === null)) return null;
  const given = answers ?? {};
  if (JSON.stringify(given).length > largestAnswers) throw refused([{ pointer: "/answers", detail: `more than ${largestAnswers} characters` }]);
  const parsed = validatorOf(form).safeParse(given);
  if (parsed.success) return given as Json;
  throw refused(parsed.error.issues.slice(0, 50).map(({ path, message }) => ({ pointer: ["/answers", ...path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/"), detail: message })));
}

/** Whether the answers of such a form can be checked here at all. */
export function validatorOf(form: JsonObject): z.ZodType {
  try {
    return z.fromJSONSchema(withoutHeavyPatterns(form) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return z.record(z.string(), z.json());
  }
}

function refused(errors: { pointer: string; detail: string }[]): PlatformError {
  const [first] = errors;
  return new PlatformError("bad-request", `${first?.pointer}: ${first?.detail}`, errors);
}

/** Named formats bring patterns of zod's own, which are sound; they are known by name. */
function withoutHeavyPatterns(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutHeavyPatterns);
  if (typeof schema !== "object" || schema === null) return schema;
  const { pattern, patternProperties: _, ...rest } = schema;
  const kept: JsonObject = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, name === "enum" || name === "const" || name === "default" ? value : withoutHeavyPatterns(value)]));
  if (typeof pattern !== "string" || typeof kept["format"] === "string" || !isLight(pattern)) return kept;
  const longest = typeof kept["maxLength"] === "number" ? kept["maxLength"] : Number.POSITIVE_INFINITY;
  return longest > longestPatterned ? kept : { ...kept, pattern };
}

/** At most two quantifiers of open length, none of them around a group, no looking around, no references, one choice. */
export function isLight(pattern: string): boolean {
  if (pattern.length > 200 || /\(\?(?!:)|\\[1-9k]|\)[*+?{]/.test(pattern)) return false;
  const plain = pattern.replaceAll(/\\./g, "x").replaceAll(/\[(?:[^\]])*\]/g, "x");
  const open = plain.replaceAll("(?:", "(").match(/[*+?]|\{\d+,\d*\}/g) ?? [];
  return open.length <= 2 && (plain.match(/\|/g) ?? []).length <= 1;
}
