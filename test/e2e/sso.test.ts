/**
 * Signing in with a tenant's own OpenID Connect provider, against a real one: discovery, keys,
 * code flow; then what a provider, another tenant or a stranger may try.
 */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Api } from "../support/api.ts";
import { type IdentityProvider, startIdentityProvider, type Subject } from "../support/identity-provider.ts";
import { mailedToken } from "../support/mailbox.ts";
import { type Server, startServer } from "../support/server.ts";

const password = "seven green apples fall";
const unique = () => randomBytes(4).toString("hex");

interface Grant {
  access_token: string;
  user: { id: string; email: string; name: string };
  tenant: { id: string; slug: string; name: string };
  role: string;
}
interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string }[];
}
interface ProviderView {
  id: string;
  callback_url: string;
  client_id: string;
}
interface Admin {
  api: Api;
  grant: Grant;
  email: string;
}

let server: Server;
let idp: IdentityProvider;

beforeAll(async () => {
  idp = await startIdentityProvider();
  server = await startServer({ egressAllow: idp.host });
});
afterAll(async () => {
  await server?.stop();
  await idp?.stop();
});
afterEach(() => {
  idp.forge = null;
  idp.userinfo = {};
  idp.together = 1;
});

const open = (path: string, headers: Record<string, string> = {}) => fetch(new URL(`/api/v1${path}`, server.url), { redirect: "manual", headers });
/** As somebody who is not signed in. */
async function post<T>(path: string, body: object): Promise<{ status: number; body: T }> {
  const response = await fetch(new URL(`/api/v1${path}`, server.url), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as T };
}
const problemOf = async (response: Response): Promise<[number, string]> => [response.status, ((await response.json()) as Problem).code];

/** Registers somebody with a tenant of their own, one without limits. */
async function signUp(email = `${unique()}@example.com`): Promise<Admin> {
  const operator = server.as(server.keys.operatorKey);
  await operator.expect(post("/auth/register", { email, password, name: "Ada", tenant_name: `Tenant ${unique()}` }), 202);
  const grant = await operator.expect(post<Grant>("/auth/register/confirm", { token: await mailedToken(server, email, "/account/confirm") }), 201);
  await operator.expect(operator.request("PATCH", `/operator/tenants/${grant.tenant.id}`, { plan: "enterprise" }), 200);
  return { api: server.as(grant.access_token), grant, email };
}

/** Invites somebody new, who accepts. */
async function addMember(admin: Admin, email: string, role = "member"): Promise<Grant> {
  await admin.api.expect(admin.api.post("/invitations", { email, role }), 201);
  const token = await mailedToken(server, email, "/account/invitation");
  return admin.api.expect(post<Grant>("/invitations/accept", { token, name: "Member", password }), 200);
}

/** A provider of a tenant, registered with the real one as its admin would do it. */
async function providerOf(admin: Admin, more: object = {}): Promise<ProviderView> {
  const made = await admin.api.expect(admin.api.post<ProviderView>("/sso/providers", { name: "Corporate", issuer: idp.issuer, client_id: "not registered yet", ...more }), 201);
  const { client_id, client_secret } = await idp.register(made.callback_url);
  return admin.api.expect(admin.api.request<ProviderView>("PATCH", `/sso/providers/${made.id}`, { client_id, client_secret }), 200);
}

/** A browser with the platform's front end in it. */
class Front {
  readonly verifier = randomBytes(32).toString("base64url");
  readonly challenge = createHash("sha256").update(this.verifier).digest("base64url");

  async start(provider: string, redirectUri = `${server.url}/signed-in`): Promise<string> {
    const response = await open(`/auth/sso/${provider}/start?${new URLSearchParams({ redirect_uri: redirectUri, code_challenge: this.challenge })}`);
    const location = response.headers.get("location");
    if (response.status !== 302 || location === null) throw new Error(`start answered ${response.status}: ${await response.text()}`);
    return location;
  }

