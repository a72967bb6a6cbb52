import { beforeEach, describe, expect, it } from "vitest";
import { hashApiKey, newApiKey } from "../auth/api-key.ts";
import { openSecret } from "../auth/vault.ts";
import { removeLeftAttachments } from "../domain/emails/attachments.ts";
import { deliverMails } from "../domain/mails/deliver.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { type OutgoingMail, sameForAll } from "../email/mail.ts";
import { env, harness, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

const h = harness();
const mail = { to: "Ada <ada@example.com>", subject: "Hello", text: "words" };

async function keyWith(tenant: Tenant, scopes: string[]): Promise<string> {
  const key = newApiKey();
  await env.DB.prepare("insert into api_keys (id, tenant_id, name, prefix, hash, scopes, created_at) values (?, ?, 'scoped', 'es_', ?, ?, 0)").bind(crypto.randomUUID(), tenant.id, await hashApiKey(key), JSON.stringify(scopes)).run();
  return key;
}

/** What goes out now. */
async function delivered(): Promise<OutgoingMail[]> {
  const sent: OutgoingMail[] = [];
  await deliverMails(env, Date.now() + 1000, { transport: async (one) => (sent.push(one), sameForAll(one.envelope, "accepted")), ownOf: async () => null });
  return sent;
}

const sentBy = async (tenant: Tenant, body: object, headers?: Record<string, string>) => {
  const answer = await tenant.call("POST", "/emails", body, headers);
  expect(answer.status, answer.text).toBe(202);
  return answer.body;
};

beforeEach(async () => {
  await env.DB.prepare("delete from mails").run();
});

describe("POST /emails", () => {
  it("queues a mail, which goes out and can be read afterwards", async () => {
    const tenant = await h.newTenant();
    const body = await sentBy(tenant, { ...mail, cc: [{ email: "grace@example.com", name: "Grace" }, "x@example.com, ada@example.com"], bcc: "hidden@example.com", reply_to: "desk@example.com", list_unsubscribe: "https://example.com/out", attachments: [{ filename: "a.txt", content_type: "text/plain", content: btoa("hello") }] });
    expect(body).toMatchObject({ status: "queued", attempts: 0, sent_at: null, attachments: [{ filename: "a.txt", content_type: "text/plain", size: 5 }], recipients: [{ email: "ada@example.com", name: "Ada", kind: "to", status: "queued" }, { email: "grace@example.com", name: "Grace", kind: "cc" }, { email: "x@example.com", kind: "cc" }, { email: "hidden@example.com", kind: "bcc" }] });
    const [out] = await delivered();
    expect(out).toMatchObject({ to: [{ address: "ada@example.com", name: "Ada" }], cc: [{ address: "grace@example.com" }, { address: "x@example.com" }], envelope: ["ada@example.com", "grace@example.com", "x@example.com", "hidden@example.com"], replyTo: "desk@example.com", listUnsubscribe: "https://example.com/out", text: "words", html: null });
    const read = await tenant.call("GET", `/emails/${String(body["id"])}`);
    expect(read.body).toMatchObject({ status: "sent", attempts: 1, text: "words", next_attempt_at: null, sent_at: expect.any(String) });
    expect((await h.call(tenant.key, "GET", "/emails")).body.data).toHaveLength(1);
  });

  it("makes the text of the HTML when there is none, and sends the HTML as it is", async () => {
    const tenant = await h.newTenant();
    const html = '<p>Hello {{name}}</p><a href="https://example.com">more</a>';
    await sentBy(tenant, { to: "ada@example.com", subject: "Hello", html });
    expect(await delivered()).toMatchObject([{ html, text: "Hello {{name}}\n\nmore (https://example.com)\n" }]);
  });

  it("is done once for an Idempotency-Key, also by several at once, and refuses another mail with it", async () => {
    const tenant = await h.newTenant();
    const headers = { "idempotency-key": "k-1" };
    const attached = { ...mail, attachments: [{ filename: "a.txt", content: btoa("a") }] };
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await sentBy(tenant, attached, headers))["id"]));
    expect(new Set(ids).size).toBe(1);
    expect(listed(await tenant.call("GET", "/emails"))).toHaveLength(1);
    expect((await env.BLOBS.list({ prefix: `mails/${tenant.id}/` })).objects).toHaveLength(1);
    const { text: _, ...reordered } = attached;
    expect((await sentBy(tenant, { text: "words", ...reordered }, headers))["id"]).toBe(ids[0]);
    expect(await tenant.call("POST", "/emails", { ...attached, text: "other" }, headers)).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    const other = await h.newTenant();
    expect((await sentBy(other, mail, headers))["id"]).not.toBe(ids[0]);
  });

  it.each<[string, object, string]>([
    ["no recipient", { to: [] }, "/to"],
    ["an address that is none", { to: "nobody" }, "/to"],
    ["a line break in the subject", { subject: "Hello\r\nBcc: x@example.com" }, "/subject"],
    ["a line break in an address", { reply_to: "a@example.com\nX: y" }, "/reply_to"],
    ["a line break in a name", { cc: [{ email: "a@example.com", name: "A\r\nB" }] }, "/cc"],
    ["two reply addresses", { reply_to: "a@example.com, b@example.com" }, "/reply_to"],
    ["no subject", { subject: undefined }, "/subject"],
    ["no text", { text: undefined }, "/text"],
    ["too many recipients", { to: Array.from({ length: 51 }, (_, n) => `a${n}@example.com`) }, "/to"],
    ["an attachment that is no base64", { attachments: [{ filename: "a", content: "*" }] }, "/attachments/0/content"],
    ["a path for a file's name", { attachments: [{ filename: "../a", content: "" }] }, "/attachments/0/filename"],
    ["a line break in a type", { attachments: [{ filename: "a", content_type: "text/plain\r\nX: y", content: "" }] }, "/attachments/0/content_type"],
    ["attachments that are too large", { attachments: [{ filename: "a", content: btoa("x".repeat(2_700_000)) }, { filename: "b", content: btoa("x".repeat(2_700_000)) }] }, "/attachments"],
    ["variables without a template", { variables: { a: 1 } }, "/variables"],
    ["a template that is not there", { template: "welcome" }, "/template"],
    ["a template twice", { template: "a", template_id: "b" }, "/template"],
    ["a place to unsubscribe that runs something", { list_unsubscribe: "javascript:alert(1)" }, "/list_unsubscribe"],
    ["an unknown field", { headers: { Bcc: "x@example.com" } }, ""],
  ])("is refused with %s, and nothing is queued", async (_, change, pointer) => {
    const tenant = await h.newTenant();
    const answer = await tenant.call("POST", "/emails", { ...mail, ...change });
    expect([answer.status, (answer.body["errors"] as { pointer: string }[] | undefined)?.map((one) => one.pointer)]).toEqual([400, expect.arrayContaining([expect.stringMatching(new RegExp(`^${pointer}`))])]);
    expect(listed(await tenant.call("GET", "/emails"))).toEqual([]);
  });

  it("is refused over the plan's limit", async () => {
    const tenant = await h.newTenant({ limits: { emails_per_day: 2 } });
    for (const _ of [1, 2]) await sentBy(tenant, mail);
    expect(await tenant.call("POST", "/emails", mail)).toMatchObject({ status: 402, body: { code: "plan-limit", limit_name: "emails_per_day", limit: 2, used: 2 } });
    expect(listed(await tenant.call("GET", "/usage")).find((one) => one["limit_name"] === "emails_per_day")).toMatchObject({ used: 2 });
  });
});

