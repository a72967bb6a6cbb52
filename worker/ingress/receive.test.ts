import { describe, expect, it, vi } from "vitest";
import { toHex, utf8 } from "../auth/bytes.ts";
import { env, harness, type Tenant } from "../http/testing/harness.ts";

const h = harness();
const github = { kind: "webhook", path: "github", scheme: "github" } as const;

async function hmac(secret: string, body: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", utf8(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(body))));
}

/** Posts as GitHub does; `headers` are added or replace what would be sent. */
async function push(slug: string, secret: string, body: string, headers: Record<string, string> = {}) {
  const own = { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": crypto.randomUUID(), "x-hub-signature-256": `sha256=${await hmac(secret, body)}` };
  return h.call(null, "POST", `/hooks/${slug}/github`, body, { ...own, ...headers });
}

async function listening(...triggers: { kind: "webhook"; path: string; scheme: "github" | "standard" | "none"; events?: string[] }[]): Promise<Tenant> {
  const tenant = await h.newTenant();
  await tenant.deploy({ on: triggers.length > 0 ? triggers : [github] });
  await tenant.call("PUT", "/hooks/github", { scheme: "github", secret: "s3cret" });
  return tenant;
}

const deliveries = async (tenant: Tenant, path = "github") => (await tenant.call("GET", `/hooks/${path}/deliveries`)).body.data;

describe("a signed delivery", () => {
  it("starts the workflow that listens, with the parsed body as input, and is answered 202", async () => {
    const tenant = await listening();
    const { status, body } = await push(tenant.slug, "s3cret", '{"ref":"refs/heads/main"}', { "x-github-delivery": "d-1" });
    expect(status).toBe(202);
    expect(body).toMatchObject({ execution_id: expect.any(String), delivery_id: "d-1", executions: [{ workflow_id: "hello", created: true }] });
    expect(h.objects.started.at(-1)).toMatchObject({
      id: body["execution_id"],
      tenant: tenant.id,
      input: 'j{"ref":"refs/heads/main"}',
      trigger: { kind: "webhook", source: "github", delivery_id: "d-1", headers: { "x-github-event": "push" } },
    });
  });

  it("starts one execution however often it comes, and another one as a new delivery", async () => {
    const tenant = await listening();
    const deliver = async (id: string) => (await push(tenant.slug, "s3cret", "{}", { "x-github-delivery": id })).body["execution_id"];
    const [first, again] = await Promise.all([deliver("same"), deliver("same")]);
    expect(again).toBe(first);
    expect(await deliver("same")).toBe(first);
    expect(await deliver("other")).not.toBe(first);
    expect(h.objects.started.filter((one) => one.tenant === tenant.id)).toHaveLength(2);
  });

  it("starts every active workflow that listens for its event", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ id: "all", on: [github] }, { id: "pushes", on: [{ ...github, events: ["push"] }] }, { id: "issues", on: [{ ...github, events: ["issues"] }] }, { id: "off", on: [github] }, { id: "elsewhere", on: [{ ...github, path: "other" }] });
    await tenant.call("PATCH", "/workflows/off", { is_active: false });
    await tenant.call("PUT", "/hooks/github", { scheme: "github", secret: "s3cret" });
    const { body } = await push(tenant.slug, "s3cret", "{}");
    expect((body["executions"] as { workflow_id: string }[]).map((one) => one.workflow_id)).toEqual(["all", "pushes"]);
  });

  it("that nobody asked for is accepted and starts nothing, as GitHub's ping", async () => {
    const tenant = await listening({ ...github, events: ["push"] });
    const { status, body } = await push(tenant.slug, "s3cret", '{"zen":"."}', { "x-github-event": "ping" });
    expect([status, body["execution_id"]]).toEqual([202, null]);
    expect(await deliveries(tenant)).toMatchObject([{ status: 202, event: "ping", reason: "no active workflow takes the event `ping` here" }]);
  });

  it("in GitHub's form encoding is read from `payload`", async () => {
    const tenant = await listening();
    const form = new URLSearchParams({ payload: '{"a":"ü&="}' }).toString();
    expect((await push(tenant.slug, "s3cret", form, { "content-type": "application/x-www-form-urlencoded" })).status).toBe(202);
    expect(h.objects.started.at(-1)?.input).toBe('j{"a":"ü&="}');
  });

  it("hands on no header that carries a credential", async () => {
    const tenant = await listening();
    await push(tenant.slug, "s3cret", "{}", { authorization: "Bearer x", cookie: "a=b", "x-api-key": "k", "x-gitlab-token": "t", "user-agent": "GitHub-Hookshot/1" });
    const { headers = {} } = h.objects.started.at(-1)?.trigger ?? {};
    expect(headers).toMatchObject({ "user-agent": "GitHub-Hookshot/1" });
    expect(Object.keys(headers).filter((name) => /auth|cookie|key|token|signature/.test(name))).toEqual([]);
  });

  it("is logged, and its raw body kept", async () => {
    const tenant = await listening();
    const { body } = await push(tenant.slug, "s3cret", '{ "raw" :1}');
    expect(await deliveries(tenant)).toMatchObject([{ status: 202, event: "push", reason: null, execution_ids: [body["execution_id"]], bytes: 11 }]);
    const key = await env.DB.prepare("select payload_key from hook_deliveries where tenant_id = ?").bind(tenant.id).first<string>("payload_key");
    expect(key).toMatch(new RegExp(`^payloads/${tenant.id}/\\d{4}-\\d{2}/`));
    expect(await (await env.BLOBS.get(key ?? ""))?.text()).toBe('{ "raw" :1}');
  });
});