  /** To the provider and back: the address of the callback, not yet opened. */
  async visit(provider: string, person: Subject): Promise<URL> {
    idp.person = person;
    return idp.browse(await this.start(provider));
  }

  exchange(code: string, verifier = this.verifier) {
    return post<Grant & Problem>("/auth/sso/exchange", { code, code_verifier: verifier });
  }
}

const follow = (callback: URL, headers?: Record<string, string>) => open(`${callback.pathname.replace("/api/v1", "")}${callback.search}`, headers);

async function codeFrom(response: Response): Promise<string> {
  const location = response.headers.get("location");
  if (response.status !== 302 || location === null) throw new Error(`the callback answered ${response.status}: ${await response.text()}`);
  return new URL(location).searchParams.get("code") ?? "";
}

/** All of it. @throws Error where a step is refused */
async function signIn(provider: string, person: Subject): Promise<Grant> {
  const front = new Front();
  const { status, body } = await front.exchange(await codeFrom(await follow(await front.visit(provider, person))));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** What the callback says to somebody it refuses. */
const refusalOf = async (provider: string, person: Subject) => problemOf(await follow(await new Front().visit(provider, person)));

const verified = (sub: string, email: string, more: Partial<Subject> = {}): Subject => ({ sub, email, email_verified: true, name: "From the provider", ...more });

describe("a sign-in provider", () => {
  let admin: Admin;
  beforeAll(async () => {
    admin = await signUp();
  });

  it("is found by its issuer, and its secret is never shown", async () => {
    const { id, callback_url } = await providerOf(admin, { domains: ["Example.COM"] });
    expect(callback_url).toBe(`${server.url}/api/v1/auth/sso/${id}/callback`);
    const { body } = await admin.api.get<{ data: ProviderView[] }>("/sso/providers");
    expect(body.data).toMatchObject([{ id, name: "Corporate", issuer: idp.issuer, has_client_secret: true, scopes: "openid email profile", domains: ["example.com"], role: "member" }]);
    const audit = await admin.api.get<{ data: { action: string }[] }>("/audit?limit=100");
    expect(audit.body.data.map(({ action }) => action)).toEqual(expect.arrayContaining(["sso_provider.create", "sso_provider.update"]));
    for (const shown of [body, audit.body]) expect(JSON.stringify(shown)).not.toMatch(/"client_secret":"(?!\[masked\])/);
    const choices = async (slug: string) => (await open(`/auth/sso/providers?tenant=${slug}`)).json();
    expect(await choices(admin.grant.tenant.slug)).toEqual({ data: [{ id, name: "Corporate" }] });
    expect(await choices("nobody")).toEqual({ data: [] });
  });

  it.each([
    ["an address that the operator has not opened", () => "http://127.0.0.1:9/", "not reach"],
    ["plain http to a public host", () => "http://idp.example.com", "https://"],
    ["a metadata service", () => "https://169.254.169.254", "metadata"],
    ["another issuer than its document says", () => `${idp.issuer}/alias`, "does not match"],
    ["a document that is none", () => `${idp.issuer}/nothing`, "unexpected HTTP status"],
    ["a redirect", () => `${idp.issuer}/moved`, "unexpected HTTP status"],
    ["endpoints that may not be reached", () => `${idp.issuer}/inward`, "token_endpoint"],
    ["no keys", () => `${idp.issuer}/keyless`, "jwks_uri"],
  ])("with %s is refused when it is set up", async (_what, issuer, reason) => {
    const document = { issuer: idp.issuer, authorization_endpoint: `${idp.issuer}/auth`, token_endpoint: `${idp.issuer}/token`, jwks_uri: `${idp.issuer}/jwks` };
    idp.documents.set("/alias", document).set("/nothing", "/gone").set("/moved", `${idp.issuer}/.well-known/openid-configuration`);
    idp.documents.set("/inward", { ...document, issuer: `${idp.issuer}/inward`, token_endpoint: "http://169.254.169.254/latest" });
    idp.documents.set("/keyless", { ...document, issuer: `${idp.issuer}/keyless`, jwks_uri: undefined });
    const { status, body } = await admin.api.post<Problem>("/sso/providers", { name: "x", issuer: issuer(), client_id: "x" });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, "/issuer"]);
    expect(body.detail).toContain(reason);
    expect((await admin.api.get<{ data: object[] }>("/sso/providers")).body.data).toHaveLength(1);
  });

  it("of another tenant cannot be seen, changed or removed", async () => {
    const [mine, theirs] = [admin, await signUp()];
    const { id } = await providerOf(theirs);
    expect(JSON.stringify((await mine.api.get("/sso/providers")).body)).not.toContain(id);
    for (const [method, body] of [["GET"], ["PATCH", { name: "Mine" }], ["DELETE"]] as const) expect((await mine.api.request(method, `/sso/providers/${id}`, body)).status).toBe(404);
    expect((await theirs.api.get(`/sso/providers/${id}`)).status).toBe(200);
  });

  it("is the affair of who may set it up, and lets people join as nothing above that", async () => {
    const { id } = await providerOf(admin, { role: "admin" });
    const manager = server.as((await addMember(admin, `${unique()}@example.com`, "manager")).access_token);
    for (const [method, path] of [["GET", "/sso/providers"], ["POST", "/sso/providers"], ["GET", `/sso/providers/${id}`], ["PATCH", `/sso/providers/${id}`], ["DELETE", `/sso/providers/${id}`]] as const) {
      expect((await manager.request(method, path, method === "GET" ? undefined : {})).status).toBe(403);
    }
    const key = await admin.api.expect(admin.api.post<{ api_key: string }>("/api-keys", { name: "narrow", scopes: ["sso.write", "sso.read"] }), 201);
    const narrow = server.as(key.api_key);
    expect((await narrow.post("/sso/providers", { name: "x", issuer: idp.issuer, client_id: "x", role: "admin" })).status).toBe(403);
    expect((await narrow.request("PATCH", `/sso/providers/${id}`, { domains: ["example.com"] })).status).toBe(403);
  });
});

