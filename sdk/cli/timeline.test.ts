import { expect, test } from "vitest";
import type { ExecutionView, StepView } from "../schema/execution.ts";
import type { Paint } from "./output.ts";
import { timeline } from "./timeline.ts";

const plain = new Proxy({} as Paint, { get: () => (text: string) => text });

const step = (fields: Partial<StepView>): StepView => ({
  key: `${fields.name ?? "greet"}-1`,
  name: "greet",
  count: 1,
  kind: "do",
  status: "completed",
  attempt: 1,
  started_at: "2026-01-01T00:00:00Z",
  completed_at: "2026-01-01T00:00:01Z",
  duration_ms: 12,
  due_at: null,
  output: null,
  error: null,
  ...fields,
});

const execution = (fields: Partial<ExecutionView>): ExecutionView => ({
  id: "e1",
  workflow_id: "welcome",
  version: 3,
  status: "completed",
  trigger: "api",
  parent_id: null,
  created_at: "2026-01-01T00:00:00Z",
  completed_at: null,
  duration_ms: 1_250,
  error_message: null,
  input: { name: "Ada" },
  output: null,
  error: null,
  trigger_data: { kind: "api" },
  run: 1,
  steps: [],
  divergence: null,
  ...fields,
});

const text = (fields: Partial<ExecutionView>): string => timeline(execution(fields), plain).join("\n");

test("a completed execution shows its time, steps and output", () => {
  const shown = text({ output: { ok: true }, steps: [step({ output: "Hello" }), step({ name: "pause", kind: "sleep", duration_ms: 61_000 })] });
  expect(shown).toContain("welcome  ✓ completed in 1.3 s");
  expect(shown).toMatch(/✓ greet +do +12 ms +→ "Hello"/);
  expect(shown).toMatch(/✓ pause +sleep +1 min 1 s$/m);
  expect(shown).toContain('output  {"ok":true}');
});

test("a failed step shows its attempts and error, the execution its error and where in its own code that was", () => {
  const frames = ["at parse (node_modules/zod/v4/core/parse.js:20:3)", "at async charge (workflows/shop.ts:3:1)", "at workflows/shop.ts:9:2", "at run (runtime.js:9:9)"];
  const error = { name: "Error", message: "declined", stack: ["Error: declined", ...frames.map((frame) => `    ${frame}`)].join("\n") };
  const shown = text({ status: "failed", error, steps: [step({ name: "charge", status: "failed", attempt: 3, error })] });
  expect(shown).toMatch(/✗ charge +do +12 ms +3 attempts, Error: declined/);
  expect(shown).toMatch(/^Error: declined\n    workflows\/shop\.ts:3:1 in charge$/m);
  expect(shown).not.toMatch(/runtime\.js|node_modules|shop\.ts:9/);
});

test("a step that waits says until when, an approval how to decide it", () => {
  const shown = text({ status: "pending_approval", duration_ms: null, steps: [step({ name: "sign off", kind: "approval", status: "waiting", duration_ms: null, due_at: "2026-01-08T00:00:00Z" })] });
  expect(shown).toMatch(/◷ sign off +approval +waiting +until 2026-01-0/);
  expect(shown).toContain("everstep approve e1 sign off-1");
});

test("a stalled execution says what was expected and what was found", () => {
  const shown = text({ status: "stalled", divergence: { at: 4, expected: 'step "a"', found: 'step "b"', hint: "Deploy the old code again." } });
  expect(shown).toContain('stalled at ordinal 4: the history has step "a", the code asked for step "b"');
  expect(shown).toContain("Deploy the old code again.");
});

test("text from a workflow cannot steer the terminal", () => {
  const escape = String.fromCharCode(27);
  expect(text({ status: "failed", error: { name: "Error", message: `${escape}[2J gone` } })).toContain("\\x1b[2J gone");
});
