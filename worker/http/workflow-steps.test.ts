import { describe, expect, it } from "vitest";
import { prepareBundle } from "../sandbox/deploy.ts";
import { auditOf } from "./testing/accounts.ts";
import { type Answered, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";
import { deploySources, etagOf, hello } from "./testing/sources.ts";

const h = harness(undefined, undefined, { prepare: prepareBundle });

/** As somebody may have written it. */
const written = `import { actions, crm, on, workflow } from 'everstep'

// Whom to thank.
export const thank = workflow({
    id: 'thank', title: "Thank them", // short
    on: [ on.event('ticket.created',   { filter: { priority: 'high' } }) ],
}, async ({ input: ticket, step }) => {
    /* first */
    await actions.sendEmail({ to: "a@example.com",
        subject: 'Hi',   text: \`Dear \${ ticket.number }\` }) // sent

    if( ticket.priority === 'high' ){
        // urgent
        await step.sleep('a while',   "1 hour")
        await crm.tickets.update( ticket.id, { status: 'assigned' } )
    }
    return   { done: true }
})
`;

const ready = async (): Promise<Tenant> => {
  const tenant = await h.newTenant();
  await deploySources(tenant, { "workflows/thank.ts": written }, "workflows/thank.ts");
  return tenant;
};
const path = (id?: string) => `/workflows/thank/steps${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
const sourceOf = async ({ call }: Pick<Tenant, "call">, id = "thank"): Promise<string> => String((await call("GET", `/workflows/${id}/source`)).body["source"]);
const ok = (answer: Answered, status = 200): Answered["body"] => {
  if (answer.status !== status) throw new Error(`${answer.status}: ${answer.text}`);
  return answer.body;
};
const note = { step_type: "delay", name: "nap", config: { minutes: 5 } };

describe("steps of a workflow", () => {
  it("are every node of its code, those inside of others behind them", async () => {
    const tenant = await ready();
    const { data = [], problems } = ok(await tenant.call("GET", path()));
    expect(problems).toEqual([]);
    expect(data).toMatchObject([
      { id: "send_email", workflow_id: "thank", step_order: 1, step_type: "action", action_type: "send_email", config: { to: "a@example.com", subject: "Hi", text: "Dear {{trigger.number}}" }, comment: "first", parent_id: null },
      { step_order: 2, step_type: "condition", config: { condition: '{{trigger.priority}} == "high"' }, parent_id: null },
      { id: "sleep:a while", step_order: 3, step_type: "delay", config: { duration: "1 hour" }, comment: "urgent", branch: 0 },
      { id: "crm.tickets.update", step_order: 4, step_type: "action", action_type: "crm.tickets.update", config: { id: "{{trigger.id}}", change: { status: "assigned" } } },
      { step_order: 5, step_type: "return" },
    ]);
    expect((data as { parent_id: unknown; id: unknown }[])[2]?.parent_id).toBe((data as { id: unknown }[])[1]?.id);
    expect(ok(await tenant.call("GET", "/workflows/thank"))["steps"]).toEqual(data);
  });

  it("are none of a workflow that came without its source, and say so", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/deployments", { main: "main.js", modules: { "main.js": 'export const hello = { [Symbol.for("everstep.workflow")]: 1, id: "hello", options: {}, handler: async () => 1 };' } });
    expect(ok(await tenant.call("GET", "/workflows/hello/steps"))).toMatchObject({ data: [], problems: ["It was deployed without its source."] });
  });

  it("can be added anywhere: the line comes, and no other byte is different", async () => {
    const tenant = await ready();
    for (const [where, line] of [[{ step_order: 1 }, '    await step.sleep("one", "5 minutes");\n'], [{ after: "send_email" }, '    await step.sleep("two", "5 minutes");\n'], [{ before: "crm.tickets.update" }, '        await step.sleep("three", "5 minutes");\n'], [{}, '    await step.sleep("four", "5 minutes");\n']] as const) {
      const before = await sourceOf(tenant);
      const name = /"(\w+)",/.exec(line)?.[1];
      expect(ok(await tenant.call("POST", path(), { ...note, ...where, name }), 201)).toMatchObject({ id: `sleep:${name}`, step_type: "delay", workflow_id: "thank" });
      const after = await sourceOf(tenant);
      expect(after).toContain(line);
      expect(after.replace(line, "")).toBe(before);
    }
    const names = listed(await tenant.call("GET", path())).map(({ name, step_type }) => name ?? step_type);
    expect(names).toEqual(["one", "send_email", "two", "condition", "a while", "three", "action", "four", "return"].map((one) => (one === "send_email" ? "action" : one)));
  });

  it("that others refer to get a variable, and their new ids are told", async () => {
    const tenant = await ready();
    const added = ok(await tenant.call("POST", path(), { step_order: 2, step_type: "action", action_type: "create_note", config: { body: "Mail {{step1.result.id}} went", about: { type: "ticket", id: "{{trigger.id}}" } } }), 201);
    const after = await sourceOf(tenant);
    expect(after).toContain('const sendEmail = await actions.sendEmail({ to: "a@example.com",\n        subject: \'Hi\',   text:');
    expect(after).toContain("Mail ${sendEmail.id} went");
    expect(listed(await tenant.call("GET", path()))[0]).toMatchObject({ id: "send_email:sendEmail", result_variable: "sendEmail" });
    expect(added).toMatchObject({ id: "create_note", step_order: 2 });
    const refused = await tenant.call("DELETE", path("send_email:sendEmail"));
    expect([refused.status, refused.body["code"]]).toEqual([422, "edit-refused"]);
    expect(refused.body["detail"]).toContain("sendEmail");
  });

  it("are changed field by field, and the others are not written anew", async () => {
    const tenant = await ready();
    const body = ok(await tenant.call("PATCH", path("send_email"), { config: { subject: "Hello {{trigger.ticket.number}}" } }));
    expect(body).toMatchObject({ id: "send_email", config: { to: "a@example.com", text: "Dear {{trigger.number}}" }, version: 2 });
    const after = await sourceOf(tenant);
    expect(after).toBe(written.replace("'Hi'", '`Hello ${ticket.number ?? ""}`').replace('`Hello ${ticket.number ?? ""}`', /subject: (`.*?`),/.exec(after)?.[1] ?? ""));
    ok(await tenant.call("PATCH", path("crm.tickets.update"), { config: { updates: { status: "resolved" } } }));
    expect(await sourceOf(tenant)).toContain("await crm.tickets.update( ticket.id, { status: \"resolved\" } )");
    const retried = ok(await tenant.call("PATCH", path("send_email"), { retry_count: 2, retry_delay_seconds: 30 }));
    expect(retried).toMatchObject({ step_type: "action", action_type: "send_email", retry_count: 2, retry_delay_seconds: 30 });
    expect(String(retried["id"])).not.toBe("send_email");
  });

  it("have conditions that can be changed alone", async () => {
    const tenant = await ready();
    const id = String(listed(await tenant.call("GET", path()))[1]?.["id"]);
    const body = ok(await tenant.call("PATCH", path(id), { config: { condition: '{{trigger.priority}} == "critical"' } }));
    expect(body).toMatchObject({ step_type: "condition", config: { condition: '{{trigger.priority}} == "critical"' } });
    expect(body["id"]).not.toBe(id);
    expect(await sourceOf(tenant)).toBe(written.replace("if( ticket.priority === 'high' ){", 'if( ticket.priority === "critical" ){'));
  });

  it("are taken away with their comments", async () => {
    const tenant = await ready();
    expect((await tenant.call("DELETE", path("sleep:a while"))).status).toBe(204);
    expect(await sourceOf(tenant)).toBe(written.replace("        // urgent\n        await step.sleep('a while',   \"1 hour\")\n", ""));
    expect((await tenant.call("DELETE", path("sleep:a while"))).status).toBe(404);
  });

  it("given as a whole list keep their code where they are the same", async () => {
    const tenant = await ready();
    const steps = listed(await tenant.call("GET", path()));
    const same = await tenant.call("PUT", path(), { steps });
    expect(ok(same)["version"]).toBe(1);
    expect(await sourceOf(tenant)).toBe(written);
    const [mail, condition, sleep, update, end] = steps;
    ok(await tenant.call("PUT", path(), { steps: [condition, update, { ...note, parent_id: condition?.["id"], branch: 0 }, mail, end].map((step, index) => ({ ...step, step_order: index + 1 })) }));
    const after = await sourceOf(tenant);
    expect(after).toContain("if( ticket.priority === 'high' ){\n        await crm.tickets.update( ticket.id, { status: 'assigned' } )\n        await step.sleep(\"nap\", \"5 minutes\");\n    }\n");
    expect(after).toContain("    /* first */\n    await actions.sendEmail({ to: \"a@example.com\",\n        subject: 'Hi',   text: `Dear ${ ticket.number }` }) // sent\n");
    expect(after).not.toContain("a while");
    expect(after.indexOf("sendEmail({")).toBeGreaterThan(after.indexOf("if( ticket"));
    expect(sleep).toBeDefined();
  });

  it("that make no code are refused with where they are in the body", async () => {
    const tenant = await ready();
    const steps = listed(await tenant.call("GET", path()));
    const refused = await tenant.call("PUT", path(), { steps: [{ step_order: 0, step_type: "action", action_type: "fly", config: {} }, ...steps] });
    expect([refused.status, refused.body["errors"]]).toEqual([400, [{ pointer: "/steps/0", detail: expect.stringContaining("fly") }]]);
    const nothing = await tenant.call("POST", path(), { step_type: "condition", config: { condition: "{{trigger.priority}} == 'low'", if_true: "step90", if_false: "end" } });
    expect([nothing.status, nothing.body["code"]]).toEqual([400, "bad-request"]);
    expect(await sourceOf(tenant)).toBe(written);
  });

  it("change only the revision that was seen", async () => {
    const tenant = await ready();
    const read = await tenant.call("GET", path());
    ok(await tenant.call("POST", path(), note, { "if-match": etagOf(read) }), 201);
    const again = await tenant.call("POST", path(), { ...note, name: "again" }, { "if-match": etagOf(read) });
    expect([again.status, again.body["code"]]).toEqual([409, "version-conflict"]);
  });

  it("go into the draft on request, and pass over nobody's", async () => {
    const tenant = await ready();
    ok(await tenant.call("POST", path(), { ...note, draft: true }), 201);
    expect(ok(await tenant.call("GET", "/workflows/thank"))["version"]).toBe(1);
    expect(listed(await tenant.call("GET", `${path()}?draft=true`)).map(({ name }) => name)).toContain("nap");
    expect(listed(await tenant.call("GET", path())).map(({ name }) => name)).not.toContain("nap");
    for (const change of [tenant.call("POST", path(), note), tenant.call("PATCH", "/workflows/thank", { name: "Other" })]) {
      const { status, body } = await change;
      expect([status, body["code"], body["detail"]]).toEqual([409, "conflict", expect.stringContaining("not published, saved by default")]);
    }
    ok(await tenant.call("PATCH", "/workflows/thank", { name: "Other", draft: true }));
    ok(await tenant.call("POST", "/workflows/thank/publish", {}));
    expect(ok(await tenant.call("GET", "/workflows/thank"))).toMatchObject({ name: "Other", version: 2 });
  });

  it("run one by one with sample data, also of the draft", async () => {
    const tenant = await ready();
    ok(await tenant.call("POST", path(), { ...note, name: "dozing", draft: true }), 201);
    ok(await tenant.call("POST", `${path("sleep:a while")}/test`, { input: { priority: "high" }, samples: { send_email: { id: "m" } } }));
    expect(h.objects.started.at(-1)).toMatchObject({ version: 1, test: { only: "a while", samples: { send_email: 'j{"id":"m"}' } } });
    ok(await tenant.call("POST", `${path("sleep:dozing")}/test`, { draft: true }));
    expect(h.objects.started.at(-1)).toMatchObject({ version: 0, test: { only: "dozing" } });
    const [, condition] = listed(await tenant.call("GET", path()));
    expect((await tenant.call("POST", `${path(String(condition?.["id"]))}/test`, {})).status).toBe(400);
  });

  it("leave an audit event when they change", async () => {
    const tenant = await ready();
    ok(await tenant.call("POST", path(), note), 201);
    expect((await auditOf(tenant.id)).map(({ action }) => action)).toEqual(expect.arrayContaining(["workflow.publish"]));
  });

  it("rejects another tenant", async () => {
    const [mine, theirs] = [await h.newTenant(), await ready()];
    for (const [method, at, body] of [["GET", path(), undefined], ["POST", path(), note], ["PUT", path(), { steps: [] }], ["PATCH", path("send_email"), { config: {} }], ["DELETE", path("send_email"), undefined], ["POST", `${path("send_email")}/test`, {}], ["DELETE", "/workflows/thank", undefined]] as const) {
      expect((await mine.call(method, at, body)).status, `${method} ${at}`).toBe(404);
    }
    expect(await sourceOf(theirs)).toBe(written);
  });

  it("rejects a role without the permission; code among steps needs that of deployments", async () => {
    const tenant = await ready();
    const member = await colleague(h, tenant);
    for (const [method, at, body] of [["POST", path(), note], ["PUT", path(), { steps: [] }], ["PATCH", path("send_email"), {}], ["DELETE", path("send_email"), undefined], ["POST", "/workflows", { name: "New" }], ["DELETE", "/workflows/thank", undefined]] as const) {
      expect((await member.call(method, at, body)).status, `${method} ${at}`).toBe(403);
    }
    const role = ok(await tenant.call("POST", "/roles", { name: "Editor", grants: { "workflows.read": "all", "workflows.write": "all" } }), 201);
    const editor = await colleague(h, tenant, { role: String(role["id"]) });
    ok(await editor.call("POST", path(), note), 201);
    const code = { step_type: "code", config: { source: "console.log(1);" } };
    expect((await editor.call("POST", path(), code)).status).toBe(403);
    ok(await tenant.call("POST", path(), code), 201);
  });
});

describe("a workflow of several in a file", () => {
  it("that is deleted does not come back when another of them is edited", async () => {
    const tenant = await h.newTenant();
    const two = `${hello('"one"')}\nexport const other = workflow({ id: "other", on: [on.api()] }, async () => 1);\n`;
    await deploySources(tenant, { "workflows/hello.ts": two });
    expect((await tenant.call("DELETE", "/workflows/other")).status).toBe(204);
    ok(await tenant.call("PATCH", "/workflows/hello", { name: "Hallo" }));
    expect((await tenant.call("GET", "/workflows/other")).status).toBe(404);
  });
});