describe("signing in with a provider", () => {
  let admin: Admin;
  let provider: string;
  beforeAll(async () => {
    admin = await signUp();
    ({ id: provider } = await providerOf(admin, { domains: ["joins.example"], role: "viewer" }));
  });

  it("opens a session of a member with the same verified address, and knows them again by their subject", async () => {
    const email = `${unique()}@example.com`;
    const member = await addMember(admin, email);
    const sub = unique();
    const first = await signIn(provider, verified(sub, email.toUpperCase()));
    expect(first).toMatchObject({ user: { id: member.user.id, name: "Member" }, tenant: { id: admin.grant.tenant.id }, role: "member" });
    expect((await server.as(first.access_token).get("/workflows")).status).toBe(200);
    // The provider has given them another address since, or none.
    expect((await signIn(provider, { sub })).user.id).toBe(member.user.id);
    expect((await signIn(provider, verified(sub, admin.email))).user.id).toBe(member.user.id);
  });

  it("reads the address from the ID token where it stands there", async () => {
    const email = `${unique()}@example.com`;
    const member = await addMember(admin, email);
    idp.forge = { claims: { email, email_verified: true } };
    expect((await signIn(provider, { sub: unique() })).user.id).toBe(member.user.id);
  });

  it("lets people of an allowed domain join, as what the provider says", async () => {
    const email = `${unique()}@joins.example`;
    const person = verified(unique(), email);
    const joined = await signIn(provider, person);
    expect(joined).toMatchObject({ user: { email, name: "From the provider" }, role: "viewer" });
    expect((await signIn(provider, person)).user.id).toBe(joined.user.id);
    const { body } = await server.as(joined.access_token).get<{ user: { has_password: boolean } }>("/auth/me");
    expect(body.user.has_password).toBe(false);
    const audit = await admin.api.get<{ data: { action: string; entity_id: string }[] }>("/audit?limit=200");
    const events = audit.body.data.filter(({ entity_id }) => entity_id === joined.user.id).map(({ action }) => action);
    expect(events.sort()).toEqual(["sso_identity.create", "user.create"]);
  });

  it("makes one account of many windows at once", async () => {
    const person = verified(unique(), `${unique()}@joins.example`);
    const fronts = Array.from({ length: 8 }, () => new Front());
    const callbacks: URL[] = [];
    for (const front of fronts) callbacks.push(await front.visit(provider, person));
    idp.together = fronts.length;
    const codes = await Promise.all(callbacks.map(async (callback) => codeFrom(await follow(callback))));
    const grants = await Promise.all(fronts.map((front, index) => front.exchange(codes[index] ?? "")));
    expect(new Set(grants.map(({ body }) => body.user.id)).size).toBe(1);
  });

  it("hands the front end a code, never tokens, and brings refusals to it too", async () => {
    const email = `${unique()}@joins.example`;
    const front = new Front();
    const response = await follow(await front.visit(provider, verified(unique(), email)));
    const back = new URL(response.headers.get("location") ?? "");
    expect([back.origin + back.pathname, [...back.searchParams.keys()]]).toEqual([`${server.url}/signed-in`, ["code"]]);
    expect([response.headers.get("cache-control"), response.headers.get("referrer-policy")]).toEqual(["no-store", "no-referrer"]);

    const refused = await follow(await new Front().visit(provider, { sub: unique() }), { accept: "text/html,application/xhtml+xml" });
    const told = new URL(refused.headers.get("location") ?? "");
    expect([told.origin + told.pathname, told.searchParams.get("error")]).toEqual([`${server.url}/signed-in`, "sso-not-a-member"]);
  });

  it("says so when the provider says no", async () => {
    const front = new Front();
    const state = new URL(await front.start(provider)).searchParams.get("state") ?? "";
    const response = await open(`/auth/sso/${provider}/callback?${new URLSearchParams({ state, error: "access_denied", error_description: "Not today", iss: idp.issuer })}`);
    expect(await response.json()).toMatchObject({ status: 401, code: "sso-refused", detail: expect.stringContaining("Not today") });
  });

  it("leads back to the platform and to origins the tenant lists, nowhere else", async () => {
    const front = new Front();
    for (const address of ["https://evil.example/", "javascript:alert(1)", "//evil.example", `${server.url}@evil.example/`, `${server.url}/#fragment`, "signed-in"]) {
      await expect(front.start(provider, address)).rejects.toThrow(/400.*redirect_uri/);
    }
    await expect(front.start(provider, "https://app.example.com/back")).rejects.toThrow(/400/);
    const changed = await admin.api.request("PATCH", "/tenants/current/settings", { redirect_origins: ["https://app.example.com"] });
    expect([changed.status, changed.body]).toEqual([200, expect.anything()]);
    expect(await front.start(provider, "https://app.example.com/back?x=1")).toContain(idp.issuer);
  });

  it("asks the provider with PKCE, state and nonce", async () => {
    const asked = new URL(await new Front().start(provider)).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: "code", code_challenge_method: "S256", scope: "openid email profile", redirect_uri: `${server.url}/api/v1/auth/sso/${provider}/callback` });
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
  });

  it("counts in that tenant alone", async () => {
    const person = await signUp();
    await admin.api.expect(admin.api.post("/invitations", { email: person.email, role: "member" }), 201);
    await admin.api.expect(post("/invitations/accept", { token: await mailedToken(server, person.email, "/account/invitation"), password }), 200);
    const there = server.as((await signIn(provider, verified(unique(), person.email))).access_token);
    const switched = await there.post<Problem>("/auth/switch", { tenant: person.grant.tenant.slug });
    expect([switched.status, switched.body.code]).toEqual([403, "forbidden"]);
    const me = await there.get("/auth/me");
    const sessions = await there.get("/auth/sessions");
    for (const { status, body } of [me, sessions]) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(person.grant.tenant.id);
    }
  });

  it("needs no second factor of ours where the tenant asks for one", async () => {
    const strict = await signUp();
    const { id } = await providerOf(strict, { domains: ["strict.example"] });
    await strict.api.expect(strict.api.request("PATCH", "/tenants/current/settings", { require_mfa: true }), 200);
    expect((await strict.api.get<Problem>("/workflows")).body.code).toBe("mfa-required");
    const grant = await signIn(id, verified(unique(), `${unique()}@strict.example`));
    expect((await server.as(grant.access_token).get("/workflows")).status).toBe(200);
  });

  it("ends when the provider is removed, and its people can be linked anew", async () => {
    const owner = await signUp();
    const { id } = await providerOf(owner, { domains: ["ends.example"] });
    const person = verified(unique(), `${unique()}@ends.example`);
    const grant = await signIn(id, person);
    const callback = await new Front().visit(id, person);
    await owner.api.expect(owner.api.request("DELETE", `/sso/providers/${id}`), 204);
    expect((await server.as(grant.access_token).get("/workflows")).status).toBe(401);
    expect(await problemOf(await follow(callback))).toEqual([401, "sso-refused"]);
    const next = await providerOf(owner);
    expect((await signIn(next.id, person)).user.id).toBe(grant.user.id);
  });
});

