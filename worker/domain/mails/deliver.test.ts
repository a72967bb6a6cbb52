import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { batch } from "../../../db/batch.ts";
import { insertMail, purgeMails } from "../../../db/mails.ts";
import type { MailRecipient } from "../../../db/schema/mails.ts";
import { type Carrier, MailError, type OutgoingMail, type Outcome, sameForAll } from "../../email/mail.ts";
import type { Env } from "../../env.ts";
import { harness } from "../../http/testing/harness.ts";
import { mostAttempts } from "./attempt.ts";
import { deliverMails, leaseMs } from "./deliver.ts";
import { type Mail, linkTo, queueMail } from "./queue.ts";
import { transportOf } from "./transport.ts";

const env = bindings as unknown as Env;
const h = harness();
const minute = 60_000;

const queue = async (now: number, mail: Partial<Mail> = {}) => batch(env.DB, [queueMail({ env, now }, { to: "ada@example.com", subject: "Hello", text: "the link", ...mail })]);
const rows = async () => (await env.DB.prepare("select status, attempts, error, text, next_attempt_at, sent_at from mails order by recipient, id").all()).results;

/** Remembers what it was given; fails as long as it is told to. */
function recorder() {
  const sent: OutgoingMail[] = [];
  let failure: Error | null = null;
  const transport: Carrier = async (mail) => {
    await Promise.resolve();
    if (failure) throw failure;
    sent.push(mail);
    return sameForAll(mail.envelope, "accepted");
  };
  return { sent, transport, fail: (error: Error | null) => void (failure = error) };
}

const one = (address: string, kind: MailRecipient["kind"] = "to"): MailRecipient => ({ address, name: null, kind, status: "queued", error: null });

/** Mail that a tenant sends. */
async function queueTenants(tenant: string, now: number, recipients: MailRecipient[] = [one("ada@example.com")], more: object = {}): Promise<string> {
  const id = crypto.randomUUID();
  await batch(env.DB, [insertMail(env.DB, { id, tenant_id: tenant, kind: "tenant", recipient: recipients[0]?.address ?? "", recipients, subject: "Hello", text: "words", status: "queued", created_at: now, next_attempt_at: now, ...more })]);
  return id;
}

const recipientsIn = async (id: string) => JSON.parse((await env.DB.prepare("select recipients from mails where id = ?").bind(id).first<string>("recipients")) ?? "[]") as MailRecipient[];
const failures = async (tenant: string) => (await env.DB.prepare("select data, record_id, chain from events where tenant_id = ? and type = 'mail.failed'").bind(tenant).all<{ data: string; record_id: string; chain: string }>()).results;

beforeEach(async () => {
  await env.DB.prepare("delete from mails").run();
});

describe("a mail that is due", () => {
  it("goes out once, and its text is kept no longer", async () => {
    await queue(1000);
    const { sent, transport } = recorder();
    await deliverMails(env, 1000, { transport });
    await deliverMails(env, 2000, { transport });
    expect(sent).toMatchObject([{ id: expect.any(String), to: [{ address: "ada@example.com" }], envelope: ["ada@example.com"], subject: "Hello", text: "the link", html: null }]);
    expect(await rows()).toEqual([{ status: "sent", attempts: 1, error: null, text: "", next_attempt_at: expect.any(Number), sent_at: 1000 }]);
  });

  it("goes out once when several senders are at work", async () => {
    for (const _ of [1, 2, 3]) await queue(0);
    const { sent, transport } = recorder();
    await Promise.all(Array.from({ length: 4 }, () => deliverMails(env, 0, { transport })));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
    expect(sent).toHaveLength(3);
  });

  it("has one line as its subject, whatever a name holds", async () => {
    await queue(0, { subject: "Hello\r\nBcc: everybody@example.com" });
    const { sent, transport } = recorder();
    await deliverMails(env, 0, { transport });
    expect(sent[0]?.subject).toBe("Hello Bcc: everybody@example.com");
  });
});

