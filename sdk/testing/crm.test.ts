/** Workflows that act on records, in plain tests: the runtime's own, with the tenant's data in memory. */
import { describe, expect, it } from "vitest";
import { actions } from "../authoring/actions.ts";
import { crm } from "../authoring/crm.ts";
import { workflow } from "../authoring/workflow.ts";
import { testWorkflow } from "./test-workflow.ts";
import { ActionRefusedError } from "../authoring/errors.ts";

const nurture = workflow({ id: "nurture" }, async ({ step }) => {
  const lead = await crm.leads.create({ name: "Ada", email: "ada@example.com" });
  await crm.leads.addTag(lead.id, "new", { create: true });
  await step.sleep("a day", "1 day");
  const found = await crm.leads.find({ filter: { status: ["new"], created_at: { $lt: "@now" } }, limit: 5 });
  await step.do("write", async () => {
    for (const one of found) {
      await crm.leads.update(one.id, { status: "contacted", score: one.score + 10 });
      await actions.createTask({ title: `Call ${one.name}`, about: { type: "lead", id: one.id } });
    }
  });
  const { user_id } = await actions.assign({ record: { type: "lead", id: lead.id }, strategy: "round_robin", among: { role: "member" } });
  return { user_id, open: await crm.leads.count({ filter: { status: { $ne: "lost" } } }) };
});
const crew = [{ id: "u-1", role: "member" }, { id: "u-2", role: "member" }];

describe.each([false, true])("a workflow on records, with crashEveryStep %s", (crashEveryStep) => {
  it("acts once each, with steps of their own between steps", async () => {
    const run = await testWorkflow(nurture, { crm: { users: crew }, crashEveryStep });
    await run.advance("1 day");
    expect(run.error).toBeNull();
    expect([run.status, run.output]).toEqual(["completed", { user_id: "u-1", open: 1 }]);
    expect(run.steps.map(({ key }) => key)).toEqual(["crm.leads.create-1", "crm.leads.add_tag-1", "a day-1", "crm.leads.find-1", "write-1", "assign-1", "crm.leads.count-1"]);
    expect(run.records("leads")).toMatchObject([{ name: "Ada", status: "contacted", score: 10, owner_id: "u-1", tags: ["tag-1"] }]);
    expect(run.records("tasks")).toMatchObject([{ title: "Call Ada", relations: [{ type: "lead", id: "lead-1" }] }]);
    expect(run.acted.map(({ action }) => action)).toEqual(["crm.leads.create", "crm.leads.add_tag", "crm.leads.find", "crm.leads.update", "create_task", "assign", "crm.leads.count"]);
  });

  it("goes on where an attempt broke off: records that are done are done once", async () => {
    let attempts = 0;
    const touch = workflow({ id: "touch" }, async ({ step }) =>
      step.do("all", async () => {
        const open = await crm.leads.find({ filter: { status: "new" }, sort: "name" });
        for (const { id, name } of open) {
          await actions.createNote({ about: { type: "lead", id }, body: `seen ${name}` });
          await crm.leads.update(id, { status: "contacted" });
          if (++attempts === 2) throw new Error("the network");
        }
        return attempts;
      }),
    );
    const leads = ["Ana", "Bia", "Caio"].map((name) => ({ name }));
    const run = await testWorkflow(touch, { crm: { records: { leads } }, crashEveryStep });
    await run.advance("1 minute");
    expect([run.status, run.output]).toEqual(["completed", 3]);
    expect(run.records("notes").map(({ body }) => body)).toEqual(["seen Ana", "seen Bia", "seen Caio"]);
    expect(run.records("leads").map(({ status, version }) => [status, version])).toEqual([["contacted", 2], ["contacted", 2], ["contacted", 2]]);
  });

  it("calls of one step that race about different records keep their own results", async () => {
    let late = 0;
    const race = workflow({ id: "race" }, async ({ step }) =>
      step.do("both", async () => {
        // The second attempt asks in the other order.
        const ids = late++ === 0 ? ["lead-1", "lead-2"] : ["lead-2", "lead-1"];
        const updated = await Promise.all(ids.map(async (id) => (await crm.leads.update(id, { score: 5 })).id));
        if (late === 1) throw new Error("again");
        return updated;
      }),
    );
    const run = await testWorkflow(race, { crm: { records: { leads: [{ name: "Ana" }, { name: "Bia" }] } }, crashEveryStep });
    await run.advance("1 minute");
    expect(run.output).toEqual(["lead-2", "lead-1"]);
    expect(run.records("leads").map(({ version }) => version)).toEqual([2, 2]);
  });

  it("is refused as the platform refuses it, and can go on", async () => {
    const careful = workflow({ id: "careful" }, async () => {
      const codes: string[] = [];
      for (const ask of [() => crm.leads.get("nowhere"), () => crm.leads.update("lead-1", { score: 5000 }), () => crm.leads.update("lead-1", { score: 5 }, { version: 9 }), () => crm.leads.addTag("lead-1", "nowhere"), () => crm.leads.create({ name: "" })]) {
        await ask().catch((error: unknown) => codes.push(error instanceof ActionRefusedError || error instanceof Error ? String((error as { code?: string }).code) : "none"));
      }
      return codes;
    });
    const run = await testWorkflow(careful, { crm: { records: { leads: [{ name: "Ana" }] } }, crashEveryStep });
    expect(run.output).toEqual(["not-found", "bad-request", "version-conflict", "not-found", "bad-request"]);
  });

  it("hears of records that change, as of any event", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      const won = step.waitForEvent<{ id: string }>("won", { type: "deal.updated", match: { status: "won" }, timeout: "1 day" });
      await step.sleep("a moment", "1 minute");
      await crm.deals.update("deal-1", { status: "won" });
      return (await won).payload.id;
    });
    const run = await testWorkflow(waits, { crm: { records: { deals: [{ name: "Ship" }] } }, crashEveryStep });
    await run.advance("1 minute");
    expect(run.output).toBe("deal-1");
  });

  it("converts leads and moves deals", async () => {
    const sell = workflow({ id: "sell" }, async () => {
      const { deal } = await crm.leads.convert("lead-1", { company: true, deal: { value: 100 } });
      return (await crm.deals.moveStage(deal?.id ?? "", "stage-2")).status;
    });
    const stages = [{ name: "First", pipeline_id: "p" }, { name: "Won", pipeline_id: "p", type: "won" }];
    const run = await testWorkflow(sell, { crm: { records: { leads: [{ name: "Ada", company_name: "Engines" }], stages } }, crashEveryStep });
    expect([run.output, run.records("companies")[0]?.["name"], run.records("leads")[0]?.["status"]]).toEqual(["won", "Engines", "converted"]);
  });

  it("uses what the test gives in place of an action", async () => {
    let tries = 0;
    const run = await testWorkflow(workflow({ id: "mail" }, async () => actions.sendEmail({ to: "ada@example.com", subject: "Hello", text: "words" })), {
      actions: { send_email: ({ to }: { to: string }) => (++tries === 1 ? Promise.reject(new Error("busy")) : { id: `to-${to}` }) },
      crashEveryStep,
    });
    await run.advance("1 minute");
    expect([run.output, tries]).toEqual([{ id: "to-ada@example.com" }, 2]);
  });
});