describe("a delivery is refused", () => {
  it("with 401 when the signature does not fit, and starts nothing", async () => {
    const tenant = await listening();
    const before = h.objects.started.length;
    for (const headers of [{ "x-hub-signature-256": `sha256=${"0".repeat(64)}` }, { "x-hub-signature-256": "" }]) {
      expect((await push(tenant.slug, "s3cret", "{}", headers)).body).toMatchObject({ status: 401, code: "bad-signature" });
    }
    expect((await push(tenant.slug, "other secret", "{}")).status).toBe(401);
    expect(h.objects.started).toHaveLength(before);
    expect(await deliveries(tenant)).toMatchObject([1, 2, 3].map(() => ({ status: 401, reason: "no valid github signature", execution_ids: [] })));
  });

  it("when another tenant's secret signed it", async () => {
    const [mine, theirs] = [await listening(), await h.newTenant()];
    await theirs.call("PUT", "/hooks/github", { scheme: "github", secret: "theirs" });
    expect((await push(mine.slug, "theirs", "{}")).status).toBe(401);
  });

  it("with one and the same 404 for an unknown tenant and an unknown path", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const tenant = await h.newTenant();
    const answers = [await push("nobody-here", "s", "{}"), await push(tenant.slug, "s", "{}")];
    warned.mockRestore();
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body).toMatchObject({ code: "unknown-hook", detail: answers[0]?.body["detail"] });
    }
    expect(await deliveries(tenant)).toMatchObject([{ status: 404 }]);
  });

  it("when the workflow asks for a signature and no secret is set, and the tenant reads why", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ on: [github] });
    expect((await push(tenant.slug, "guess", "{}")).status).toBe(404);
    expect(await deliveries(tenant)).toMatchObject([{ reason: "no secret is set: PUT /api/v1/hooks/github" }]);
  });

  it("by a workflow that asks for a signature when the hook was opened to all", async () => {
    const tenant = await listening();
    await tenant.call("PUT", "/hooks/github", { scheme: "none" });
    const { status, body } = await push(tenant.slug, "s3cret", "{}");
    expect([status, body["executions"]]).toEqual([202, []]);
  });

  it("with 400 when a well signed body is not JSON", async () => {
    const tenant = await listening();
    expect((await push(tenant.slug, "s3cret", "hello")).body).toMatchObject({ status: 400, code: "bad-request" });
    expect((await push(tenant.slug, "s3cret", "a=b", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(400);
  });

  it("with 413 above 25 MiB, and is logged", async () => {
    const tenant = await listening();
    expect((await push(tenant.slug, "s3cret", "x".repeat(25 * 1024 * 1024 + 1))).body).toMatchObject({ status: 413, code: "too-large" });
    expect(await deliveries(tenant)).toMatchObject([{ status: 413 }]);
  });

  it("with an error the sender repeats when an execution could not be made durable", async () => {
    const tenant = await listening();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    h.objects.failStarts(Object.assign(new Error("reset"), { retryable: true }));
    const headers = { "x-github-delivery": "d-9" };
    expect((await push(tenant.slug, "s3cret", "{}", headers)).status).toBe(503);
    h.objects.failStarts(null);
    logged.mockRestore();
    expect((await push(tenant.slug, "s3cret", "{}", headers)).body).toMatchObject({ executions: [{ created: true }] });
  });
});

describe("other schemes", () => {
  it("Standard Webhooks: checked, named by `webhook-id`, its event is the payload's type", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ on: [{ kind: "webhook", path: "billing", scheme: "standard", events: ["invoice.paid"] }] });
    const { body: hook } = await tenant.call("PUT", "/hooks/billing", { scheme: "standard" });
    const key = Uint8Array.from(atob(String(hook["secret"]).slice(6)), (char) => char.charCodeAt(0));
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const text = '{"type":"invoice.paid","data":{}}';
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(`msg_1.${timestamp}.${text}`)))));
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
    const answer = await h.call(null, "POST", `/hooks/${tenant.slug}/billing`, text, headers);
    expect(answer).toMatchObject({ status: 202, body: { delivery_id: "msg_1", executions: [{ created: true }] } });
    expect((await h.call(null, "POST", `/hooks/${tenant.slug}/billing`, text, { ...headers, "webhook-id": "msg_2" })).status).toBe(401);
  });

  it("none: open without any settings; named by Idempotency-Key, else by the body", async () => {
    const tenant = await h.newTenant();
    await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
    const post = async (body: string, headers = {}) => (await h.call(null, "POST", `/hooks/${tenant.slug}/open`, body, headers)).body["execution_id"];
    const first = await post('{"a":1}');
    expect(await post('{"a":1}')).toBe(first);
    expect(await post('{"a":2}')).not.toBe(first);
    expect(await post('{"a":1}', { "idempotency-key": "k" })).not.toBe(first);
    expect(await post('{"a":3}', { "idempotency-key": "k" })).toBe(await post('{"a":1}', { "idempotency-key": "k" }));
  });
});
