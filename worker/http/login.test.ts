/** Signing in with a password, and what those who guess get. */
import { beforeAll, describe, expect, it } from "vitest";
import { auditOf, clock, goodPassword, join, minute, newEmail, type Person, personOf, second, signIn, signUp } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const login = (body: object, headers: Record<string, string> = {}) => h.call(null, "POST", "/auth/login", body, headers);
const wrong = "seven green apples fell";

describe("signing in", () => {
  let ada: Person;
  beforeAll(async () => {
    ada = await signUp(h);
  });

  it("answers a session that opens the tenant", async () => {
    const answer = await login({ email: ada.email.toUpperCase(), password: ada.password });
    expect(answer).toMatchObject({ status: 200, body: { user: { id: ada.id, email: ada.email, name: "Ada" }, tenant: ada.tenant, role: "admin", tenants: [{ ...ada.tenant, role: "admin" }] } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await personOf(h, "", answer).call("GET", "/workflows")).status).toBe(200);
    expect(await auditOf(ada.tenant.id)).toContainEqual(expect.objectContaining({ action: "session.create", actor_id: ada.id, entity_id: answer.body["session_id"], after: { user_id: ada.id, method: "password" } }));
  });

  it("shows no hash, and keeps no token, only their hashes", async () => {
    const { body } = await login({ email: ada.email, password: ada.password });
    const { results } = await env.DB.prepare("select * from sessions").all();
    expect(JSON.stringify(body)).not.toContain("scrypt");
    for (const token of [body["refresh_token"], body["access_token"]]) expect(JSON.stringify(results)).not.toContain(String(token));
  });

  it("replaces a hash made at another cost", async () => {
    const key = "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162";
    const old = `$scrypt$ln=10,r=8,p=16$${btoa("NaCl").replace(/=+$/, "")}$${btoa(String.fromCharCode(...(key.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))).replace(/=+$/, "")}`;
    const eve = await signUp(h);
    await env.DB.prepare("update users set password_hash = ? where id = ?").bind(old, eve.id).run();
    expect((await login({ email: eve.email, password: "password" })).status).toBe(200);
    const now = await env.DB.prepare("select password_hash from users where id = ?").bind(eve.id).first<string>("password_hash");
    expect(now).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect((await login({ email: eve.email, password: "password" })).status).toBe(200);
  });

  it("asks those who have a second factor for it instead", async () => {
    const eve = await signUp(h);
    await env.DB.prepare("update users set mfa_enabled_at = 1 where id = ?").bind(eve.id).run();
    const before = await env.DB.prepare("select count(*) as n from sessions").first("n");
    const { status, body } = await login({ email: eve.email, password: eve.password });
    expect({ status, body }).toEqual({ status: 200, body: { mfa_required: true, mfa_token: expect.any(String) } });
    expect(await env.DB.prepare("select count(*) as n from sessions").first("n")).toBe(before);
    expect((await h.call(null, "POST", "/auth/register/confirm", { token: body["mfa_token"] })).body).toMatchObject({ code: "invalid-link" });
  });
});

describe("a person of several tenants", () => {
  it("is signed in to the one named by slug or id, else to the one used last", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id, "viewer");
    const there = await login({ email: ada.email, password: ada.password, tenant: bob.tenant.slug });
    expect(there.body).toMatchObject({ tenant: bob.tenant, role: "viewer" });
    expect(there.body["tenants"]).toHaveLength(2);
    time.advance(second);
    expect((await login({ email: ada.email, password: ada.password, tenant: ada.tenant.id })).body).toMatchObject({ tenant: ada.tenant, role: "admin" });
    time.advance(second);
    expect((await login({ email: ada.email, password: ada.password })).body).toMatchObject({ tenant: ada.tenant });
    await signIn(h, ada, bob.tenant.id);
    time.advance(second);
    expect((await login({ email: ada.email, password: ada.password })).body).toMatchObject({ tenant: bob.tenant });
  });

  it("moves to another one with a session of its own, and to none they are not a member of", async () => {
    const [ada, bob, eve] = [await signUp(h), await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id, "viewer");
    await join(ada, eve.tenant.id, "admin", "disabled");
    const moved = await ada.call("POST", "/auth/switch", { tenant: bob.tenant.slug });
    expect(moved).toMatchObject({ status: 200, body: { tenant: bob.tenant, role: "viewer" } });
    const there = personOf(h, "", moved);
    expect((await there.call("GET", "/auth/me")).body).toMatchObject({ tenant: bob.tenant, role: "viewer" });
    expect((await there.call("POST", "/api-keys", { name: "x" })).status).toBe(403);
    expect((await ada.call("GET", "/auth/me")).body).toMatchObject({ tenant: ada.tenant, role: "admin" });
    for (const tenant of [eve.tenant.slug, eve.tenant.id, "nothing-here"]) expect((await ada.call("POST", "/auth/switch", { tenant })).status).toBe(404);
  });
});

