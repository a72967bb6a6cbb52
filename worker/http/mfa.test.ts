/** A second factor: set up, asked for, guessed at, lost, required. */
import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { auditOf, clock, join, minute, type Person, personOf, second, signIn, signUp } from "./testing/accounts.ts";
import { type Answered, env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const step = 30 * second;

const codeOf = (secret: string, offset = 0) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: time.now() + offset });
const wrong = (secret: string) => (codeOf(secret) === "000000" ? "000001" : "000000");
const login = ({ email, password }: Person) => h.call(null, "POST", "/api/v1/auth/login", { email, password });
const verify = (mfa_token: unknown, body: object) => h.call(null, "POST", "/api/v1/auth/mfa/verify", { mfa_token, ...body });

interface Protected {
  person: Person;
  secret: string;
  codes: string[];
}

async function setUp(person: Person): Promise<string> {
  const { body } = await person.call("POST", "/auth/mfa/setup", { password: person.password });
  return String(body["secret"]);
}

/** Somebody whose second factor is on, a time step ago. */
async function withMfa(): Promise<Protected> {
  const person = await signUp(h);
  const secret = await setUp(person);
  const { status, body } = await person.call("POST", "/auth/mfa/enable", { code: codeOf(secret) });
  if (status !== 200) throw new Error(JSON.stringify(body));
  time.advance(step);
  return { person, secret, codes: body["recovery_codes"] as string[] };
}

async function challenge(person: Person): Promise<string> {
  const { status, body } = await login(person);
  expect([status, body["access_token"]]).toEqual([200, undefined]);
  expect(body["mfa_required"]).toBe(true);
  return String(body["mfa_token"]);
}

const requireMfa = (tenantId: string) => env.DB.prepare("update tenants set settings = json_set(settings, '$.require_mfa', json('true')) where id = ?").bind(tenantId).run();
const refusedAs = (code: string) => ({ body: expect.objectContaining({ code }) as unknown });

describe("setting a second factor up", () => {
  it("needs the password, gives a secret once, and counts only when the app has shown a code", async () => {
    const person = await signUp(h);
    expect(await person.call("POST", "/auth/mfa/setup", { password: "not the password" })).toMatchObject({ status: 401, ...refusedAs("invalid-credentials") });
    const { status, body, headers } = await person.call("POST", "/auth/mfa/setup", { password: person.password });
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    const uri = new URL(String(body["otpauth_uri"]));
    expect(uri.searchParams.get("secret")).toBe(body["secret"]);
    expect(decodeURIComponent(uri.pathname)).toContain(person.email);
    expect((await login(person)).body).toHaveProperty("access_token");

    expect(await person.call("POST", "/auth/mfa/enable", { code: wrong(String(body["secret"])) })).toMatchObject({ status: 401, ...refusedAs("invalid-credentials") });
    expect((await login(person)).body).toHaveProperty("access_token");
    const enabled = await person.call("POST", "/auth/mfa/enable", { code: codeOf(String(body["secret"])) });
    expect(enabled.status).toBe(200);
    expect(new Set(enabled.body["recovery_codes"] as string[]).size).toBe(10);
    expect((await login(person)).body).toMatchObject({ mfa_required: true });
    expect((await person.call("GET", "/auth/mfa")).body).toEqual({ enabled_at: new Date(time.now()).toISOString(), recovery_codes_left: 10, required: false });
    expect((await auditOf(person.tenant.id)).map(({ action }) => action)).toEqual(expect.arrayContaining(["mfa.setup", "mfa.enable"]));
  });

  it("keeps neither the secret nor the recovery codes in a form that opens anything", async () => {
    const { person, secret, codes } = await withMfa();
    const user = await env.DB.prepare("select * from users where id = ?").bind(person.id).first();
    const kept = await env.DB.prepare("select * from recovery_codes where user_id = ?").bind(person.id).all();
    const audit = await auditOf(person.tenant.id);
    const all = JSON.stringify([user, kept.results, audit]);
    expect(kept.results).toHaveLength(10);
    for (const text of [secret, ...codes, ...codes.map((code) => code.replaceAll("-", ""))]) expect(all).not.toContain(text);
  });

  it("begins anew with each secret until it is on, and then not at all", async () => {
    const person = await signUp(h);
    const [first, next] = [await setUp(person), await setUp(person)];
    expect((await person.call("POST", "/auth/mfa/enable", { code: codeOf(first) })).status).toBe(401);
    expect((await person.call("POST", "/auth/mfa/enable", { code: codeOf(next) })).status).toBe(200);
    expect(await person.call("POST", "/auth/mfa/setup", { password: person.password })).toMatchObject({ status: 409 });
    expect(await person.call("POST", "/auth/mfa/enable", { code: codeOf(next, step) })).toMatchObject({ status: 409 });
  });

  it("is for people, not for API keys, and not for who is not signed in", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("POST", "/auth/mfa/setup", { password: "x" })).status).toBe(403);
    expect((await h.call(null, "POST", "/api/v1/auth/mfa/setup", { password: "x" })).status).toBe(401);
  });
});