describe("the list of mails", () => {
  it("is filtered by status, recipient and template, and comes in pages, the latest first", async () => {
    const tenant = await h.newTenant();
    for (const to of ["a@example.com", "b@example.com"]) await sentBy(tenant, { ...mail, to, bcc: "All@example.com" });
    await delivered();
    await sentBy(tenant, { ...mail, to: "c@example.com" });
    const found = async (query: string) => listed(await tenant.call("GET", `/emails${query}`)).map(({ recipients }) => (recipients as { email: string }[])[0]?.email);
    expect(await found("?status=queued")).toEqual(["c@example.com"]);
    expect(await found("?status=sent")).toEqual(["b@example.com", "a@example.com"]);
    expect(await found("?recipient=all@EXAMPLE.com")).toEqual(["b@example.com", "a@example.com"]);
    expect(await found("?template_id=none")).toEqual([]);
    const first = await tenant.call("GET", "/emails?limit=2");
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    expect(await found(`?limit=2&cursor=${next_cursor}`)).toEqual(["a@example.com"]);
    expect(first.body.data?.[0]).not.toHaveProperty("text");
  });

  it("holds none of the platform's mail, whose links open something", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("POST", "/invitations", { email: "guest@example.com", role: "viewer" })).status).toBe(201);
    const id = await env.DB.prepare("select id from mails where tenant_id = ?").bind(tenant.id).first<string>("id");
    expect(id).not.toBeNull();
    expect(listed(await tenant.call("GET", "/emails"))).toEqual([]);
    for (const [method, path] of [["GET", ""], ["POST", "/resend"]] as const) expect((await tenant.call(method, `/emails/${id}${path}`)).status).toBe(404);
  });
});

