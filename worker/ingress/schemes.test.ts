/** Hooks of every scheme, as their senders call them. Time is the test's own. */
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../auth/bytes.ts";
import { env, harness, type Tenant } from "../http/testing/harness.ts";
import { sameBodyMs } from "./delivery.ts";

let now = Date.now();
const h = harness(undefined, () => now);

async function hmac(secret: string, text: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", utf8(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text)));
}
const hex = async (secret: string, text: string) => toHex(await hmac(secret, text));

async function listening(scheme: string, settings: object, events?: string[]): Promise<Tenant> {
  const tenant = await h.newTenant();
  await tenant.deploy({ on: [{ kind: "webhook", path: "in", scheme: scheme as "none", ...(events ? { events } : {}) }] });
  const put = await tenant.call("PUT", "/hooks/in", { scheme, ...settings });
  expect(put.status, put.text).toBe(201);
  return tenant;
}
const post = (tenant: Tenant, body: string, headers: Record<string, string> = {}) => h.call(null, "POST", `/hooks/${tenant.slug}/in`, body, { "content-type": "application/json", ...headers });
const started = (tenant: Tenant) => h.objects.started.filter((one) => one.tenant === tenant.id);
const deliveries = async (tenant: Tenant) => ((await tenant.call("GET", "/hooks/in/deliveries")).body.data ?? []) as Record<string, unknown>[];

describe("EspoCRM", () => {
  const secret = "0123456789abcdef0123456789abcdef";
  const id = "64f0c0ffee0000001";
  const signed = async (body: string) => ({ signature: btoa(`${id}:${await hex(secret, body)}`) });

  it("sends several events in one delivery, which starts one execution; its webhook's id is in the log", async () => {
    const tenant = await listening("espocrm", { secret, config: { event: "Lead.update" } }, ["Lead.update"]);
    const body = '[{"id":"a1","status":"New"},{"id":"a2","status":"Assigned"}]';
    const { status, text } = await post(tenant, body, await signed(body));
    expect(status, text).toBe(202);
    expect(started(tenant)).toMatchObject([{ input: `j${body}`, trigger: { kind: "webhook", source: "in" } }]);
    expect(await deliveries(tenant)).toMatchObject([{ scheme: "espocrm", secret: "current", sender: id, event: "Lead.update", has_payload: true }]);
  });

  it("is known by either header of the fact sheet's vector", async () => {
    const tenant = await listening("espocrm", { secret });
    const body = '[{"id":"a1","status":"New"}]';
    const older = "NjRmMGMwZmZlZTAwMDAwMDE6E0UvGKKFyv2FvJUAjqkkunCqU069nPo5yr0ap6+jdtE=";
    expect((await post(tenant, body, { "x-signature": older })).status).toBe(202);
    expect((await post(tenant, body, await signed(body))).body).toMatchObject({ executions: [{ created: false }] });
    expect((await post(tenant, '[{"id":"a2"}]', { "x-signature": older })).status).toBe(401);
  });

  it("names no delivery: the same body is the same delivery for a quarter of an hour, and news after that", async () => {
    const tenant = await listening("espocrm", { secret });
    const body = '[{"id":"a1","status":"New"}]';
    const headers = await signed(body);
    const [one, other] = await Promise.all([post(tenant, body, headers), post(tenant, body, headers)]);
    expect(one.body["execution_id"]).toBe(other.body["execution_id"]);
    const begun = now;
    now = begun + sameBodyMs - 1;
    expect((await post(tenant, body, headers)).body["execution_id"]).toBe(one.body["execution_id"]);
    now = begun + sameBodyMs;
    expect((await post(tenant, body, headers)).body["execution_id"]).not.toBe(one.body["execution_id"]);
    expect(started(tenant)).toHaveLength(2);
    now = begun + 2 * sameBodyMs;
    await post(tenant, "[]", await signed("[]"));
    expect(await env.DB.prepare("select count(*) as n from hook_bodies where tenant_id = ?").bind(tenant.id).first("n")).toBe(1);
  });

  it("needs the secret that EspoCRM has made", async () => {
    const tenant = await h.newTenant();
    const { status, body } = await tenant.call("PUT", "/hooks/in", { scheme: "espocrm" });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining("secretKey")]);
  });
});