describe("a mail that does not go out", () => {
  it("is tried again after 1, 2, 4 … minutes with the same id, 8 times in all", async () => {
    await queue(0);
    const { transport, fail } = recorder();
    const ids = new Set<string>();
    fail(new Error("451 try again later"));
    const noting: Carrier = (mail) => {
      ids.add(mail.id);
      return transport(mail);
    };
    const times: number[] = [];
    let before = 0;
    for (let at = 0; at <= 300; at++) {
      await deliverMails(env, at * minute, { transport: noting });
      const [row] = await rows();
      if (Number(row?.["attempts"]) > before) times.push(at);
      before = Number(row?.["attempts"]);
    }
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 127]);
    expect(times).toHaveLength(mostAttempts);
    expect(ids.size).toBe(1);
    expect(await rows()).toMatchObject([{ status: "failed", error: "451 try again later", text: "" }]);
  });

  it("because its sender died is tried by another when its lease is over", async () => {
    await queue(0);
    void deliverMails(env, 0, { transport: () => new Promise(() => undefined) });
    // The attempt is taken when this reads that it is.
    while (Number((await rows())[0]?.["attempts"]) === 0);
    const { sent, transport } = recorder();
    await deliverMails(env, leaseMs - 1, { transport });
    expect(sent).toHaveLength(0);
    await deliverMails(env, leaseMs, { transport });
    expect(sent).toHaveLength(1);
  });

  it("does not hold up the others", async () => {
    for (const to of ["a@example.com", "b@example.com"]) await queue(0, { to });
    const { sent, transport } = recorder();
    await deliverMails(env, 0, { transport: (mail) => (mail.envelope[0] === "a@example.com" ? Promise.reject(new Error("451 busy: a@example.com")) : transport(mail)) });
    expect(sent.flatMap(({ envelope }) => envelope)).toEqual(["b@example.com"]);
    expect((await rows())[0]).toMatchObject({ status: "queued", error: "451 busy: [recipient]" });
  });

  it("stays queued as long as there is no way to send", async () => {
    await queue(0);
    await deliverMails(env, 0, { transport: null });
    expect(await rows()).toMatchObject([{ status: "queued", attempts: 0, text: "the link" }]);
  });
});

