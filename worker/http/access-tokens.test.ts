/** Which access tokens open something, and which keys they verify with. */
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signAccessToken } from "../auth/access-token.ts";
import { rotateSigningKeys, signingKeys } from "../auth/signing-keys.ts";
import { clock, day, hour, join, minute, type Person, personOf, second, signIn, signUp } from "./testing/accounts.ts";
import { env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const ask = async (token: string) => {
  const { status, body } = await h.call(token, "GET", "/auth/me");
  return { status, code: body["code"] };
};
const unauthorized = { status: 401, code: "unauthorized" };
const claimsOf = (token: string) => JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, string | number>;
const published = async () => (await h.call(null, "GET", "/.well-known/jwks.json")).body["keys"] as JWK[];

describe("an access token", () => {
  let ada: Person;
  let bob: Person;
  beforeAll(async () => {
    [ada, bob] = [await signUp(h), await signUp(h)];
  });

  const claims = () => ({ tid: ada.tenant.id, sid: ada.sessionId });
  const signed = async (change: (jwt: SignJWT) => SignJWT = (jwt) => jwt, header: object = {}, payload: object = claims()) => {
    const { signing } = await signingKeys(env, time.now());
    const seconds = Math.floor(time.now() / 1000);
    const jwt = new SignJWT({ ...payload }).setProtectedHeader({ alg: "EdDSA", kid: signing.kid, typ: "at+jwt", ...header }).setSubject(ada.id).setIssuer("everstep").setAudience("everstep-api").setIssuedAt(seconds).setExpirationTime(seconds + 900);
    return change(jwt).sign(signing.key);
  };

  it("says who and where, and nothing about what is allowed", async () => {
    expect(claimsOf(ada.access)).toEqual({ sub: ada.id, tid: ada.tenant.id, sid: ada.sessionId, iss: "everstep", aud: "everstep-api", jti: expect.any(String), iat: expect.any(Number), exp: expect.any(Number) });
    expect(await ask(await signed())).toEqual({ status: 200, code: undefined });
  });

  it("opens its own tenant and nothing of another", async () => {
    const { body } = await bob.call("POST", "/api-keys", { name: "bob's" });
    expect((await ada.call("DELETE", `/api-keys/${body["id"]}`)).status).toBe(404);
    expect((await ada.call("GET", "/api-keys")).body.data).toEqual([]);
    expect((await bob.call("GET", "/api-keys")).body.data).toHaveLength(1);
  });

  it("is refused when it names another tenant, session or person than it was made for", async () => {
    const names = (change: Partial<{ userId: string; tenantId: string; sessionId: string }>) => signAccessToken(env, { userId: ada.id, tenantId: ada.tenant.id, sessionId: ada.sessionId, ...change }, time.now());
    expect(await ask(await names({}))).toMatchObject({ status: 200 });
    expect(await ask(await names({ tenantId: bob.tenant.id }))).toEqual(unauthorized);
    expect(await ask(await names({ sessionId: bob.sessionId }))).toEqual(unauthorized);
    expect(await ask(await names({ userId: bob.id }))).toEqual(unauthorized);
    // Also where the person is a member of both.
    await join(ada, bob.tenant.id);
    expect(await ask(await names({ tenantId: bob.tenant.id }))).toEqual(unauthorized);
  });

  it("has expired 15 minutes later, and says so", async () => {
    const fresh = await signIn(h, ada, ada.tenant.id);
    time.advance(15 * minute - second);
    expect(await ask(fresh.access)).toMatchObject({ status: 200 });
    time.advance(second);
    expect(await ask(fresh.access)).toEqual({ status: 401, code: "token-expired" });
    ada = await signIn(h, ada, ada.tenant.id);
  });

  it("is refused when it is unsigned, signed by another key or by a shared secret, or changed", async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
    const [key] = await published();
    const seconds = Math.floor(time.now() / 1000);
    const all = (jwt: SignJWT) => jwt.setSubject(ada.id).setIssuer("everstep").setAudience("everstep-api").setIssuedAt(seconds).setExpirationTime(seconds + 900);
    const none = new UnsecuredJWT({ ...claims() }).setSubject(ada.id).setIssuer("everstep").setAudience("everstep-api").setExpirationTime(seconds + 900).encode();
    const other = await all(new SignJWT({ ...claims() })).setProtectedHeader({ alg: "EdDSA", kid: String(key?.kid), typ: "at+jwt" }).sign(privateKey);
    const shared = await all(new SignJWT({ ...claims() })).setProtectedHeader({ alg: "HS256", kid: String(key?.kid), typ: "at+jwt" }).sign(new TextEncoder().encode(JSON.stringify(key).padEnd(64)));
    const [head, , signature] = ada.access.split(".");
    const changed = [head, btoa(JSON.stringify({ ...claimsOf(ada.access), tid: bob.tenant.id })).replace(/=+$/, ""), signature].join(".");
    const [algNone] = [[btoa(JSON.stringify({ alg: "none", typ: "at+jwt" })).replace(/=+$/, ""), ada.access.split(".")[1], ""].join(".")];
    for (const token of [none, algNone, other, shared, changed, `${ada.access}x`, "ey.ey.ey", "eyJhbGciOiJFZERTQSJ9..x"]) expect(await ask(token)).toEqual(unauthorized);
  });

  it("is refused when it is of another issuer, for another audience, of another kind, or lacks something", async () => {
    const wrong = [
      await signed((jwt) => jwt.setIssuer("https://evil.example")),
      await signed((jwt) => jwt.setAudience("somewhere-else")),
      await signed((jwt) => jwt, { typ: "JWT" }),
      await signed((jwt) => jwt, {}, { tid: ada.tenant.id }),
      await signed((jwt) => jwt, {}, { sid: ada.sessionId }),
      await signed((jwt) => jwt, { kid: "unknown" }),
    ];
    for (const token of wrong) expect(await ask(token)).toEqual(unauthorized);
  });

  it("opens nothing from the moment its session, its membership or its account is gone", async () => {
    const eve = await signUp(h);
    await env.DB.prepare("update memberships set status = 'disabled' where user_id = ?").bind(eve.id).run();
    expect(await ask(eve.access)).toEqual(unauthorized);
    await env.DB.prepare("update memberships set status = 'active' where user_id = ?").bind(eve.id).run();
    expect(await ask(eve.access)).toMatchObject({ status: 200 });
    await env.DB.prepare("update sessions set revoked_at = 1 where id = ?").bind(eve.sessionId).run();
    expect(await ask(eve.access)).toEqual(unauthorized);
    await env.DB.prepare("delete from memberships where user_id = ?").bind(eve.id).run();
    expect(await ask(eve.access)).toEqual(unauthorized);
  });
});