describe("Meta", () => {
  const envelope = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value: {} }, { field: "message_template_status_update", value: {} }] }] });

  it("shakes hands before it sends: the bare challenge for the right token, 401 for another", async () => {
    const tenant = await listening("meta", { secret: "app secret", config: { verify_token: "my-verify-token" } });
    const ask = (token: string) => {
      now++;
      return h.call(null, "GET", `/hooks/${tenant.slug}/in?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`);
    };
    const answer = await ask("my-verify-token");
    expect([answer.status, answer.text, answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual([200, "1158201444", "text/plain; charset=utf-8", "nosniff"]);
    expect((await ask("another-token")).status).toBe(401);
    expect(await deliveries(tenant)).toMatchObject([{ status: 401, event: "handshake", scheme: null }, { status: 200, event: "handshake" }]);
  });

  it("shakes hands nowhere else, and where nothing is that looks the same", async () => {
    const tenant = await listening("none", {});
    const of = async (path: string) => (await h.call(null, "GET", `${path}?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1`)).body;
    const [known, unknown] = [await of(`/hooks/${tenant.slug}/in`), await of("/hooks/nobody-here/in")];
    expect([known["code"], known["detail"]]).toEqual(["unknown-hook", unknown["detail"]]);
  });

  it("keeps its verify token as a hash, makes one when none is given, and keeps it when put again", async () => {
    const tenant = await h.newTenant();
    const made = (await tenant.call("PUT", "/hooks/in", { scheme: "meta", secret: "app secret" })).body;
    expect(made).toMatchObject({ verify_token: expect.stringMatching(/^[\w-]{32}$/), config: { verify_token_set: true } });
    const again = (await tenant.call("PUT", "/hooks/in", { scheme: "meta" })).body;
    expect(again["verify_token"]).toBeNull();
    const stored = JSON.stringify((await env.DB.prepare("select * from hooks where tenant_id = ?").bind(tenant.id).all()).results) + JSON.stringify((await tenant.call("GET", "/audit")).body);
    expect(stored).not.toContain(made["verify_token"]);
    expect((await h.call(null, "GET", `/hooks/${tenant.slug}/in?hub.mode=subscribe&hub.verify_token=${String(made["verify_token"])}&hub.challenge=7`)).text).toBe("7");
  });

  it("signs with the app's secret; triggers choose by the object and by the fields of all changes", async () => {
    const tenant = await listening("meta", { secret: "app secret" }, ["message_template_status_update"]);
    const answer = await post(tenant, envelope, { "x-hub-signature-256": `sha256=${await hex("app secret", envelope)}` });
    expect(answer.body, answer.text).toMatchObject({ executions: [{ created: true }] });
    expect(await deliveries(tenant)).toMatchObject([{ event: "whatsapp_business_account, messages, message_template_status_update" }]);
    expect((await post(tenant, envelope, { "x-hub-signature-256": `sha256=${await hex("other", envelope)}` })).status).toBe(401);
  });
});