describe("a tenant's mail", () => {
  it("goes by the tenant's own account, and by the platform where there is none", async () => {
    await queueTenants("t-own", 0);
    await queueTenants("t-none", 0);
    const [platform, own] = [recorder(), recorder()];
    await deliverMails(env, 0, { transport: platform.transport, ownOf: async (tenant) => (tenant === "t-own" ? own.transport : null) });
    expect([platform.sent.length, own.sent.length]).toEqual([1, 1]);
  });

  it("keeps its text, for the tenant to read; the platform's loses it", async () => {
    await queue(0, { to: "a@example.com" });
    await queueTenants("t-1", 0, [one("b@example.com")]);
    await deliverMails(env, 0, { transport: recorder().transport, ownOf: async () => null });
    expect((await rows()).map(({ text }) => text)).toEqual(["", "words"]);
  });

  it("is settled for each recipient, and goes again to those alone who do not have it", async () => {
    const { id: tenant } = await h.newTenant();
    const id = await queueTenants(tenant, 0, [one("ada@example.com"), one("grace@example.com", "cc"), one("gone@example.com", "bcc")]);
    const results: Record<string, Outcome["result"]> = { "ada@example.com": "accepted", "grace@example.com": "temporary", "gone@example.com": "permanent" };
    const asked: string[][] = [];
    const carrier: Carrier = async ({ envelope }) => (asked.push([...envelope]), envelope.map((address) => ({ address, result: results[address] ?? "temporary", detail: `said of ${address}` })));
    await deliverMails(env, 0, { transport: carrier, ownOf: async () => null });
    expect((await recipientsIn(id)).map(({ status }) => status)).toEqual(["sent", "queued", "failed"]);
    expect(await failures(tenant)).toEqual([]);
    results["grace@example.com"] = "accepted";
    await deliverMails(env, minute, { transport: carrier, ownOf: async () => null });
    expect(asked).toEqual([["ada@example.com", "grace@example.com", "gone@example.com"], ["grace@example.com"]]);
    expect((await recipientsIn(id)).map(({ status }) => status)).toEqual(["sent", "sent", "failed"]);
    expect(await rows()).toMatchObject([{ status: "failed", attempts: 2, error: "said of [recipient]" }]);
  });

  it("that fails for good is an event with what led to it, and names nobody", async () => {
    const { id: tenant } = await h.newTenant();
    const chain = [{ workflow_id: "w", execution_id: "e-1" }];
    const id = await queueTenants(tenant, 0, [one("ada@example.com")], { execution_id: "e-1", chain });
    await deliverMails(env, 0, { transport: async () => Promise.reject(new MailError("permanent", "550 no such mailbox: ada@example.com")), ownOf: async () => null });
    const [event] = await failures(tenant);
    expect(JSON.parse(event?.data ?? "")).toEqual({ mail_id: id, template_id: null, execution_id: "e-1", attempts: 1, error: "550 no such mailbox: [recipient]", recipients: 1, failed: 1 });
    expect([event?.record_id, JSON.parse(event?.chain ?? "")]).toEqual([id, chain]);
    await deliverMails(env, 500 * minute, { transport: recorder().transport, ownOf: async () => null });
    expect(await failures(tenant)).toHaveLength(1);
  });

  it("fails with one event after the last attempt", async () => {
    const { id: tenant } = await h.newTenant();
    await queueTenants(tenant, 0);
    for (let at = 0; at <= 200; at++) await deliverMails(env, at * minute, { transport: async () => Promise.reject(new Error("451 busy")), ownOf: async () => null });
    expect(await rows()).toMatchObject([{ status: "failed", attempts: mostAttempts }]);
    expect(await failures(tenant)).toHaveLength(1);
  });

  it("waits while its account cannot be read, instead of going out as somebody else's", async () => {
    await queueTenants("t-1", 0);
    const { sent, transport } = recorder();
    await deliverMails(env, 0, { transport, ownOf: async () => Promise.reject(new Error("the secret does not open")) });
    expect(sent).toEqual([]);
    expect(await rows()).toMatchObject([{ status: "queued", attempts: 0 }]);
  });

  it("goes out by an account where the platform has no way of its own", async () => {
    const { id: tenant, call } = await h.newTenant();
    await queue(0, { to: "a@example.com" });
    await queueTenants(tenant, 0, [one("b@example.com")]);
    const account = { host: "smtp.example.com", port: 465, security: "tls", username: "u", password: "p", from_address: "desk@example.com" };
    expect((await call("PUT", "/email-account", account)).status).toBe(200);
    const own = recorder();
    await deliverMails(env, 0, { transport: null, ownOf: async () => own.transport });
    expect(own.sent.flatMap(({ envelope }) => envelope)).toEqual(["b@example.com"]);
    expect((await rows()).map(({ status }) => status)).toEqual(["queued", "sent"]);
  });

  it("does not wait for another tenant's slow server, nor for another's thousand mails", async () => {
    for (let n = 0; n < 30; n++) await queueTenants("t-many", 0, [one("many@example.com")]);
    await queueTenants("t-slow", 0);
    await queueTenants("t-late", 1, [one("late@example.com")]);
    const { sent, transport } = recorder();
    let answer: () => void = () => undefined;
    const slow: Carrier = (mail) => new Promise((taken) => (answer = () => taken(sameForAll(mail.envelope, "accepted"))));
    const delivering = deliverMails(env, 1, { transport, ownOf: async (tenant) => (tenant === "t-slow" ? slow : null) });
    while (sent.length < 11) await scheduler.wait(1);
    expect(sent.map(({ envelope }) => envelope[0])).toContain("late@example.com");
    answer();
    await delivering;
    expect(sent).toHaveLength(31);
  });

  it("has its files with it, and fails for good without them", async () => {
    const key = "mails/t-1/a/0";
    const attachments = [{ filename: "a.txt", content_type: "text/plain", size: 5, key }];
    await env.BLOBS.put(key, "hello");
    await queueTenants("t-1", 0, [one("ada@example.com")], { attachments });
    const { sent, transport } = recorder();
    await deliverMails(env, 0, { transport, ownOf: async () => null });
    expect(new TextDecoder().decode(sent[0]?.attachments[0]?.content)).toBe("hello");
    const { id: tenant } = await h.newTenant();
    await env.BLOBS.delete(key);
    const id = await queueTenants(tenant, 0, [one("ada@example.com")], { attachments });
    await deliverMails(env, 0, { transport, ownOf: async () => null });
    expect(await recipientsIn(id)).toMatchObject([{ status: "failed", error: "the attachment a.txt is gone" }]);
  });
});

