import { describe, expect, expectTypeOf, it } from "vitest";
import type { EventDataOf } from "../schema/event-catalogue.ts";
import { on } from "./on.ts";

describe("on.event", () => {
  it("takes a type and a filter as they are", () => {
    expect(on.event("order.paid", { filter: { amount: { $gt: 10 }, "customer.city": ["London"] } })).toEqual({ kind: "event", type: "order.paid", filter: { amount: { $gt: 10 }, "customer.city": ["London"] } });
    expect(on.event("order.paid")).toEqual({ kind: "event", type: "order.paid" });
  });

  it("throws at the line that called it, saying what is wrong", () => {
    for (const make of [() => on.event("Paid"), () => on.event("order.paid", { filter: { amount: { $regex: "x" } as never } })]) {
      let thrown: Error | undefined;
      try {
        make();
      } catch (error) {
        thrown = error as Error;
      }
      expect(thrown).toBeInstanceOf(TypeError);
      expect(thrown?.message).toMatch(/^(on\.event\("Paid"\): a type is|the filter of on\.event\("order\.paid"\): amount: there is no comparison \$regex)/);
      expect(thrown?.stack?.split("\n")[1]).toContain("on.test.ts");
    }
  });

  it("checks the filter of the platform's own events against what they carry, and no other", () => {
    on.event("execution.failed", { filter: { workflow_id: ["a", "b"], duration_ms: { $gt: 5 }, parent_id: null, error_message: { $contains: "x" }, trigger: "webhook" } });
    // @ts-expect-error there is no such field
    on.event("execution.failed", { filter: { workflow: "a" } });
    // @ts-expect-error a number is no text
    on.event("execution.failed", { filter: { duration_ms: "5" } });
    // @ts-expect-error no such status
    on.event("execution.failed", { filter: { status: "done" } });
    on.event("contract.signed", { filter: { anything: { nested: [1, "a"] } } });
    expectTypeOf<EventDataOf<"user.joined">>().toEqualTypeOf<{ user_id: string; role: string; team_id: string | null; status: "active" | "disabled" }>();
  });
});
