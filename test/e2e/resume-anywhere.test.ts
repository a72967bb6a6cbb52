/** Executions that have ended are run again from any step, on the real runtime. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { DeploymentView } from "../../sdk/schema/manifest.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { Recorder } from "../support/recorder.ts";
import { type Server, startServer } from "../support/server.ts";

interface Rerun {
  new_execution_id: string | null;
  version: number;
  kept_steps: string[];
  rerun_steps: string[];
  undone_steps: string[];
  effects: { step: string; effect: string; what: string }[];
}
interface Refused {
  code: string;
  detail: string;
}

let server: Server;
let api: Api;
let recorder: Recorder;
let host: string;

beforeAll(async () => {
  recorder = await Recorder.open();
  host = new URL(recorder.url).host;
  server = await startServer({ egressAllow: host });
  api = server.api;
  await api.deploy(await bundle("./workflows/rerun.ts", import.meta.url));
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await recorder?.close();
});

const ask = <T = Rerun>(id: string, body: object, headers?: Record<string, string>) => api.post<T>(`/workflows/executions/${id}/rerun`, body, headers);
const outputs = ({ steps }: ExecutionView): Map<string, unknown> => new Map(steps.map(({ key, output }) => [key, output]));

async function ended(workflow: string, input: object = {}): Promise<ExecutionView> {
  return api.end(await api.start(workflow, input));
}

/** @returns the new execution when it has ended, and what was said of it */
async function rerun(id: string, body: object): Promise<{ said: Rerun; now: ExecutionView }> {
  const said = await api.expect(ask(id, { acknowledge_effects: true, ...body }), 202);
  return { said, now: await api.end(String(said.new_execution_id)) };
}

describe("a failed execution that is run again from a step", () => {
  let old: ExecutionView;
  beforeAll(async () => {
    old = await ended("chain", { recorder: recorder.url, fail: true });
  });

  test("with another input keeps what came before, and nothing of it happens again", async () => {
    const before = recorder.effects.length;
    const { said, now } = await rerun(old.id, { from: "third-1", input: { recorder: recorder.url, fail: false, name: "Grace" }, acknowledge_effects: false });
    expect(said).toMatchObject({ kept_steps: ["first-1", "send-1"], rerun_steps: ["third-1"], effects: [] });
    expect(now).toMatchObject({ status: "completed", trigger: "rerun", trigger_data: { kind: "rerun", source: old.id }, rerun_of: { execution_id: old.id, from: "third-1" } });
    expect(now.id).not.toBe(old.id);
    const [kept, found] = [outputs(old), outputs(now)];
    expect([found.get("first-1"), found.get("send-1")]).toEqual([kept.get("first-1"), kept.get("send-1")]);
    expect(found.get("third-1")).toBe(`Grace ${String(kept.get("first-1"))}`);
    expect(recorder.effects).toHaveLength(before);
    expect(await api.execution(old.id)).toEqual(old);
  });

  test("goes on behind a step whose result is given", async () => {
    const { said, now } = await rerun(old.id, { from: "third-1", result: "by hand", acknowledge_effects: false });
    expect(said).toMatchObject({ kept_steps: ["first-1", "send-1", "third-1"], rerun_steps: [] });
    expect(now).toMatchObject({ status: "completed", output: { first: outputs(old).get("first-1"), third: "by hand" } });
  });

  test("is begun once for an Idempotency-Key, which takes nothing else", async () => {
    const again = (body: object) => ask<Rerun & Refused>(old.id, { from: "third-1", result: 1, ...body }, { "idempotency-key": "once" });
    const [one, two] = [await again({}), await again({})];
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(two.body).toEqual({ ...one.body, status: expect.any(String) });
    expect((await again({ result: 2 })).body.code).toBe("idempotency-key-reused");
  });

  test("is refused when the input does not fit, or there is no such step", async () => {
    const unfit = await ask<Refused>(old.id, { from: "third-1", input: { name: 5 } });
    expect([unfit.status, unfit.body.code, unfit.body.detail]).toEqual([409, "conflict", expect.stringContaining("expected string, received number")]);
    expect(await ask<Refused>(old.id, { from: "fourth-1" })).toMatchObject({ status: 404, body: { detail: expect.stringContaining("its steps are first-1, send-1, third-1") } });
  });
});

describe("effects that would happen again", () => {
  let old: ExecutionView;
  beforeAll(async () => {
    old = await ended("chain", { recorder: recorder.url });
  });

  test("are named, and happen only when they are acknowledged", async () => {
    const before = recorder.effects.length;
    const effects = [{ step: "send-1", effect: "sends", what: `POST ${host}` }];
    const refused = await ask<Refused & { errors: { detail: string }[] }>(old.id, { from: "send-1" });
    expect(refused).toMatchObject({ status: 409, body: { code: "effects-would-repeat", errors: [{ detail: `send-1 sends: POST ${host}` }] } });
    expect(await ask(old.id, { from: "send-1", dry_run: true })).toMatchObject({ status: 200, body: { new_execution_id: null, kept_steps: ["first-1"], rerun_steps: ["send-1", "third-1"], effects } });
    expect(recorder.effects).toHaveLength(before);

    const { now } = await rerun(old.id, { from: "send-1" });
    expect(recorder.effects).toHaveLength(before + 1);
    expect(recorder.effects.at(-1)?.key).not.toBe(recorder.effects.at(-2)?.key);
    // Clock and random numbers between steps are those of the history.
    expect(now.output).toMatchObject({ drawn: (old.output as { drawn: unknown }).drawn, between: (old.output as { between: unknown }).between });
  });

  test("a re-run can be run again, and its draws stay the same", async () => {
    const { now: once } = await rerun(old.id, { from: "third-1" });
    const { now: twice } = await rerun(once.id, { from: "third-1" });
    expect(twice.output).toEqual(old.output);
    expect(twice.rerun_of).toEqual({ execution_id: once.id, from: "third-1" });
  });
});