describe("a configured HMAC", () => {
  it("is checked as it is set up, and names deliveries and events by the headers that are set", async () => {
    const config = { header: "X-Shop-Hmac", algorithm: "sha256", encoding: "base64", prefix: "", signed: "{timestamp}.{body}", timestamp_header: "X-Shop-Time", tolerance_seconds: 60, id_header: "X-Shop-Id", event_header: "X-Shop-Topic" };
    const tenant = await listening("hmac", { secret: "shop secret", config }, ["orders/paid"]);
    const time = String(Math.floor(now / 1000));
    const headers = { "x-shop-time": time, "x-shop-hmac": btoa(String.fromCharCode(...(await hmac("shop secret", `${time}.{"order":1}`)))), "x-shop-id": "77", "x-shop-topic": "orders/paid" };
    expect((await post(tenant, '{"order":1}', headers)).body).toMatchObject({ delivery_id: "77", executions: [{ created: true }] });
    expect((await post(tenant, '{"order":1}', headers)).body).toMatchObject({ executions: [{ created: false }] });
    expect(JSON.stringify(started(tenant)[0]?.trigger)).not.toContain("x-shop-hmac");
    now += 61_000;
    expect((await post(tenant, '{"order":1}', headers)).status).toBe(401);
  });

  it.each([
    [{ signed: "no body" }, "has to hold {body} once"],
    [{ signed: "{body}{body}" }, "has to hold {body} once"],
    [{ signed: "{time}.{body}" }, "there is no {time}"],
    [{ signed: "{timestamp}.{body}" }, "go together"],
    [{ timestamp_header: "x-time" }, "go together"],
    [{ signed: "{id}.{body}" }, "needs id_header"],
    [{ header: "no header" }, "the name of a header"],
    [{ algorithm: "md5" }, ""],
    [{ colour: "red" }, "colour"],
  ])("%j is refused, and said why", async (config, why) => {
    const tenant = await h.newTenant();
    const { status, text } = await tenant.call("PUT", "/hooks/in", { scheme: "hmac", config });
    expect(status).toBe(400);
    expect(text).toContain(why);
  });

  it("takes a secret in hex and base64, and refuses one that is not", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("PUT", "/hooks/in", { scheme: "hmac", secret: "xyz", config: { secret_encoding: "hex" } })).status).toBe(400);
    expect((await tenant.call("PUT", "/hooks/in", { scheme: "hmac", secret: "00ff", config: { secret_encoding: "hex" } })).status).toBe(201);
  });
});

describe("basic authentication", () => {
  it("lets in who knows name and password; neither is handed on", async () => {
    const tenant = await listening("basic", { secret: "open sesame", config: { username: "shop" } });
    expect((await post(tenant, "{}", { authorization: `Basic ${btoa("shop:open sesame")}` })).status).toBe(202);
    expect((await post(tenant, "{}", { authorization: `Basic ${btoa("shop:wrong")}` })).status).toBe(401);
    expect((await post(tenant, "{}")).status).toBe(401);
    expect(JSON.stringify(started(tenant)[0]?.trigger)).not.toContain(btoa("shop:open sesame"));
  });
});

describe("during a rotation", () => {
  const push = async (tenant: Tenant, secret: string) => {
    now++;
    return post(tenant, "{}", { "x-github-event": "push", "x-github-delivery": crypto.randomUUID(), "x-hub-signature-256": `sha256=${await hex(secret, "{}")}` });
  };

  it("the old secret fits beside the new one until the grace is over, and the log says which it was", async () => {
    const tenant = await listening("github", { secret: "old" });
    const { body } = await tenant.call("POST", "/hooks/in/rotate", { grace_hours: 2 });
    const fresh = String(body["secret"]);
    expect([(await push(tenant, "old")).status, (await push(tenant, fresh)).status]).toEqual([202, 202]);
    expect((await deliveries(tenant)).map(({ secret }) => secret)).toEqual(["current", "previous"]);
    now += 2 * 3_600_000;
    expect([(await push(tenant, "old")).status, (await push(tenant, fresh)).status]).toEqual([401, 202]);
  });

  it("another rotation is refused unless the older secret may go", async () => {
    const tenant = await listening("github", { secret: "old" });
    await tenant.call("POST", "/hooks/in/rotate", {});
    expect((await tenant.call("POST", "/hooks/in/rotate", {})).body).toMatchObject({ status: 409, code: "conflict" });
    expect((await push(tenant, "old")).status).toBe(202);
    expect((await tenant.call("POST", "/hooks/in/rotate", { discard_previous: true, secret: "newest" })).body).toMatchObject({ secret: null });
    expect([(await push(tenant, "old")).status, (await push(tenant, "newest")).status]).toEqual([401, 202]);
  });

  it("without grace the old one ends at once; putting a secret ends all there were", async () => {
    const tenant = await listening("github", { secret: "old" });
    await tenant.call("POST", "/hooks/in/rotate", { grace_hours: 0, secret: "second" });
    expect([(await push(tenant, "old")).status, (await push(tenant, "second")).status]).toEqual([401, 202]);
    await tenant.call("POST", "/hooks/in/rotate", { secret: "third" });
    await tenant.call("PUT", "/hooks/in", { scheme: "github", secret: "fourth" });
    expect([(await push(tenant, "second")).status, (await push(tenant, "third")).status, (await push(tenant, "fourth")).status]).toEqual([401, 401, 202]);
  });

  it("a hook that checks nothing has nothing to rotate", async () => {
    const tenant = await listening("none", {});
    expect((await tenant.call("POST", "/hooks/in/rotate", {})).status).toBe(409);
    expect((await tenant.call("POST", "/hooks/nothing/rotate", {})).status).toBe(404);
  });
});