describe("a provider that lies", () => {
  let admin: Admin;
  let provider: ProviderView;
  let person: Subject;
  beforeAll(async () => {
    admin = await signUp();
    provider = await providerOf(admin, { domains: ["lies.example"] });
    person = verified(unique(), `${unique()}@lies.example`);
    await signIn(provider.id, person);
  });

  const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

  it.each([
    ["another nonce", () => ({ claims: { nonce: "of another sign-in" } })],
    ["no nonce", () => ({ claims: { nonce: undefined } })],
    ["another audience", () => ({ claims: { aud: "another-client" } })],
    ["another audience besides", () => ({ claims: { aud: [provider.client_id, "another-client"] } })],
    ["another issuer", () => ({ claims: { iss: "https://accounts.example.com" } })],
    ["a time that is over", () => ({ claims: { exp: seconds(-60), iat: seconds(-120) } })],
    ["a signature by another key under the same name", () => ({ key: foreign })],
    ["a signature by a key that is not published", () => ({ key: foreign, kid: "made-up" })],
    ["a spoilt signature", () => ({ spoil: true })],
    ["a signature by a shared secret", () => ({ key: new TextEncoder().encode(provider.client_id.padEnd(64, "x")), alg: "HS256" })],
  ])("with %s in its ID token is refused", async (_what, forgery) => {
    idp.forge = forgery() as never;
    expect(await refusalOf(provider.id, person)).toEqual([401, "sso-refused"]);
    idp.forge = null;
    expect((await signIn(provider.id, person)).tenant.id).toBe(admin.grant.tenant.id);
  });

  it("with another subject in userinfo is refused", async () => {
    idp.userinfo = { sub: "somebody else" };
    expect(await refusalOf(provider.id, person)).toEqual([401, "sso-refused"]);
  });

  it("about an address that is not verified links and creates nothing", async () => {
    const victim = await addMember(admin, `${unique()}@lies.example`);
    for (const email_verified of [false, undefined, "true", 1]) {
      expect(await refusalOf(provider.id, { ...verified(unique(), victim.user.email), email_verified: email_verified as boolean })).toEqual([403, "sso-not-a-member"]);
      expect(await refusalOf(provider.id, { ...verified(unique(), `${unique()}@lies.example`), email_verified: email_verified as boolean })).toEqual([403, "sso-not-a-member"]);
    }
  });

  it("about somebody who is no member reaches no account of another tenant", async () => {
    const victim = await signUp(`${unique()}@lies.example`);
    expect(await refusalOf(provider.id, verified(unique(), victim.email))).toEqual([403, "sso-not-a-member"]);
    expect(await refusalOf(provider.id, verified(unique(), `${unique()}@elsewhere.example`))).toEqual([403, "sso-not-a-member"]);
    expect(await refusalOf(provider.id, verified(unique(), `${unique()}@not.lies.example`))).toEqual([403, "sso-not-a-member"]);
  });

  it("does not bring back who was disabled or removed", async () => {
    const email = `${unique()}@lies.example`;
    const subject = verified(unique(), email);
    const { user } = await signIn(provider.id, subject);
    await admin.api.expect(admin.api.request("PATCH", `/users/${user.id}`, { status: "disabled" }), 200);
    expect(await refusalOf(provider.id, subject)).toEqual([403, "sso-not-a-member"]);
    await admin.api.expect(admin.api.request("DELETE", `/users/${user.id}`), 204);
    expect(await refusalOf(provider.id, subject)).toEqual([403, "sso-not-a-member"]);
    expect(await refusalOf(provider.id, verified(unique(), email))).toEqual([403, "sso-not-a-member"]);
  });
});