describe("the published keys", () => {
  it("verify tokens, hold no private half, and may be kept for a while", async () => {
    const ada = await signUp(h);
    const answer = await h.call(null, "GET", "/.well-known/jwks.json");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    const keys = answer.body["keys"] as JWK[];
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    const { payload } = await jwtVerify(ada.access, createLocalJWKSet({ keys }), { currentDate: new Date(time.now()) });
    expect(payload.sub).toBe(ada.id);
  });

  it("are at one address, which takes nothing else", async () => {
    expect((await h.call(null, "POST", "/.well-known/jwks.json")).status).toBe(405);
  });
});

describe("changing the signing key", () => {
  it("happens after 30 days; tokens of the old key stay good until they expire", async () => {
    const ada = await signUp(h);
    await rotateSigningKeys(env, time.now());
    const before = await published();
    time.advance(31 * day);
    const old = await signIn(h, ada);
    await rotateSigningKeys(env, time.now());
    const both = await published();
    expect(both.map(({ kid }) => kid)).toEqual([expect.any(String), ...before.map(({ kid }) => kid)]);
    expect(await ask(old.access)).toMatchObject({ status: 200 });
    const fresh = await signIn(h, ada);
    const kidOf = (token: string) => (JSON.parse(atob(token.split(".")[0] ?? "")) as { kid: string }).kid;
    expect([kidOf(old.access), kidOf(fresh.access)]).toEqual([before[0]?.kid, both[0]?.kid]);
    time.advance(hour + minute);
    expect(await published()).toHaveLength(1);
    await rotateSigningKeys(env, time.now());
    expect(await published()).toHaveLength(1);
  });

  it("leaves one key when several isolates do it at once", async () => {
    time.advance(31 * day);
    await Promise.all(Array.from({ length: 5 }, () => rotateSigningKeys(env, time.now(), true)));
    const { results } = await env.DB.prepare("select id from signing_keys where retired_at is null").all();
    expect(results).toHaveLength(1);
    const ada = await signUp(h);
    time.advance(2 * hour);
    const later = personOf(h, "", await h.call(null, "POST", "/auth/refresh", { refresh_token: ada.refresh }));
    expect(await ask(later.access)).toMatchObject({ status: 200 });
  });

  it("by another isolate is noticed when its first token comes", async () => {
    const ada = await signUp(h);
    time.advance(10 * second);
    // As another isolate would: this one has just read the keys and does not know.
    const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const kid = "0fffffff-0000-7000-8000-000000000000";
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: "EdDSA", use: "sig" };
    await env.DB.prepare("insert into signing_keys (id, public_jwk, private_jwk, created_at) values (?, ?, '-', 1)").bind(kid, JSON.stringify(jwk)).run();
    const seconds = Math.floor(time.now() / 1000);
    const token = await new SignJWT({ tid: ada.tenant.id, sid: ada.sessionId }).setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt" }).setSubject(ada.id).setIssuer("everstep").setAudience("everstep-api").setIssuedAt(seconds).setExpirationTime(seconds + 900).sign(privateKey);
    expect(await ask(token)).toMatchObject({ status: 200 });
  });
});
