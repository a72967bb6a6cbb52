import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import type { Batch, HostPort, TurnInput } from "../schema/journal.ts";
import { defaultLimits } from "../schema/limits.ts";
import { testWorkflow } from "../testing/index.ts";
import type { Clock, Frame, Scope } from "./ports.ts";
import { findWorkflows } from "./programs.ts";
import { runTurn } from "./run-turn.ts";
import { variablesOf } from "./variables.ts";

const tag = "0123456789abcdefABCD-_";
const snapshot = (values: object): string => JSON.stringify({ values, tag });

describe("vars", () => {
  it("have the tenant's values by name; what is not set is undefined", () => {
    const { vars } = variablesOf('{"values":{"URL":"https://a.example","LIST":[1,{"a":null}],"__proto__":"own"},"tag":""}');
    expect([vars["URL"], vars["LIST"], vars["MISSING"], vars["toString"], vars["constructor"], vars["__proto__"]]).toEqual(["https://a.example", [1, { a: null }], undefined, undefined, undefined, "own"]);
    expect([Object.keys(vars), "URL" in vars, "MISSING" in vars, JSON.stringify({ ...vars, LIST: 0 })]).toEqual([["URL", "LIST", "__proto__"], true, false, expect.stringContaining('"URL":"https://a.example"')]);
  });

  it("cannot be changed, also deep inside: a replay would not change them again", () => {
    const { vars } = variablesOf(snapshot({ LIST: [{ a: 1 }] }));
    const changes = [() => Object.assign(vars, { LIST: 1 }), () => Object.defineProperty(vars, "NEW", { value: 1 }), () => Reflect.deleteProperty(vars, "LIST"), () => (vars["LIST"] as unknown[]).push(1), () => Object.assign((vars["LIST"] as object[])[0] ?? {}, { a: 2 })];
    for (const change of changes) expect(change).toThrow(TypeError);
    expect(vars["LIST"]).toEqual([{ a: 1 }]);
  });

  it("refuse names that no variable can have, and say when they are not there", () => {
    const { vars, secrets } = variablesOf(snapshot({}));
    for (const access of [() => vars["a-b"], () => secrets[""], () => secrets["1"]]) expect(access).toThrow("a name has letters, digits and _");
    expect(() => variablesOf(null).vars["URL"]).toThrow("only in workflows whose code names them");
  });
});

describe("secrets", () => {
  it("are references that come through URLs, forms and JSON as they are, and list nothing", () => {
    const { secrets } = variablesOf(snapshot({}));
    const reference = secrets["STRIPE_KEY"] ?? "";
    expect(reference).toBe(`everstep-secret.STRIPE_KEY.${tag}`);
    expect([encodeURIComponent(reference), new URL(`https://a.example/${reference}`).pathname.slice(1), new URLSearchParams({ a: reference }).toString().slice(2), JSON.parse(JSON.stringify(reference))]).toEqual(Array.from({ length: 4 }, () => reference));
    expect([Object.keys(secrets), JSON.stringify(secrets), "STRIPE_KEY" in secrets]).toEqual([[], "{}", false]);
  });
});

const scope: Scope & { frame: Frame | undefined } = {
  frame: undefined,
  run(frame, callback) {
    this.frame = frame;
    return callback();
  },
  current() {
    return this.frame;
  },
};
const clock: Clock = { now: () => 1_000, timer: () => () => {}, settle: () => new Promise((resolve) => setTimeout(resolve, 0)) };

