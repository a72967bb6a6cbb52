/** From a form to an account with its tenant. */
import { describe, expect, it } from "vitest";
import { auditOf, clock, day, goodPassword, hour, lastMailTo, mailsTo, minute, newEmail, personOf, signUp } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const register = (body: object) => h.call(null, "POST", "/api/v1/auth/register", { password: goodPassword, name: "Ada", tenant_name: "Engines", ...body });
const confirm = (token: string) => h.call(null, "POST", "/api/v1/auth/register/confirm", { token });
const count = (table: string, email: string) => env.DB.prepare(`select count(*) as n from ${table} where email = ?`).bind(email).first<number>("n");

describe("registering", () => {
  it("creates nothing before the mailed link is used", async () => {
    const email = newEmail();
    const answer = await register({ email, tenant_slug: "unconfirmed" });
    expect(answer).toMatchObject({ status: 202, body: { status: "mail_sent" } });
    expect(await count("users", email)).toBe(0);
    expect(await env.DB.prepare("select count(*) as n from tenants where slug = 'unconfirmed'").first("n")).toBe(0);
    expect((await h.call(null, "POST", "/auth/login", { email, password: goodPassword })).body).toMatchObject({ code: "invalid-credentials" });
  });

  it("makes the account, the tenant and its admin when the link is used, and signs them in", async () => {
    const email = newEmail();
    await register({ email: ` ${email.toUpperCase()} `, name: "Ada Lovelace", tenant_name: "Café São João", locale: "pt" });
    const mail = await lastMailTo(email);
    expect(mail.subject).toBe("Confirme sua conta do Everstep");
    expect(mail.text).toContain(`https://flows.example.com/account/confirm#token=${mail.token}`);

    const answer = await confirm(mail.token);

    expect(answer).toMatchObject({ status: 201, body: { token_type: "Bearer", expires_in: 900, user: { email, name: "Ada Lovelace" }, tenant: { name: "Café São João", slug: "cafe-sao-joao" }, role: "admin" } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const person = personOf(h, goodPassword, answer);
    expect((await person.call("GET", "/workflows")).status).toBe(200);
    expect((await person.call("GET", "/auth/me")).body).toMatchObject({ user: { locale: "pt" } });
    expect((await auditOf(person.tenant.id)).map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ["tenant.create", person.id],
      ["user.create", person.id],
      ["session.create", person.id],
    ]);
  });

  it("answers a known address as it answers a new one, and tells its owner by mail", async () => {
    const known = await signUp(h);
    const before = await env.DB.prepare("select * from users where id = ?").bind(known.id).first();
    const [ofKnown, ofNew] = [await register({ email: known.email, name: "Somebody else" }), await register({ email: newEmail() })];
    expect(ofKnown.status).toBe(ofNew.status);
    expect(ofKnown.body).toEqual(ofNew.body);
    const mail = await lastMailTo(known.email);
    expect(mail.subject).toBe("You already have an Everstep account");
    expect(mail.text).not.toContain("Somebody else");
    expect((await confirm(mail.token)).body).toMatchObject({ code: "invalid-link" });
    expect(await env.DB.prepare("select * from users where id = ?").bind(known.id).first()).toEqual(before);
  });

  it("gives a slug that is taken a number", async () => {
    const slugs: unknown[] = [];
    for (const _ of [1, 2, 3]) {
      const email = newEmail();
      await register({ email, tenant_slug: "acme" });
      slugs.push((await confirm((await lastMailTo(email)).token)).body["tenant"]);
    }
    expect(slugs).toMatchObject([{ slug: "acme" }, { slug: "acme-2" }, { slug: "acme-3" }]);
  });

  it("makes tenants of the same name at the same time, each with its own slug", async () => {
    const emails = Array.from({ length: 4 }, newEmail);
    for (const email of emails) await register({ email, tenant_name: "At Once" });
    const tokens = await Promise.all(emails.map(async (email) => (await lastMailTo(email)).token));
    const answers = await Promise.all(tokens.map(confirm));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => (body["tenant"] as { slug: string }).slug)).size).toBe(4);
  });

  it("keeps neither the password nor the link's token", async () => {
    const email = newEmail();
    await register({ email });
    const { token } = await lastMailTo(email);
    const kept = JSON.stringify((await env.DB.prepare("select * from one_time_tokens").all()).results);
    expect(kept).toContain(email);
    expect(kept).not.toContain(goodPassword);
    expect(kept).not.toContain(token);
  });
});

describe("the link of a registration", () => {
  const link = async (email = newEmail()) => {
    await register({ email });
    return (await lastMailTo(email)).token;
  };

  it("works once, also when it is used many times at once", async () => {
    const token = await link();
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await confirm(token)).body).toMatchObject({ status: 410, code: "invalid-link" });
  });

  it("is over after 24 hours", async () => {
    const token = await link();
    time.advance(day);
    expect((await confirm(token)).body).toMatchObject({ status: 410, code: "invalid-link" });
  });

  it("does not make a second account of an address that has got one", async () => {
    const email = newEmail();
    const [first, second] = [await link(email), await link(email)];
    expect((await confirm(first)).status).toBe(201);
    expect((await confirm(second)).body).toMatchObject({ status: 409, code: "conflict" });
    expect(await count("users", email)).toBe(1);

    const other = newEmail();
    const links = [await link(other), await link(other), await link(other)];
    expect((await Promise.all(links.map(confirm))).map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await count("users", other)).toBe(1);
  });

  it.each(["", "x", "A".repeat(43), "a".repeat(5000)])("is refused when it is %.10s", async (token) => {
    expect([400, 410]).toContain((await confirm(token)).status);
  });
});

describe("a registration that does not fit", () => {
  it.each([
    ["/email", { email: "not an address" }],
    ["/name", { name: "Buy at https://spam.example" }],
    ["/name", { name: "two\nlines" }],
    ["/tenant_name", { tenant_name: "<b>bold</b>" }],
    ["/tenant_slug", { tenant_slug: "No Slug" }],
    ["/locale", { locale: "xx" }],
    ["/password", { password: "too short" }],
    ["/password", { password: "Password2026!" }],
    ["/password", { password: "engines engines" }],
  ])("is refused with the place %s: %j", async (pointer, body) => {
    const answer = await register({ email: newEmail(), ...body });
    expect(answer.body).toMatchObject({ status: 400, code: "bad-request", errors: [{ pointer }] });
  });

  it("is limited to 5 mails to an address, then waits", async () => {
    const email = newEmail();
    for (const _ of [1, 2, 3, 4, 5]) expect((await register({ email })).status).toBe(202);
    const refused = await register({ email });
    expect(refused.body).toMatchObject({ status: 429, code: "too-many-attempts", detail: "Too many attempts. Try again in 60 seconds, at 2026-11-22T10:01:00.000Z." });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await mailsTo(email)).toHaveLength(5);
    time.advance(minute);
    expect((await register({ email })).status).toBe(202);
    time.advance(hour);
  });
});
