/**
 * What of signing in with a provider depends on time and on what is stored. That it works, and
 * against whom it holds, is in test/e2e/sso.test.ts, with a real provider.
 */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256, toBase64Url } from "../auth/bytes.ts";
import { clock, join, minute, type Person, second, signUp } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const verifier = "v".repeat(43);
const clientSecret = "a very secret secret";

let asked: string[] = [];
let admin: Person;
let provider: string;
/** The tenant's, which outlives sign-ins. */
let key: string;
const set = (method: string, path: string, body: object) => h.call(key, method, `/api/v1/sso/providers${path}`, body);

const keys = await generateKeyPair("RS256");
/** What its next ID token says; null: it knows no code. */
let claims: Record<string, unknown> | null = null;

/** The least that a provider has to be. */
async function answer(request: Request): Promise<Response> {
  asked.push(request.url);
  const { origin, pathname } = new URL(request.url);
  if (pathname === "/.well-known/openid-configuration") return Response.json({ issuer: origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token`, jwks_uri: `${origin}/keys` });
  if (pathname === "/keys") return Response.json({ keys: [await exportJWK(keys.publicKey)] });
  if (pathname !== "/token" || claims === null) return Response.json({ error: "invalid_grant" }, { status: 400 });
  // The protocol goes by the real clock.
  const id_token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).setIssuer(origin).setAudience("everstep").setIssuedAt().setExpirationTime("5m").sign(keys.privateKey);
  return Response.json({ access_token: "a", token_type: "bearer", id_token });
}

beforeAll(async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => answer(new Request(input as Request, init)));
  admin = await signUp(h);
  key = String((await admin.call("POST", "/api-keys", { name: "sso" })).body["api_key"]);
  const made = await set("POST", "", { name: "Acme", issuer: "https://login.example.com", client_id: "everstep", client_secret: clientSecret });
  expect([made.status, made.body]).toEqual([201, expect.anything()]);
  provider = String(made.body["id"]);
});
afterAll(() => void vi.restoreAllMocks());
beforeEach(() => {
  asked = [];
  claims = null;
});

const challenge = async () => toBase64Url(await sha256(verifier));
const start = async () => h.call(null, "GET", `/api/v1/auth/sso/${provider}/start?redirect_uri=https://flows.example.com/in&code_challenge=${await challenge()}`);
const begun = async () => new URL((await start()).headers.get("location") ?? "").searchParams;
const stateOf = async () => (await begun()).get("state") ?? "";
const callback = (state: string) => h.call(null, "GET", `/api/v1/auth/sso/${provider}/callback?state=${state}&code=x`);
const exchange = (code: string) => h.call(null, "POST", "/api/v1/auth/sso/exchange", { code, code_verifier: verifier });

/** What the callback brings to the front end. */
async function codeOf(person: Person): Promise<string> {
  const asked = await begun();
  claims = { sub: person.id, email: person.email, email_verified: true, nonce: asked.get("nonce") };
  const { headers } = await callback(asked.get("state") ?? "");
  return new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
}

describe("a sign-in at a provider", () => {
  it("may take ten minutes", async () => {
    const [state, late] = [await stateOf(), await stateOf()];
    time.advance(10 * minute - second);
    // As far as the provider, which does not know the code.
    expect((await callback(state)).body).toMatchObject({ code: "sso-refused" });
    expect(asked).toContain("https://login.example.com/token");
    time.advance(second);
    expect((await callback(late)).body).toMatchObject({ status: 401, code: "sign-in-expired" });
  });

  it("reads the provider's discovery document every ten minutes", async () => {
    time.advance(10 * minute);
    await start();
    await start();
    expect(asked).toEqual(["https://login.example.com/.well-known/openid-configuration"]);
    time.advance(10 * minute);
    await start();
    expect(asked).toHaveLength(2);
  });

  it("says what is wrong when the provider is down", async () => {
    time.advance(10 * minute);
    vi.mocked(fetch).mockRejectedValueOnce(new Error("connection refused"));
    expect((await start()).body).toMatchObject({ status: 502, code: "sso-provider-failed", detail: expect.stringContaining("login.example.com could not be reached") });
    expect((await start()).status).toBe(302);
  });

  it("with a provider that is none is not found", async () => {
    const unknown = crypto.randomUUID();
    expect((await h.call(null, "GET", `/api/v1/auth/sso/${unknown}/start?redirect_uri=https://flows.example.com/&code_challenge=${await challenge()}`)).status).toBe(404);
    expect((await h.call(null, "GET", `/api/v1/auth/sso/${provider}/start?redirect_uri=https://flows.example.com/`)).body).toMatchObject({ status: 400, errors: [{ pointer: "/query/code_challenge" }] });
  });
});

describe("the code that comes back", () => {
  it("opens a session within two minutes", async () => {
    const [code, late] = [await codeOf(admin), await codeOf(admin)];
    time.advance(2 * minute - second);
    const answer = await exchange(code);
    expect(answer).toMatchObject({ status: 200, body: { user: { id: admin.id } } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    time.advance(second);
    expect((await exchange(late)).body).toMatchObject({ status: 401, code: "sign-in-expired" });
  });

  it("opens none for who is no longer an active member", async () => {
    const person = await signUp(h);
    await join(person, admin.tenant.id);
    const code = await codeOf(person);
    await env.DB.prepare("update memberships set status = 'disabled' where user_id = ?").bind(person.id).run();
    expect((await exchange(code)).body).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("a client secret", () => {
  const stored = () => env.DB.prepare("select client_secret from sso_providers where id = ?").bind(provider).first<string>("client_secret");

  it("is kept sealed, goes to the provider alone, and stays until it is changed", async () => {
    const before = await stored();
    expect(before).not.toContain(clientSecret);
    await set("PATCH", `/${provider}`, { name: "Renamed" });
    expect(await stored()).toBe(before);
    vi.mocked(fetch).mockClear();
    await callback(await stateOf());
    const sent = vi.mocked(fetch).mock.calls.map(([input]) => input as Request).find(({ url }) => url.endsWith("/token"));
    expect(atob(sent?.headers.get("authorization")?.slice("Basic ".length) ?? "")).toBe(`everstep:${clientSecret.replaceAll(" ", "+")}`);

    expect((await set("PATCH", `/${provider}`, { client_secret: null })).body).toMatchObject({ has_client_secret: false });
    expect(await stored()).toBeNull();
  });

  it("does not open in the place of another's", async () => {
    const other = await set("POST", "", { name: "Other", issuer: "https://other.example.com", client_id: "x", client_secret: "stolen" });
    await env.DB.prepare("update sso_providers set client_secret = (select client_secret from sso_providers where id = ?) where id = ?").bind(other.body["id"], provider).run();
    expect((await start()).status).toBe(500);
    expect(asked.filter((url) => url.endsWith("/token"))).toEqual([]);
  });
});

describe("what is set of a provider", () => {
  it.each([
    ["/issuer", { issuer: "ftp://login.example.com" }],
    ["/issuer", { issuer: "https://user:pass@login.example.com" }],
    ["/issuer", { issuer: "https://login.example.com/?tenant=x" }],
    ["/scopes", { scopes: "email profile" }],
    ["/scopes", { scopes: "openid  email" }],
    ["/domains/0", { domains: ["*"] }],
    ["/domains/0", { domains: ["@example.com"] }],
    ["/domains/0", { domains: ["com"] }],
    ["/role", { role: "owner" }],
    ["/client_id", { client_id: "" }],
  ])("is refused with the place %s: %j", async (pointer, change) => {
    const answer = await set("POST", "", { name: "Acme", issuer: "https://login.example.com", client_id: "everstep", ...change });
    expect(answer.body).toMatchObject({ status: 400, errors: [{ pointer }] });
  });

  it("is not the issuer, once it is there", async () => {
    expect((await set("PATCH", `/${provider}`, { issuer: "https://evil.example.com" })).status).toBe(400);
    expect((await set("PATCH", `/${provider}`, {})).status).toBe(400);
  });
});
