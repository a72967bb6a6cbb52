import { describe, expect, it } from "vitest";
import type { DeploymentPreview } from "../client/index.ts";
import { hasDifferences, inFlightOf, printPreview } from "./gate.ts";
import type { Output } from "./output.ts";

const none = { total: 0, replayed: 0, same: 0, differs: 0, failed: 0, unreadable: 0 };
const preview = (in_flight: object, executions: DeploymentPreview["workflows"][0]["executions"] = []): DeploymentPreview => ({
  bundle: "b",
  workflows: [{ id: "order", title: "Order", change: "changed", triggers_changed: true, input_schema_changed: false, in_flight: { ...none, ...in_flight }, ended: none, executions }],
});

function printed(one: DeploymentPreview): string {
  const lines: string[] = [];
  const plain = (text: string): string => text;
  printPreview(one, { print: (text: string) => void lines.push(text), json: () => {}, paint: new Proxy({}, { get: () => plain }) } as unknown as Output);
  return lines.join("\n");
}

describe("what becomes of executions in flight", () => {
  it("is said in words, several of them separated by commas", () => {
    expect(inFlightOf("pin")).toEqual({});
    expect(inFlightOf("migrate, cancel-differing")).toEqual({ same: "migrate", differs: "cancel" });
    expect(() => inFlightOf("move")).toThrow("pin, migrate, cancel-differing");
    expect(() => inFlightOf("toString")).toThrow("toString");
  });
});

describe("the report", () => {
  it("has a line for each execution that differs, with the place, and only counts the others", () => {
    const at = { position: 3, expected: 'event step "hold-1"', found: 'do step "check-1"', where: 'after do step "name-1"' };
    const shared = { status: "waiting", version: 1, in_flight: true, steps: 2, error: null } as const;
    const text = printed(preview({ total: 300, replayed: 2, same: 1, differs: 1 }, [{ ...shared, id: "differing", verdict: "differs", at }, { ...shared, id: "alike", verdict: "same", at: null }]));
    expect(text).toContain("order  changed, other triggers");
    expect(text).toContain("in flight: 300, replayed 2: 1 same, 1 differ");
    expect(text).toMatch(/differing +waiting +version 1 +differs +after do step "name-1": expected event step "hold-1", found do step "check-1"/);
    expect(text).not.toContain("alike");
  });

  it("is bad news when something in flight differs, and only then", () => {
    expect([hasDifferences(preview({ differs: 1 })), hasDifferences(preview({ failed: 1 })), hasDifferences(preview({ unreadable: 1, same: 3 }))]).toEqual([true, true, false]);
  });
});
