import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { testWorkflow } from "../testing/index.ts";
import { workflow } from "./workflow.ts";

describe("the answers of an approval's form", () => {
  it("have the type of its schema, however the form is given, and are null without one", async () => {
    const asked = workflow({ id: "asked" }, async ({ step }) => {
      const form = z.object({ discount: z.number(), due: z.coerce.date() });
      const named = await step.approval("named", { title: "A", from: ["admin"], form, timeout: "2 days" });
      expectTypeOf(named.answers).toEqualTypeOf<{ discount: number; due: Date } | null>();
      const { answers: inline } = await step.approval("inline", { title: "B", form: z.object({ ok: z.boolean() }) });
      expectTypeOf(inline).toEqualTypeOf<{ ok: boolean } | null>();
      const plain = await step.approval("plain", { title: "C" });
      expectTypeOf(plain.answers).toEqualTypeOf<null>();
      return { year: named.answers?.due.getUTCFullYear() ?? null, ok: inline?.ok ?? null };
    });
    const run = await testWorkflow(asked);
    await run.decide("named", { decision: "approved", answers: { discount: 3, due: "2026-05-01" } });
    await run.decide("inline", { decision: "approved", answers: { ok: true } });
    await run.decide("plain", { decision: "approved" });
    expect(run.output).toEqual({ year: 2026, ok: true });
  });
});