describe("a request", () => {
  const call = workflow({ id: "call" }, async () => actions.httpRequest({ url: "https://api.example.com/orders", method: "POST", json: { amount: 7 } }));

  it("is sent with a key that stays the same, tried again while that may help, and its answer read", async () => {
    const answers = [new Response("busy", { status: 503 }), Response.json({ order: 7 })];
    const run = await testWorkflow(call, { stubs: { fetch: () => answers.shift() ?? new Response() } });
    await run.advance("1 minute");
    expect(run.output).toMatchObject({ status: 200, json: { order: 7 } });
    expect(run.steps.map(({ key }) => key)).toEqual(["http_request-1"]);
    const keys = run.effects.map(({ idempotencyKey }) => idempotencyKey);
    expect([keys.length, new Set(keys).size, keys[0]]).toEqual([2, 1, expect.stringContaining("http_request-1")]);
  });

  it("fails for good when the answer would be the same, or is too large", async () => {
    const refused = await testWorkflow(call, { stubs: { fetch: () => new Response("no", { status: 422 }) } });
    expect([refused.status, refused.error]).toMatchObject(["failed", { code: "http-422", message: "POST api.example.com answered 422: no" }]);
    const large = workflow({ id: "large", retries: { limit: 0 } }, async () => actions.httpRequest({ url: "https://api.example.com/", max_bytes: 10 }));
    expect((await testWorkflow(large, { stubs: { fetch: () => new Response("x".repeat(11)) } })).error?.message).toContain("larger than 10 bytes");
  });
});

it("crm is there only while a workflow runs", () => {
  expect(() => crm.leads.get("lead-1")).toThrow("only while a workflow runs");
});