describe("the test address", () => {
  const test = (tenant: Tenant, body: string, headers: Record<string, string> = {}) => h.call(null, "POST", `/hooks/${tenant.slug}/in/test`, body, headers);

  it("keeps the next call while somebody listens, starts nothing, and says whether it was signed", async () => {
    const tenant = await listening("github", { secret: "s" });
    expect((await test(tenant, "{}")).body).toMatchObject({ code: "unknown-hook" });
    expect((await tenant.call("GET", "/hooks/in/sample")).status).toBe(404);
    expect((await tenant.call("POST", "/hooks/in/listen")).body).toMatchObject({ listening: true, captured_at: null, address: `/hooks/${tenant.slug}/in/test` });
    const answers = await Promise.all([test(tenant, '{"n":1}', { authorization: "Bearer x", "x-thing": "y" }), test(tenant, '{"n":1}', { "x-thing": "y" })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    const sample = (await tenant.call("GET", "/hooks/in/sample")).body;
    expect(sample).toMatchObject({ listening: false, signature: "invalid", body: '{"n":1}', encoding: "text", bytes: 7, headers: { "x-thing": "y" } });
    expect(JSON.stringify(sample)).not.toContain("Bearer x");
    expect([started(tenant), await deliveries(tenant)]).toEqual([[], []]);
    await tenant.call("POST", "/hooks/in/listen");
    await test(tenant, "{}", { "x-hub-signature-256": `sha256=${await hex("s", "{}")}` });
    expect((await tenant.call("GET", "/hooks/in/sample")).body).toMatchObject({ signature: "valid" });
  });

  it("listens for ten minutes, also where no hook is set up yet, and to what is no text", async () => {
    const tenant = await h.newTenant();
    await tenant.call("POST", "/hooks/in/listen");
    now += 600_000;
    expect((await test(tenant, "{}")).status).toBe(404);
    await tenant.call("POST", "/hooks/in/listen");
    const request = new Request(`http://everstep.test/hooks/${tenant.slug}/in/test`, { method: "POST", body: new Uint8Array([0xff, 0xfe]) });
    expect((await h.send(request)).status).toBe(200);
    expect((await tenant.call("GET", "/hooks/in/sample")).body).toMatchObject({ signature: "unchecked", body: "//4=", encoding: "base64" });
  });

  it("of another tenant is nobody's business", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await theirs.call("POST", "/hooks/in/listen");
    await test(theirs, '{"secret":1}');
    expect((await mine.call("GET", "/hooks/in/sample")).status).toBe(404);
    expect((await test(mine, "{}")).status).toBe(404);
  });
});
