/** A signed-in person, about themselves. */
import { describe, expect, it } from "vitest";
import { auditOf, clock, join, lastMailTo, personOf, signIn, signUp } from "./testing/accounts.ts";
import { harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);

describe("who I am", () => {
  it("is answered with tenant, role and permissions, and without secrets", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id, "viewer");
    const there = personOf(h, "", await ada.call("POST", "/auth/switch", { tenant: bob.tenant.id }));
    const { body } = await there.call("GET", "/auth/me");
    expect(body).toMatchObject({
      user: { id: ada.id, email: ada.email, name: "Ada", locale: "en", has_password: true, mfa_enabled: false },
      tenant: bob.tenant,
      role: "viewer",
      permissions: { "workflows.read": "all" },
      masked: { users: ["email"] },
      session_id: there.sessionId,
    });
    expect(body["permissions"]).not.toHaveProperty("workflows.write");
    expect(body["tenants"]).toHaveLength(2);
    expect(JSON.stringify(body)).not.toMatch(/hash|scrypt/);
  });

  it("is for people, not for keys or nobody", async () => {
    const tenant = await h.newTenant();
    for (const [method, path, body] of [["GET", "/auth/me"], ["PATCH", "/auth/me", { name: "x" }], ["POST", "/auth/password", {}], ["POST", "/auth/switch", { tenant: "x" }], ["GET", "/auth/sessions"], ["DELETE", "/auth/sessions"]] as const) {
      expect((await tenant.call(method, path, body)).status).toBe(403);
      expect((await h.call(null, method, `/api/v1${path}`, body)).status).toBe(401);
    }
  });

  it("changes by name and language; the log says so without personal data", async () => {
    const ada = await signUp(h);
    const { status, body } = await ada.call("PATCH", "/auth/me", { name: "Augusta", locale: "es" });
    expect({ status, body }).toMatchObject({ status: 200, body: { user: { name: "Augusta", locale: "es" } } });
    expect((await ada.call("GET", "/auth/me")).body).toMatchObject({ user: { name: "Augusta", locale: "es" } });
    const event = (await auditOf(ada.tenant.id)).find(({ action }) => action === "user.update");
    expect(event).toMatchObject({ actor_id: ada.id, entity_id: ada.id, before: { name: "[masked]", locale: "en" }, after: { name: "[masked]", locale: "es" } });
    for (const wrong of [{}, { email: "x@example.com" }, { role: "admin" }, { locale: "tlh" }]) expect((await ada.call("PATCH", "/auth/me", wrong)).status).toBe(400);
  });
});

describe("changing the password", () => {
  it("ends the other sessions, keeps this one, and is mailed and recorded", async () => {
    const ada = await signUp(h);
    const other = await signIn(h, ada);
    const next = "eight purple plums float";
    expect((await ada.call("POST", "/auth/password", { current_password: ada.password, new_password: next })).status).toBe(204);
    expect((await ada.call("GET", "/auth/me")).status).toBe(200);
    expect((await other.call("GET", "/auth/me")).status).toBe(401);
    expect((await h.call(null, "POST", "/auth/login", { email: ada.email, password: ada.password })).status).toBe(401);
    await signIn(h, { ...ada, password: next });
    expect((await lastMailTo(ada.email)).subject).toBe("Your Everstep password was changed");
    const events = await auditOf(ada.tenant.id);
    expect(events).toContainEqual(expect.objectContaining({ action: "user.change_password", actor_id: ada.id, entity_id: ada.id }));
    expect(events).toContainEqual(expect.objectContaining({ action: "session.revoke", entity_id: other.sessionId, after: { user_id: ada.id, reason: "password_changed" } }));
    expect(JSON.stringify(events)).not.toMatch(/scrypt|plums|apples/);
  });

  it("ends the links that would set another", async () => {
    const ada = await signUp(h);
    await h.call(null, "POST", "/auth/password/forgot", { email: ada.email });
    const { token } = await lastMailTo(ada.email);
    await ada.call("POST", "/auth/password", { current_password: ada.password, new_password: "eight purple plums float" });
    expect((await h.call(null, "POST", "/auth/password/reset", { token, password: ada.password })).body).toMatchObject({ status: 410, code: "invalid-link" });
  });

  it("needs the current one, with a limit on guessing", async () => {
    const ada = await signUp(h);
    const guess = () => ada.call("POST", "/auth/password", { current_password: "not the password", new_password: "eight purple plums float" });
    for (const _ of [1, 2, 3, 4, 5]) expect((await guess()).body).toMatchObject({ status: 401, code: "invalid-credentials" });
    expect((await guess()).body).toMatchObject({ status: 429, code: "too-many-attempts" });
    time.advance(60_000);
    await signIn(h, ada);
  });

  it("takes no password that is easily guessed", async () => {
    const ada = await signUp(h);
    const answer = await ada.call("POST", "/auth/password", { current_password: ada.password, new_password: `${ada.email}!` });
    expect(answer.body).toMatchObject({ status: 400, errors: [{ pointer: "/new_password" }] });
    await signIn(h, ada);
  });
});
