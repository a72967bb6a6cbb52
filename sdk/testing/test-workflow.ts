/**
 * A workflow run in a test: same runtime as in production, time moved by hand.
 * @module
 */
import type { Workflow } from "../authoring/workflow.ts";
import { encode } from "../schema/codec.ts";
import type { Trigger } from "../schema/execution.ts";
import type { WorkflowClass } from "./program.ts";
import type { ActOptions } from "./acts.ts";
import { hostOf, TestRun } from "./test-run.ts";
import type { Stubs } from "./effects.ts";
import type { Child } from "./children.ts";
import type { TestSecrets } from "./secrets.ts";
import { World, type WorldOptions } from "./world.ts";

export interface TestOptions<Input = unknown> {
  input?: Input;
  /** When the test begins. Default 2025-01-01T00:00:00Z. */
  now?: Date | string | number;
  stubs?: Stubs;
  /** Child workflows by id: real ones, or functions from input to output. Those passed to `step.invoke` by value are found by themselves. */
  children?: Readonly<Record<string, Child>>;
  /** What the workflow finds in `vars`. */
  vars?: Readonly<Record<string, unknown>>;
  /** Records that are there when the test begins, by path, and the tenant's members: `{ records: { leads: [{ name: "Ada" }] }, users: [{ id: "u-1", role: "member" }] }`. */
  crm?: ActOptions["crm"];
  /** In place of what the kit does for an action, by its id: `{ "crm.leads.update": ({ id }) => … }`. An ActionRefusedError refuses it for good. */
  actions?: ActOptions["actions"];
  /** Hosts by secret: `{ STRIPE_KEY: ["api.stripe.com"] }`. A reference to another one, or sent elsewhere, then fails as in production. */
  secrets?: TestSecrets;
  /**
   * Crashes a copy of the execution at every step boundary, replays it and compares.
   * Code between steps runs often then; steps still run once.
   */
  crashEveryStep?: boolean;
  /** The execution's id; random numbers between steps follow from it. */
  id?: string;
  /** What started it. Default `{ kind: "manual" }`. */
  trigger?: Trigger;
  /** Real milliseconds to wait for steps that do real input or output. Default 1000. */
  patience?: number;
}

/** With what only tests of the runtime itself need. */
export interface InternalOptions<Input = unknown> extends TestOptions<Input> {
  faults?: WorldOptions["faults"];
  /** Takes over the history of another run, at its time. */
  from?: TestRun;
}

/**
 * Starts a workflow and runs it until it ends or waits.
 * @throws CrashDifferenceError with `crashEveryStep`, when a crash changes the result.
 * @example
 * ```ts
 * import { workflow } from "everstep";
 * import { testWorkflow } from "everstep/testing";
 *
 * const reminder = workflow({ id: "reminder" }, async ({ step }) => {
 *   await step.sleep("a while", "2 days");
 *   return step.do("remind", async () => "done");
 * });
 * const run = await testWorkflow(reminder);
 * await run.advance("2 days");
 * console.log(run.status, run.output); // completed done
 * ```
 */
export function testWorkflow<Input, Output>(workflow: Workflow<string, Input, Output>, options?: TestOptions<Input>): Promise<TestRun<Output>>;
export function testWorkflow<Output = unknown>(workflow: WorkflowClass, options?: TestOptions): Promise<TestRun<Output>>;
export function testWorkflow(workflow: unknown, options: TestOptions = {}): Promise<TestRun<unknown>> {
  return startTest(workflow, options);
}

/** {@link testWorkflow} with internal options. */
export async function startTest(workflow: unknown, options: InternalOptions): Promise<TestRun<unknown>> {
  const { input, now = "2025-01-01T00:00:00Z", stubs = {}, children = {}, vars = {}, secrets, crm, actions, crashEveryStep = false, id = "test-execution", trigger = { kind: "manual" }, patience = 1_000, faults, from } = options;
  const began = from ? from.now.getTime() : new Date(now).getTime();
  if (!Number.isFinite(began)) throw new TypeError(`now is ${String(now)}: write a Date, an ISO 8601 text or milliseconds since the epoch`);
  const world = new World({ now: began, stubs, children, vars, secrets, crashEveryStep, patience, ...(crm ? { crm } : {}), ...(actions ? { actions } : {}), ...(faults ? { faults } : {}) });
  const host = world.start(workflow, { id, input: encode(input), trigger, version: 1, parent: null }, null, from && hostOf(from));
  await world.settle();
  return new TestRun(world, host);
}