test("of steps that run beside each other, those the workflow had seen end are kept, the others begin anew", async () => {
  const old = await ended("beside");
  const { said, now } = await rerun(old.id, { from: "then-1" });
  expect(said).toMatchObject({ kept_steps: ["quick-1"], rerun_steps: ["slow-1", "then-1"] });
  const [kept, found] = [outputs(old), outputs(now)];
  expect(now.status).toBe("completed");
  expect(found.get("quick-1")).toBe(kept.get("quick-1"));
  for (const key of ["slow-1", "then-1"]) expect(found.get(key), key).not.toBe(kept.get(key));
});

describe("large and hidden values, events and approvals", () => {
  let old: ExecutionView;
  beforeAll(async () => {
    const id = await api.start("mixed");
    await api.reach(id, ({ status }) => status === "waiting");
    await api.send(id, "go", { name: "Ada" });
    await api.reach(id, ({ status }) => status === "pending_approval");
    await api.expect(api.post(`/executions/${id}/approvals/sign-1/decide`, { decision: "approved" }), 202);
    old = await api.end(id);
  });
  const part = (name: string, { output }: ExecutionView): unknown => (output as Record<string, unknown>)[name];

  test("are copied", async () => {
    const { now } = await rerun(old.id, { from: "sign-1", result: { decision: "rejected" } });
    expect(now.output).toEqual({ ...(old.output as object), decision: "rejected" });
    expect(now.steps.find(({ key }) => key === "hidden-1")?.output).toBe("[sensitive]");
  });

  test("an event's payload can be given in its place; the approval behind it is asked for again", async () => {
    const said = await api.expect(ask(old.id, { from: "hold-1", result: { name: "Grace" }, acknowledge_effects: true }), 202);
    const id = String(said.new_execution_id);
    await api.reach(id, ({ status }) => status === "pending_approval");
    await api.expect(api.post(`/executions/${id}/approvals/sign-1/decide`, { decision: "approved" }), 202);
    const now = await api.end(id);
    expect([part("name", now), part("large", now), part("hidden", now)]).toEqual(["Grace", part("large", old), part("hidden", old)]);
  });

  test("an edited sensitive result is not in the audit log", async () => {
    await rerun(old.id, { from: "sign-1", result: { decision: "rejected" } });
    await api.expect(ask(old.id, { from: "hidden-1", result: "a secret of mine", acknowledge_effects: true }), 202);
    const { data } = await api.expect(api.get<{ data: { action: string; after: object }[] }>("/audit?action=execution.rerun&limit=5"), 200);
    expect(JSON.stringify(data)).toContain("[sensitive, edited]");
    expect(JSON.stringify(data)).not.toContain("a secret of mine");
  });
});

test("on another version the kept history must fit it", async () => {
  const [first, second] = await Promise.all([bundle("./workflows/gate-1.ts", import.meta.url), bundle("./workflows/gate-2.ts", import.meta.url)]);
  const one: DeploymentView = await api.deploy(first);
  const ids = [await api.start("gated", { kind: "plain" }), await api.start("gated", { kind: "checked" })];
  for (const id of ids) {
    await api.reach(id, ({ status }) => status === "waiting");
    await api.send(id, "go", null);
    await api.end(id);
  }
  const two: DeploymentView = await api.deploy(second);
  const [plain = "", checked = ""] = ids;
  const { now } = await rerun(plain, { from: "last-1", version: "own" });
  expect(now).toMatchObject({ version: one.version, output: { last: "version 1" } });

  const said = await api.expect(ask(plain, { from: "hold-1", result: null, version: "current" }), 202);
  expect(await api.end(String(said.new_execution_id))).toMatchObject({ status: "completed", version: two.version, output: { name: outputs(now).get("name-1"), last: "version 2" } });

  const refused = await ask<Refused>(checked, { from: "hold-1", version: two.version });
  expect([refused.status, refused.body.code]).toEqual([202, undefined]);
  const unfit = await ask<Refused>(checked, { from: "last-1", version: "current" });
  expect(unfit).toMatchObject({ status: 409, body: { code: "conflict", detail: expect.stringContaining('the history has event step "hold-1" and the code comes to do step "check-1"') } });
});

test("an execution of another tenant is not found", async () => {
  const made = await api.expect(server.as(server.keys.operatorKey).post<{ api_key: string }>("/operator/tenants", { slug: "others", name: "Others" }), 201);
  const old = await ended("beside");
  expect((await server.as(made.api_key).post(`/executions/${old.id}/rerun`, { from: "then-1" })).status).toBe(404);
});