describe("a template", () => {
  const template = { name: "welcome", subject: "Hello {{contact.name|friend}}", html: "<p>{{contact.name}} of {{company}}</p>" };

  it("is filled in, escaped in HTML and nowhere else", async () => {
    const tenant = await h.newTenant();
    const { body } = await tenant.call("POST", "/email-templates", template);
    expect(body).toMatchObject({ name: "welcome", text: null, variables: [{ path: "contact.name", required: true }, { path: "company", required: true }] });
    const variables = { contact: { name: "<Ada> & co" }, company: "ACME" };
    const expected = { subject: "Hello <Ada> & co", html: "<p>&lt;Ada&gt; &amp; co of ACME</p>", text: "<Ada> & co of ACME\n" };
    expect((await tenant.call("POST", `/email-templates/${String(body["id"])}/preview`, { variables })).body).toEqual(expected);
    await sentBy(tenant, { to: "ada@example.com", template: "welcome", variables });
    await sentBy(tenant, { to: "ada@example.com", template_id: body["id"], subject: "Mine", variables });
    expect(await delivered()).toMatchObject([expected, { ...expected, subject: "Mine" }]);
  });

  it("without its variables is refused, and says which", async () => {
    const tenant = await h.newTenant();
    const id = String((await tenant.call("POST", "/email-templates", template)).body["id"]);
    for (const answer of [await tenant.call("POST", "/emails", { to: "ada@example.com", template: "welcome" }), await tenant.call("POST", `/email-templates/${id}/preview`, {})]) {
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/variables/contact/name" }, { pointer: "/variables/company" }] } });
    }
    const broken = await tenant.call("POST", "/emails", { to: "ada@example.com", template: "welcome", variables: { contact: { name: "A\r\nBcc: x@example.com" }, company: "" } });
    expect(broken).toMatchObject({ status: 400, body: { errors: [{ pointer: "/subject" }] } });
  });

  it("that cannot be read is refused with its place, and so is a name that is taken", async () => {
    const tenant = await h.newTenant();
    expect(await tenant.call("POST", "/email-templates", { ...template, html: "a\n{{{raw}}}", subject: "{{" })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/subject", detail: expect.stringContaining("line 1, column 1") }, { pointer: "/html", detail: expect.stringContaining("line 2, column 1: {{{…}}}") }] } });
    expect((await tenant.call("POST", "/email-templates", { name: "x", subject: "x" })).status).toBe(400);
    const { body } = await tenant.call("POST", "/email-templates", template);
    expect((await tenant.call("POST", "/email-templates", template)).status).toBe(409);
    const second = await tenant.call("POST", "/email-templates", { ...template, name: "second" });
    expect((await tenant.call("PATCH", `/email-templates/${String(second.body["id"])}`, { name: "welcome" })).status).toBe(409);
    expect(await tenant.call("PATCH", `/email-templates/${String(body["id"])}`, { html: null })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/text" }] } });
    expect(await tenant.call("PATCH", `/email-templates/${String(body["id"])}`, { html: null, text: "{{a}}", description: "new" })).toMatchObject({ status: 200, body: { html: null, text: "{{a}}", description: "new", subject: template.subject } });
    expect(listed(await tenant.call("GET", "/email-templates?name=second"))).toHaveLength(1);
    expect((await tenant.call("DELETE", `/email-templates/${String(body["id"])}`)).status).toBe(204);
    expect((await tenant.call("GET", `/email-templates/${String(body["id"])}`)).status).toBe(404);
  });
});

describe("the email account", () => {
  const account = { host: "SMTP.example.com", port: 587, security: "starttls", username: "flows", password: "correct horse", from_address: "desk@example.com" };

  it("shows everything but its password, which is sealed and in no log", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("GET", "/email-account")).body).toEqual({ account: null, sends_by: null });
    const { body } = await tenant.call("PUT", "/email-account", account);
    expect(body).toEqual({ sends_by: "account", account: { host: "smtp.example.com", port: 587, security: "starttls", username: "flows", has_password: true, from_address: "desk@example.com", from_name: null, created_at: expect.any(String), updated_at: expect.any(String) } });
    expect((await tenant.call("GET", "/email-account")).body).toEqual(body);
    const kept = await Promise.all(["email_accounts", "audit_events"].map((table) => env.DB.prepare(`select * from ${table} where tenant_id = ?`).bind(tenant.id).all()));
    expect(JSON.stringify(kept)).not.toContain("correct horse");
    expect(JSON.stringify(kept[1])).not.toContain("k1.");
    expect((await tenant.call("DELETE", "/email-account")).status).toBe(204);
    expect((await tenant.call("DELETE", "/email-account")).status).toBe(404);
  });

  it("keeps its password as long as it goes to the same server", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PUT", "/email-account", account);
    const { password: _, ...without } = account;
    expect(await tenant.call("PUT", "/email-account", { ...without, from_name: "The Desk" })).toMatchObject({ status: 200, body: { account: { has_password: true, from_name: "The Desk" } } });
    for (const change of [{ host: "smtp.evil.example" }, { port: 465 }, { security: "tls" }, { username: "other" }]) expect(await tenant.call("PUT", "/email-account", { ...without, ...change }), JSON.stringify(change)).toMatchObject({ status: 400, body: { errors: [{ pointer: "/password" }] } });
  });

  it("opens under a new data key too", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PUT", "/email-account", account);
    const sealed = () => env.DB.prepare("select password_sealed from email_accounts where tenant_id = ?").bind(tenant.id).first<string>("password_sealed");
    const before = await sealed();
    const { body } = await tenant.call("POST", "/variables/rotate-key");
    expect(body).toMatchObject({ secrets: 1 });
    const after = (await sealed()) ?? "";
    expect([after === before, after.split(".")[1]]).toEqual([false, body["data_key_id"]]);
    expect(await openSecret({ db: tenantDb(env.DB, tenant.id), env }, "email-account", after)).toBe("correct horse");
  });

  it.each<[string, object, string]>([
    ["port 25", { port: 25 }, "/port"],
    ["a private address", { host: "192.168.1.5" }, "/host"],
    ["an address written otherwise", { host: "0x7f.1" }, "/host"],
    ["this machine", { host: "localhost" }, "/host"],
    ["no encryption", { security: "none" }, "/security"],
    ["an address for a sender that is none", { from_address: "desk" }, "/from_address"],
    ["a line break in the sender's name", { from_name: "The\r\nDesk" }, "/from_name"],
    ["a password without a user name", { username: null }, "/password"],
  ])("is refused with %s", async (_, change, pointer) => {
    const tenant = await h.newTenant();
    expect(await tenant.call("PUT", "/email-account", { ...account, ...change })).toMatchObject({ status: 400, body: { errors: [expect.objectContaining({ pointer })] } });
  });
});

