import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../../db/schema/json.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { checkedAnswers, isLight } from "./form.ts";

const formOf = (schema: z.ZodType): JsonObject => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as unknown as JsonObject;
const form = formOf(
  z.object({
    amount: z.number().int().min(1).max(900),
    reason: z.enum(["late", "lost"]),
    mail: z.email().optional(),
    code: z.string().max(20).regex(/^[A-Z]{2}-\d+$/).optional(),
    items: z.array(z.object({ sku: z.string().min(1) })).max(3).default([]),
    when: z.coerce.date().optional(),
  }),
);

function faults(answers: unknown, decision: "approved" | "rejected" = "approved", of: JsonObject | null = form): Record<string, string> {
  try {
    checkedAnswers(of, decision, answers);
    return {};
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return Object.fromEntries((error.errors ?? []).map(({ pointer, detail }) => [pointer, detail]));
  }
}

describe("answers", () => {
  it("that fit are kept as they were given", () => {
    const given = { amount: 5, reason: "late", mail: "ada@example.com", code: "AB-1", items: [{ sku: "x" }], when: "2026-01-01" };
    expect(checkedAnswers(form, "approved", given)).toEqual(given);
  });

  it("are refused field by field", () => {
    expect(faults({ amount: 901, reason: "other", mail: "ada", code: "ab", items: [{ sku: "" }] })).toEqual({
      "/answers/amount": "Too big: expected number to be <=900",
      "/answers/reason": 'Invalid option: expected one of "late"|"lost"',
      "/answers/mail": "Invalid email address",
      "/answers/code": expect.stringContaining("must match pattern"),
      "/answers/items/0/sku": expect.stringContaining("Too small"),
    });
    expect(Object.keys(faults(undefined)).sort()).toEqual(["/answers/amount", "/answers/reason"]);
    expect(Object.keys(faults("yes"))).toEqual(["/answers"]);
    expect(faults({ amount: 1, reason: "late", note: "x".repeat(70_000) })).toEqual({ "/answers": "more than 65536 characters" });
  });

  it("may be missing where it is rejected, and where there is no form", () => {
    expect([faults(undefined, "rejected"), faults(null, "rejected"), faults(undefined, "approved", null)]).toEqual([{}, {}, {}]);
    expect(faults({ amount: 1 }, "approved", null)).toEqual({ "/answers": "this approval has no form" });
  });

  it("cannot keep the platform busy with the form's own regular expressions", () => {
    const heavy = formOf(z.object({ text: z.string().max(100).regex(/^(a+)+$/) }));
    const began = Date.now();
    expect(faults({ text: `${"a".repeat(60)}!` }, "approved", heavy)).toEqual({});
    expect(Date.now() - began).toBeLessThan(1000);
    expect(["^[A-Z]{2}-\\d+$", "^\\d{4}$", "^(?:a|b)$"].every(isLight)).toBe(true);
    expect(["(a+)+", "(a|a)*", "a?a?a?aaa", "(?=a)a", "(a)\\1", "(?:a|b)(?:a|b)", "x".repeat(201)].some(isLight)).toBe(false);
  });
});