describe("somebody in between", () => {
  let provider: string;
  let person: Subject;
  beforeAll(async () => {
    ({ id: provider } = await providerOf(await signUp(), { domains: ["between.example"] }));
    person = verified(unique(), `${unique()}@between.example`);
  });

  it("cannot use a callback twice, nor one that was never begun", async () => {
    const front = new Front();
    const callback = await front.visit(provider, person);
    const answers = await Promise.all([1, 2, 3].map(() => follow(callback)));
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 401, 401]);
    expect(await problemOf(await follow(callback))).toEqual([401, "sign-in-expired"]);
    callback.searchParams.set("state", randomBytes(32).toString("base64url"));
    expect(await problemOf(await follow(callback))).toEqual([401, "sign-in-expired"]);
  });

  it("cannot bring a code into another sign-in", async () => {
    const stolen = await new Front().visit(provider, person);
    const own = await new Front().visit(provider, verified(unique(), `${unique()}@between.example`));
    own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    expect(await problemOf(await follow(own))).toEqual([401, "sso-refused"]);
  });

  it("cannot bring the answer of one tenant's provider to another's", async () => {
    const { id: other } = await providerOf(await signUp(), { domains: ["between.example"] });
    const callback = await new Front().visit(provider, person);
    const crossed = new URL(callback.href.replace(provider, other));
    expect(await problemOf(await follow(crossed))).toEqual([401, "sso-refused"]);
    // Its state is used up by that.
    expect(await problemOf(await follow(callback))).toEqual([401, "sign-in-expired"]);

    const [theirs, mine] = [await new Front().visit(other, person), await new Front().visit(provider, person)];
    mine.searchParams.set("state", theirs.searchParams.get("state") ?? "");
    expect(await problemOf(await follow(mine))).toEqual([401, "sso-refused"]);
  });

  it("cannot pass one issuer's answer off as another's", async () => {
    const callback = await new Front().visit(provider, person);
    callback.searchParams.set("iss", "https://evil.example");
    expect(await problemOf(await follow(callback))).toEqual([401, "sso-refused"]);
    const without = await new Front().visit(provider, person);
    without.searchParams.delete("iss");
    expect(await problemOf(await follow(without))).toEqual([401, "sso-refused"]);
  });

  it("cannot exchange a code that came to another browser, and the code is gone", async () => {
    const front = new Front();
    const code = await codeFrom(await follow(await front.visit(provider, person)));
    expect((await front.exchange(code, new Front().verifier)).body.code).toBe("sign-in-expired");
    expect((await front.exchange(code)).body.code).toBe("sign-in-expired");
  });

  it("cannot exchange a code twice, nor a state, nor what is none", async () => {
    const front = new Front();
    const callback = await front.visit(provider, person);
    expect((await front.exchange(callback.searchParams.get("state") ?? "")).body.code).toBe("sign-in-expired");
    const code = await codeFrom(await follow(callback));
    const answers = await Promise.all([1, 2, 3].map(() => front.exchange(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect((await front.exchange("none")).body.code).toBe("sign-in-expired");
  });
});