describe("an execution whose code may ask for variables", () => {
  const reads = workflow({ id: "reads" }, async ({ vars, step }) =>
    step.do("effect", async () => {
      await scope.current()?.turn.barrier();
      return vars["A"];
    }),
  );

  async function turn(input: Partial<TurnInput>, asksVariables = true): Promise<{ log: string[]; output: string }> {
    const log: string[] = [];
    const host: HostPort = {
      variables: async () => (log.push("asked"), snapshot({ A: "now" })),
      commit: async (_turn: number, { steps }: Batch) => (log.push(`committed ${steps}`), { stop: null }),
      news: () => new Promise(() => {}),
      spill: async () => "",
      unspill: async () => new Uint8Array(),
    };
    const [found] = findWorkflows({ reads }, { is: () => false, construct: () => ({ run: async () => undefined }) });
    if (!found) throw new Error("no workflow");
    const whole: TurnInput = { executionId: "e", workflowId: "reads", turn: 1, run: 1, generation: 1, version: 1, createdAt: 0, now: 0, trigger: { kind: "manual" }, input: "j{}", steps: "[]", signals: [], mode: "run", durable: true, limits: defaultLimits, ...input };
    const { outcome } = await runTurn(whole, host, { ...found.program, asksVariables }, clock, scope);
    return { log, output: outcome.type === "completed" ? outcome.output : JSON.stringify(outcome) };
  }

  it("is given them before it starts, and they are durable before its first effect", async () => {
    expect(await turn({})).toEqual({ log: ["asked", expect.stringMatching(/^committed \[\["effect-1".*"running"/)], output: 'j"now"' });
  });

  it("is not asked again when it has them, and waits for nothing", async () => {
    expect(await turn({ variables: snapshot({ A: "then" }) })).toEqual({ log: [], output: 'j"then"' });
  });

  it("costs nothing when its code names neither", async () => {
    expect((await turn({}, false)).log).toEqual([]);
  });

  it("shares what says so with others, and can change nothing of it", () => {
    const { vars } = variablesOf(null);
    expect(variablesOf(null).vars).toBe(vars);
    for (const change of [() => Object.preventExtensions(vars), () => Object.freeze(vars), () => Object.setPrototypeOf(vars, {}), () => Object.assign(vars, { A: 1 })]) expect(change).toThrow("vars cannot be changed by a workflow");
    expect(() => vars["A"]).toThrow("only in workflows whose code names them");
  });
});

describe("the test kit", () => {
  const charge = workflow({ id: "charge" }, async ({ step, vars, secrets }) => {
    await step.sleep("pause", "1 day");
    return step.do("charge", { retries: { limit: 0 } }, async () => {
      const response = await fetch(`${String(vars["API"])}/charges?account=${secrets["ACCOUNT"]}`, { method: "POST", headers: { authorization: `Bearer ${secrets["STRIPE_KEY"]}` }, body: JSON.stringify({ key: secrets["STRIPE_KEY"] }) });
      return response.status;
    });
  });
  const options = { vars: { API: "https://api.stripe.com" }, stubs: { fetch: () => new Response() } };

  it("gives variables, and shows secrets in requests by name", async () => {
    const run = await testWorkflow(charge, { ...options, crashEveryStep: true });
    await run.advance("1 day");
    expect(run).toMatchObject({ status: "completed", output: 200 });
    expect(run.effects).toEqual([expect.objectContaining({ url: "https://api.stripe.com/charges?account=[secret:ACCOUNT]", headers: expect.objectContaining({ authorization: "Bearer [secret:STRIPE_KEY]" }), body: '{"key":"[secret:STRIPE_KEY]"}' })]);
  });

  it.each([
    [{ STRIPE_KEY: ["api.stripe.com"] }, "there is no secret ACCOUNT in this test"],
    [{ STRIPE_KEY: ["*.example.com", "api.stripe.com:8443"], ACCOUNT: ["*.stripe.com"] }, "the secret STRIPE_KEY may not be sent to api.stripe.com, only to *.example.com, api.stripe.com:8443"],
  ])("refuses what the network door would, given the secrets there are: %j", async (secrets, message) => {
    const run = await testWorkflow(charge, { ...options, secrets });
    await run.advance("1 day");
    expect(run).toMatchObject({ status: "failed", error: { name: "EgressError", code: "secret-not-allowed", message: expect.stringContaining(message) }, effects: [] });
  });
});