describe("signing in with a second factor", () => {
  it("opens a session with a code, once", async () => {
    const { person, secret } = await withMfa();
    const token = await challenge(person);
    const answer = await verify(token, { code: codeOf(secret) });
    expect(answer).toMatchObject({ status: 200, body: { user: { id: person.id }, tenants: [{ id: person.tenant.id }] } });
    expect((await personOf(h, person.password, answer).call("GET", "/auth/me")).status).toBe(200);
    expect(await env.DB.prepare("select method from sessions where id = ?").bind(answer.body["session_id"]).first("method")).toBe("mfa");
    time.advance(step);
    expect(await verify(token, { code: codeOf(secret) })).toMatchObject({ status: 401, ...refusedAs("sign-in-expired") });
  });

  it("accepts the code before and after the clock's, but none twice and none older than the last", async () => {
    const { person, secret } = await withMfa();
    const ahead = codeOf(secret, step);
    expect((await verify(await challenge(person), { code: ahead })).status).toBe(200);
    expect(await verify(await challenge(person), { code: ahead })).toMatchObject(refusedAs("invalid-credentials"));
    expect(await verify(await challenge(person), { code: codeOf(secret) })).toMatchObject(refusedAs("invalid-credentials"));
    time.advance(2 * step);
    expect((await verify(await challenge(person), { code: codeOf(secret) })).status).toBe(200);
  });

  it("lets one of many through that send the same code at the same time, over one sign-in or several", async () => {
    const { person, secret } = await withMfa();
    const [one, other] = [await challenge(person), await challenge(person)];
    const code = codeOf(secret);
    const answers = await Promise.all([one, other, one, other].map((token) => verify(token, { code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("gives one sign-in five tries, also when they come at once", async () => {
    const { person, secret } = await withMfa();
    const token = await challenge(person);
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify(token, { code: wrong(secret) })));
    const codes = answers.map(({ body }) => body["code"]);
    expect(codes.filter((code) => code === "invalid-credentials")).toHaveLength(5);
    expect(codes.filter((code) => code === "sign-in-expired" || code === "too-many-attempts")).toHaveLength(3);
    time.advance(2 * minute);
    expect(await verify(token, { code: codeOf(secret) })).toMatchObject(refusedAs("sign-in-expired"));
  });

  it("locks the account against guesses over fresh sign-ins, and for recovery codes as well", async () => {
    const { person, secret, codes } = await withMfa();
    for (const _ of [1, 2, 3, 4, 5]) expect(await verify(await challenge(person), { code: wrong(secret) })).toMatchObject(refusedAs("invalid-credentials"));
    expect(await verify(await challenge(person), { code: codeOf(secret) })).toMatchObject({ status: 429, ...refusedAs("too-many-attempts") });
    expect(await verify(await challenge(person), { recovery_code: codes[0] })).toMatchObject({ status: 429 });
    time.advance(minute);
    expect((await verify(await challenge(person), { code: codeOf(secret) })).status).toBe(200);
  });

  it("is over after five minutes", async () => {
    const { person, secret } = await withMfa();
    const token = await challenge(person);
    time.advance(5 * minute);
    expect(await verify(token, { code: codeOf(secret) })).toMatchObject(refusedAs("sign-in-expired"));
  });

  it.each([{}, { code: "123456", recovery_code: "x" }, { code: 123456 }])("refuses a body that is not one of the two: %j", async (body) => {
    expect((await verify("x", body)).status).toBe(400);
  });

  it("does not take one person's code for another's", async () => {
    const [ada, eve] = [await withMfa(), await withMfa()];
    expect(await verify(await challenge(ada.person), { code: codeOf(eve.secret) })).toMatchObject(refusedAs("invalid-credentials"));
    expect(await verify(await challenge(ada.person), { recovery_code: eve.codes[0] })).toMatchObject(refusedAs("invalid-credentials"));
  });
});

describe("a recovery code", () => {
  it("opens a session once, however it is typed", async () => {
    const { person, codes } = await withMfa();
    const [code = ""] = codes;
    const typed = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `;
    expect((await verify(await challenge(person), { recovery_code: typed })).status).toBe(200);
    expect(await verify(await challenge(person), { recovery_code: code })).toMatchObject(refusedAs("invalid-credentials"));
    expect((await person.call("GET", "/auth/mfa")).body).toMatchObject({ recovery_codes_left: 9 });
  });

  it("of many callers at once lets one through", async () => {
    const { person, codes } = await withMfa();
    const tokens = await Promise.all([1, 2, 3].map(() => challenge(person)));
    const answers = await Promise.all(tokens.map((token) => verify(token, { recovery_code: codes[0] })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("ends when a new set is made, which needs a code", async () => {
    const { person, secret, codes } = await withMfa();
    expect((await person.call("POST", "/auth/mfa/recovery-codes", { code: wrong(secret) })).status).toBe(401);
    const renewed = await person.call("POST", "/auth/mfa/recovery-codes", { code: codeOf(secret) });
    expect(renewed.status).toBe(200);
    expect(await verify(await challenge(person), { recovery_code: codes[0] })).toMatchObject(refusedAs("invalid-credentials"));
    expect((await verify(await challenge(person), { recovery_code: (renewed.body["recovery_codes"] as string[])[9] })).status).toBe(200);
  });
});

describe("turning it off", () => {
  it("needs the password and a code, and then signing in is as before", async () => {
    const { person, secret } = await withMfa();
    expect((await person.call("POST", "/auth/mfa/disable", { password: "wrong", code: codeOf(secret) })).status).toBe(401);
    expect((await person.call("POST", "/auth/mfa/disable", { password: person.password, code: wrong(secret) })).status).toBe(401);
    expect(await login(person)).toMatchObject({ body: { mfa_required: true } });
    const waiting = await challenge(person);
    expect((await person.call("POST", "/auth/mfa/disable", { password: person.password, code: codeOf(secret) })).status).toBe(204);
    expect((await login(person)).body).toHaveProperty("access_token");
    expect(await verify(waiting, { code: codeOf(secret, step) })).toMatchObject(refusedAs("sign-in-expired"));
    expect(await env.DB.prepare("select count(*) as n from recovery_codes where user_id = ?").bind(person.id).first("n")).toBe(0);
  });

  it("works with a recovery code for who has lost the app", async () => {
    const { person, codes } = await withMfa();
    expect((await person.call("POST", "/auth/mfa/disable", { password: person.password, recovery_code: codes[3] })).status).toBe(204);
  });

  it("is refused where it is not on", async () => {
    const person = await signUp(h);
    expect(await person.call("POST", "/auth/mfa/disable", { password: person.password, code: "123456" })).toMatchObject({ status: 409 });
    expect(await person.call("POST", "/auth/mfa/recovery-codes", { code: "123456" })).toMatchObject({ status: 409 });
  });
});

describe("a tenant that asks for a second factor", () => {
  const everything = (answers: Answered[]) => answers.map(({ status, body }) => [status, body?.["code"]]);

  it("lets who has none reach what sets one up, and nothing else", async () => {
    const person = await signUp(h);
    await requireMfa(person.tenant.id);
    const elsewhere = await Promise.all([person.call("GET", "/workflows"), person.call("POST", "/api-keys", { name: "x" }), person.call("GET", "/users"), person.call("PATCH", "/auth/me", { name: "X" })]);
    expect(everything(elsewhere)).toEqual(elsewhere.map(() => [403, "mfa-required"]));
    expect((await person.call("GET", "/auth/mfa")).body).toMatchObject({ required: true, enabled_at: null });
    const secret = await setUp(person);
    expect((await person.call("POST", "/auth/mfa/enable", { code: codeOf(secret) })).status).toBe(200);
    expect((await person.call("GET", "/workflows")).status).toBe(200);
  });

  it("asks its own members only", async () => {
    const [strict, person] = [await signUp(h), await signUp(h)];
    await requireMfa(strict.tenant.id);
    await join(person, strict.tenant.id);
    expect((await person.call("GET", "/workflows")).status).toBe(200);
    const there = await signIn(h, person, strict.tenant.slug);
    expect(await there.call("GET", "/workflows")).toMatchObject({ status: 403, ...refusedAs("mfa-required") });
  });

  it("does not ask API keys", async () => {
    const person = await signUp(h);
    const { body } = await person.call("POST", "/api-keys", { name: "ci" });
    await requireMfa(person.tenant.id);
    expect((await h.call(String(body["api_key"]), "GET", "/api/v1/workflows")).status).toBe(200);
  });

  it("asks also when its setting cannot be read", async () => {
    const person = await signUp(h);
    await env.DB.prepare("update tenants set settings = json_set(settings, '$.require_mfa', 'yes') where id = ?").bind(person.tenant.id).run();
    expect(await person.call("GET", "/workflows")).toMatchObject(refusedAs("mfa-required"));
  });
});