describe("the way out", () => {
  const mail: OutgoingMail = { id: "id-1", to: [{ address: "ada@example.com", name: "Ada" }], cc: [{ address: "had@example.com" }], envelope: ["ada@example.com", "hidden@example.com"], replyTo: "desk@example.com", listUnsubscribe: "mailto:out@example.com", subject: "Hello", text: "text", html: null, attachments: [{ filename: "a.txt", content_type: "text/plain", content: new TextEncoder().encode("hello") }], date: 0 };

  it("is the MAIL binding: JSON by POST, the mail's id as idempotency key", async () => {
    const seen: unknown[] = [];
    const answering = (status: number) => ({ fetch: async (url: string, init: RequestInit) => (seen.push([url, init.method, new Headers(init.headers).get("idempotency-key"), JSON.parse(String(init.body))]), new Response("greylisted", { status })) }) as unknown as Fetcher;
    expect(await transportOf({ ...env, MAIL: answering(202), MAIL_FROM: "flows@example.com" })?.(mail)).toEqual(sameForAll(mail.envelope, "accepted"));
    expect(seen).toEqual([["http://mail/send", "POST", "id-1", { id: "id-1", from: "flows@example.com", to: mail.to, cc: mail.cc, reply_to: "desk@example.com", recipients: mail.envelope, subject: "Hello", text: "text", html: null, headers: { "List-Unsubscribe": "<mailto:out@example.com>" }, attachments: [{ filename: "a.txt", content_type: "text/plain", content: "aGVsbG8=" }] }]]);
    for (const [status, result] of [[503, "temporary"], [429, "temporary"], [404, "temporary"], [422, "permanent"], [413, "permanent"]] as const) await expect(transportOf({ ...env, MAIL: answering(status) })?.(mail)).rejects.toMatchObject({ result, message: `the mail service answered ${status}: greylisted` });
  });

  it("is else Cloudflare's email binding, with a sender; who has the mail already is left out", async () => {
    const seen: unknown[] = [];
    const SEND_EMAIL = { send: async (message: unknown) => (seen.push(message), { messageId: "m" }) };
    await transportOf({ ...env, SEND_EMAIL, MAIL_FROM: "flows@example.com" })?.(mail);
    expect(seen).toEqual([{ from: "flows@example.com", to: [{ email: "ada@example.com", name: "Ada" }], bcc: ["hidden@example.com"], subject: "Hello", text: "text", replyTo: "desk@example.com", headers: { "List-Unsubscribe": "<mailto:out@example.com>" }, attachments: [{ disposition: "attachment", filename: "a.txt", type: "text/plain", content: "aGVsbG8=" }] }]);
    expect(transportOf({ ...env, SEND_EMAIL })).toBeNull();
    expect(transportOf(env)).toBeNull();
  });

  it.each<[string | null, "temporary" | "permanent"]>([
    ["E_RECIPIENT_SUPPRESSED", "permanent"],
    ["E_CONTENT_TOO_LARGE", "permanent"],
    ["E_VALIDATION_ERROR", "permanent"],
    ["E_RATE_LIMIT_EXCEEDED", "temporary"],
    ["E_DAILY_LIMIT_EXCEEDED", "temporary"],
    ["E_SENDER_NOT_VERIFIED", "temporary"],
    ["E_INTERNAL_SERVER_ERROR", "temporary"],
    [null, "temporary"],
  ])("takes Cloudflare's %s for %s", async (code, result) => {
    const SEND_EMAIL = { send: async () => Promise.reject(Object.assign(new Error("no"), code === null ? {} : { code })) };
    await expect(transportOf({ ...env, SEND_EMAIL, MAIL_FROM: "flows@example.com" })?.(mail)).rejects.toMatchObject({ result, message: expect.stringContaining(code ?? "refused it: no") });
  });
});

describe("a link", () => {
  it("begins with the installation's address and has its secret in the fragment", () => {
    expect(linkTo({ env: { ...env, PUBLIC_URL: "https://flows.example.com/" } }, "/account/reset", "a/b")).toBe("https://flows.example.com/account/reset#token=a%2Fb");
  });

  it("cannot be made without that address", () => {
    const { PUBLIC_URL: _, ...without } = env;
    expect(() => linkTo({ env: without }, "/account/reset", "x")).toThrow(expect.objectContaining({ code: "unavailable" }));
  });
});

it("old mails are deleted, those still on their way stay", async () => {
  await queue(0);
  await queue(0);
  await deliverMails(env, 0, { transport: recorder().transport });
  await queue(0);
  await purgeMails(env.DB, 10 * minute);
  expect(await rows()).toMatchObject([{ status: "queued" }]);
});
