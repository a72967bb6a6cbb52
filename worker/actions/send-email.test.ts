import { describe, expect, it } from "vitest";
import type { Cause } from "../../durable-objects/execution/ports.ts";
import { encode } from "../../sdk/schema/codec.ts";
import { env, harness, type Tenant } from "../http/testing/harness.ts";
import { listed } from "../http/testing/people.ts";
import { act } from "./act.ts";

const h = harness();

async function send({ id: tenant }: Tenant, params: unknown, key = "e-1:send-1:1") {
  const cause: Cause = { tenant, executionId: "e-1", workflowId: "welcome", chain: [] };
  const after: Promise<unknown>[] = [];
  const answer = await act({ env, now: Date.now(), waitUntil: (work) => void after.push(work) }, cause, { action: "send_email", params: encode(params), key });
  await Promise.all(after);
  return answer;
}

describe("an execution that sends a mail", () => {
  it("queues it once, however often the step is tried", async () => {
    const tenant = await h.newTenant();
    const mail = { to: "ada@example.com", subject: "Hello", text: "words", attachments: [{ filename: "a.txt", content: btoa("a") }] };
    const [first, ...others] = await Promise.all([send(tenant, mail), send(tenant, mail), send(tenant, mail)]);
    expect(first).toMatchObject({ ok: true });
    for (const other of [...others, await send(tenant, mail)]) expect(other).toEqual(first);
    expect(listed(await tenant.call("GET", "/emails?execution_id=e-1"))).toMatchObject([{ subject: "Hello", execution_id: "e-1" }]);
    await send(tenant, mail, "e-1:send-1:2");
    expect(listed(await tenant.call("GET", "/emails"))).toHaveLength(2);
  });

  it("fills in a template, and is refused for good without its variables or over the plan's limit", async () => {
    const tenant = await h.newTenant({ limits: { emails_per_day: 1 } });
    await tenant.call("POST", "/email-templates", { name: "welcome", subject: "Hello {{name}}", text: "x" });
    expect(await send(tenant, { to: "ada@example.com", template: "welcome" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("/variables/name"), retryable: false });
    expect(await send(tenant, { to: "ada@example.com", template: "welcome", variables: { name: "Ada" } })).toMatchObject({ ok: true });
    expect(listed(await tenant.call("GET", "/emails"))).toMatchObject([{ subject: "Hello Ada" }]);
    expect(await send(tenant, { to: "ada@example.com", template: "welcome", variables: { name: "Ada" } }, "other")).toMatchObject({ ok: false, code: "plan-limit" });
  });

  it("is refused with what is no mail", async () => {
    const tenant = await h.newTenant();
    expect(await send(tenant, { to: "ada@example.com", subject: "a\r\nBcc: b@example.com", text: "" })).toMatchObject({ ok: false, code: "bad-request", detail: expect.stringContaining("subject: a header is one line") });
  });
});
