/** For people who have forgotten their password. */
import { describe, expect, it } from "vitest";
import { auditOf, clock, hour, join, lastMailTo, mailsTo, newEmail, type Person, personOf, signIn, signUp } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const forgot = (email: string) => h.call(null, "POST", "/auth/password/forgot", { email });
const reset = (token: string, password: string) => h.call(null, "POST", "/auth/password/reset", { token, password });
const next = "eight purple plums float";
const linkOf = async ({ email }: Person) => {
  expect((await forgot(email)).status).toBe(202);
  return (await lastMailTo(email)).token;
};

describe("asking for a link", () => {
  it("is answered alike whether the address has an account or not", async () => {
    const ada = await signUp(h);
    const stranger = newEmail();
    const [known, unknown] = [await forgot(ada.email), await forgot(stranger)];
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    expect([...known.headers.keys()]).toEqual([...unknown.headers.keys()]);
    expect((await lastMailTo(ada.email)).text).toContain("https://flows.example.com/account/reset#token=");
    expect(await mailsTo(stranger)).toEqual([]);
  });

  it("does not let the request choose where the link leads", async () => {
    const ada = await signUp(h);
    await h.call(null, "POST", "/auth/password/forgot", { email: ada.email }, { host: "evil.example", "x-forwarded-host": "evil.example", origin: "https://evil.example" });
    expect((await lastMailTo(ada.email)).text).not.toContain("evil");
  });

  it("is limited, known or not", async () => {
    for (const email of [(await signUp(h)).email, newEmail()]) {
      const statuses: number[] = [];
      for (let round = 0; round < 7; round++) statuses.push((await forgot(email)).status);
      expect(statuses.at(-1)).toBe(429);
    }
  });

  it("ends the links before it", async () => {
    const ada = await signUp(h);
    const [first, second] = [await linkOf(ada), await linkOf(ada)];
    expect((await reset(first, next)).body).toMatchObject({ status: 410, code: "invalid-link" });
    expect((await reset(second, next)).status).toBe(200);
  });
});

describe("using the link", () => {
  it("sets the password, ends every session and signs in, and is mailed and recorded", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id);
    const there = await signIn(h, ada, bob.tenant.id);
    const answer = await reset(await linkOf(ada), next);
    expect(answer).toMatchObject({ status: 200, body: { user: { id: ada.id }, tenant: bob.tenant } });
    expect((await personOf(h, "", answer).call("GET", "/auth/me")).status).toBe(200);
    for (const { call } of [ada, there]) expect((await call("GET", "/auth/me")).status).toBe(401);
    expect((await h.call(null, "POST", "/auth/refresh", { refresh_token: ada.refresh })).status).toBe(401);
    expect((await h.call(null, "POST", "/auth/login", { email: ada.email, password: ada.password })).status).toBe(401);
    await signIn(h, { ...ada, password: next });
    expect((await lastMailTo(ada.email)).subject).toBe("Your Everstep password was changed");
    for (const { tenant } of [ada, bob]) expect(await auditOf(tenant.id)).toContainEqual(expect.objectContaining({ action: "user.reset_password", actor_id: ada.id }));
  });

  it("works once, also when it is used many times at once", async () => {
    const ada = await signUp(h);
    const token = await linkOf(ada);
    const answers = await Promise.all(Array.from({ length: 4 }, () => reset(token, next)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410]);
  });

  it("is over after an hour", async () => {
    const token = await linkOf(await signUp(h));
    time.advance(hour);
    expect((await reset(token, next)).body).toMatchObject({ status: 410, code: "invalid-link" });
  });

  it("stays possible after a password that is not taken", async () => {
    const ada = await signUp(h);
    const token = await linkOf(ada);
    expect((await reset(token, "Password2026!")).body).toMatchObject({ status: 400, errors: [{ pointer: "/password" }] });
    expect((await reset(token, next)).status).toBe(200);
  });

  it("asks those who have a second factor for it, and signs nobody in before", async () => {
    const ada = await signUp(h);
    await env.DB.prepare("update users set mfa_enabled_at = 1 where id = ?").bind(ada.id).run();
    const answer = await reset(await linkOf(ada), next);
    expect(answer).toMatchObject({ status: 200, body: { mfa_required: true, mfa_token: expect.any(String) } });
    expect(answer.body).not.toHaveProperty("access_token");
    expect(await env.DB.prepare("select count(*) as n from sessions where user_id = ? and revoked_at is null").bind(ada.id).first("n")).toBe(0);
  });

  it("ends the wait after failed sign-ins", async () => {
    const ada = await signUp(h);
    const token = await linkOf(ada);
    for (let round = 0; round < 6; round++) await h.call(null, "POST", "/auth/login", { email: ada.email, password: "not the password" });
    await expect(signIn(h, ada)).rejects.toThrow("too-many-attempts");
    await reset(token, next);
    await signIn(h, { ...ada, password: next });
  });

  it("does not take a token made for something else", async () => {
    const email = newEmail();
    await h.call(null, "POST", "/auth/register", { email, password: next, name: "Eve", tenant_name: "Eve" });
    expect((await reset((await lastMailTo(email)).token, next)).body).toMatchObject({ status: 410 });
  });
});