describe("a sign-in that is refused", () => {
  it("is answered alike for an unknown address, a wrong password, no membership and a disabled one", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    const carl = await signUp(h);
    await env.DB.prepare("update memberships set status = 'disabled' where user_id = ?").bind(carl.id).run();
    const answers = [
      await login({ email: newEmail(), password: goodPassword }),
      await login({ email: ada.email, password: wrong }),
      await login({ email: ada.email, password: ada.password, tenant: bob.tenant.slug }),
      await login({ email: carl.email, password: carl.password }),
    ];
    const shown = answers.map(({ status, body, headers }) => ({ status, body: { ...body, instance: "" }, names: [...headers.keys()].sort() }));
    for (const answer of shown) expect(answer).toEqual(shown[0]);
    expect(shown[0]).toMatchObject({ status: 401, body: { code: "invalid-credentials" } });
  });

  it("is in the audit log of the person's tenants, without the password", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id);
    await login({ email: ada.email, password: wrong });
    for (const { tenant } of [ada, bob]) {
      const refused = (await auditOf(tenant.id)).filter(({ action }) => action === "session.refuse");
      expect(refused).toEqual([{ action: "session.refuse", entity_id: null, actor_kind: "system", actor_id: null, before: null, after: { user_id: ada.id, reason: "wrong_password" } }]);
    }
  });

  it("does not open an account without a password to any", async () => {
    const ada = await signUp(h);
    await env.DB.prepare("update users set password_hash = null where id = ?").bind(ada.id).run();
    expect((await login({ email: ada.email, password: ada.password })).body).toMatchObject({ code: "invalid-credentials" });
  });
});

describe("guessing", () => {
  const guess = (email: string, password = wrong, ip?: string) => login({ email, password }, ip ? { "cf-connecting-ip": ip } : {});

  it("waits a minute after 5 failures, then two, up to an hour, and never for good", async () => {
    const ada = await signUp(h);
    for (const _ of [1, 2, 3, 4, 5]) expect((await guess(ada.email)).status).toBe(401);
    const waits: (string | null)[] = [];
    for (let round = 0; round < 9; round++) {
      const { status, headers } = await guess(ada.email, ada.password);
      expect(status).toBe(429);
      waits.push(headers.get("retry-after"));
      time.advance(Number(headers.get("retry-after")) * second);
      if (round < 8) expect((await guess(ada.email)).status).toBe(401);
    }
    expect(waits).toEqual(["60", "120", "240", "480", "960", "1920", "3600", "3600", "3600"]);
    expect((await guess(ada.email, ada.password)).status).toBe(200);
    expect((await guess(ada.email)).status).toBe(401);
  });

  it("says until when it waits, and goes on as before after a right password", async () => {
    const ada = await signUp(h);
    for (const _ of [1, 2, 3, 4]) await guess(ada.email);
    expect((await guess(ada.email, ada.password)).status).toBe(200);
    for (const _ of [1, 2, 3, 4, 5]) expect((await guess(ada.email)).status).toBe(401);
    const refused = await guess(ada.email);
    expect(refused.body).toMatchObject({ status: 429, code: "too-many-attempts", detail: `Too many attempts. Try again in 60 seconds, at ${new Date(time.now() + minute).toISOString()}.` });
  });

  it("is the same for an address that has no account", async () => {
    const email = newEmail();
    for (const _ of [1, 2, 3, 4, 5]) expect((await guess(email)).status).toBe(401);
    expect((await guess(email)).headers.get("retry-after")).toBe("60");
  });

  it("gets 5 looks at the password out of 100 attempts at once", async () => {
    const ada = await signUp(h);
    const answers = await Promise.all(Array.from({ length: 100 }, () => guess(ada.email)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(95);
  });
});