describe("who is not meant", () => {
  it("rejects another tenant", async () => {
    const [tenant, other] = [await h.newTenant(), await h.newTenant()];
    const id = String((await sentBy(tenant, mail))["id"]);
    const template = String((await tenant.call("POST", "/email-templates", { name: "t", subject: "s", text: "x" })).body["id"]);
    for (const [method, path, body] of [["GET", `/emails/${id}`], ["POST", `/emails/${id}/resend`], ["GET", `/email-templates/${template}`], ["PATCH", `/email-templates/${template}`, { name: "u" }], ["DELETE", `/email-templates/${template}`], ["POST", `/email-templates/${template}/preview`, {}]] as const) expect((await other.call(method, path, body)).status, path).toBe(404);
    expect((await other.call("POST", "/emails", { to: "a@example.com", template_id: template })).status).toBe(400);
    expect(listed(await other.call("GET", "/emails"))).toEqual([]);
  });

  it("rejects a role without the permission", async () => {
    const tenant = await h.newTenant();
    const [viewer, member] = [await colleague(h, tenant, { role: "viewer" }), await colleague(h, tenant, { role: "member" })];
    for (const path of ["/emails", "/email-templates"]) expect((await viewer.call("GET", path)).status).toBe(403);
    expect((await member.call("POST", "/emails", mail)).status).toBe(202);
    for (const [method, path] of [["PUT", "/email-account"], ["DELETE", "/email-account"], ["POST", "/email-account/test"]] as const) expect((await member.call(method, path, {})).status).toBe(403);
    const reader = await keyWith(tenant, ["emails.read"]);
    expect((await h.call(reader, "GET", "/api/v1/emails")).status).toBe(200);
    for (const path of ["/api/v1/emails", "/api/v1/email-templates"]) expect((await h.call(reader, "POST", path, mail)).status).toBe(403);
    expect((await h.call(reader, "GET", "/api/v1/email-account")).status).toBe(403);
  });
});

it("files of mails that are gone go an hour later, those of others stay", async () => {
  const tenant = await h.newTenant();
  const attachments = [{ filename: "a.txt", content: btoa("a") }];
  const [gone, stays] = [await sentBy(tenant, { ...mail, attachments }), await sentBy(tenant, { ...mail, attachments })];
  await env.DB.prepare("delete from mails where id = ?").bind(gone["id"]).run();
  const sweep = (now: number) => removeLeftAttachments({ env, db: tenantDb(env.DB, tenant.id), now });
  expect(await sweep(Date.now())).toEqual({});
  expect(await sweep(Date.now() + 2 * 3_600_000)).toEqual({ mail_attachments: 1 });
  expect((await env.BLOBS.list({ prefix: `mails/${tenant.id}/` })).objects.map(({ key }) => key)).toEqual([`mails/${tenant.id}/${String(stays["id"])}/0`]);
});
