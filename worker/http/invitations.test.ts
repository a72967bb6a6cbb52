/** Invitations: who may make them, what the mailed link shows and does. */
import { describe, expect, it } from "vitest";
import { auditOf, clock, day, goodPassword, join, lastMailTo, mailsTo, minute, newEmail, type Person, personOf, signIn, signUp } from "./testing/accounts.ts";
import { type Answered, env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);

const invite = (by: Person, email: string, role = "member", more: object = {}) => by.call("POST", "/invitations", { email, role, ...more });
const lookup = (token: string) => h.call(null, "GET", `/api/v1/invitations/lookup?token=${encodeURIComponent(token)}`);
const accept = (body: object, key: string | null = null) => h.call(key, "POST", "/api/v1/invitations/accept", body);
const linkOf = async (email: string) => (await lastMailTo(email)).token;
const refusedAs = (code: string) => ({ body: expect.objectContaining({ code }) as unknown });
const roleIn = (tenantId: string, userId: unknown) => env.DB.prepare("select role, team_id, status from memberships where tenant_id = ? and user_id = ?").bind(tenantId, userId).first();

/** A member with this role, signed in to the admin's tenant. */
async function memberOf(admin: Person, role: string, teamId: string | null = null): Promise<Person> {
  const person = await signUp(h);
  await join(person, admin.tenant.id, role);
  if (teamId !== null) await env.DB.prepare("update memberships set team_id = ? where tenant_id = ? and user_id = ?").bind(teamId, admin.tenant.id, person.id).run();
  return signIn(h, person, admin.tenant.slug);
}

async function customRole(admin: Person, grants: object): Promise<string> {
  const { status, body } = await admin.call("POST", "/roles", { name: `Role ${crypto.randomUUID().slice(0, 8)}`, grants });
  expect([status, body]).toEqual([201, expect.anything()]);
  return String(body["id"]);
}

async function teamOf(admin: Person): Promise<string> {
  const { body } = await admin.call("POST", "/teams", { name: `Team ${crypto.randomUUID().slice(0, 8)}` });
  return String(body["id"]);
}

describe("an invitation", () => {
  it("mails a link that opens the page of the platform and shows nothing to the inviter", async () => {
    const admin = await signUp(h);
    const email = newEmail();
    const made = await invite(admin, ` ${email.toUpperCase()} `);
    expect(made).toMatchObject({ status: 201, body: { email, role: "member", team_id: null, status: "pending", invited_by: admin.id, expires_at: new Date(time.now() + 7 * day).toISOString() } });
    const mail = await lastMailTo(email);
    expect(mail.subject).toContain(admin.tenant.name);
    expect(mail.text).toContain(`https://flows.example.com/account/invitation#token=${mail.token}`);
    expect(JSON.stringify(made.body)).not.toContain(mail.token);
    const kept = await env.DB.prepare("select * from invitations where id = ?").bind(made.body["id"]).first();
    expect(JSON.stringify([kept, await auditOf(admin.tenant.id)])).not.toContain(mail.token);
  });

  it("writes in the tenant's language", async () => {
    const admin = await signUp(h);
    await env.DB.prepare("update tenants set settings = json_set(settings, '$.locale', 'pt') where id = ?").bind(admin.tenant.id).run();
    const email = newEmail();
    await invite(admin, email);
    expect((await lastMailTo(email)).subject).toContain("Você foi convidado");
  });

  it("looks the same to the inviter whether the address has an account or not", async () => {
    const [admin, known] = [await signUp(h), await signUp(h)];
    const unknown = newEmail();
    const [ofKnown, ofUnknown] = [await invite(admin, known.email), await invite(admin, unknown)];
    const shape = ({ status, body }: Answered, email: string) => [status, { ...body, id: "", email: body["email"] === email }];
    expect(shape(ofKnown, known.email)).toEqual(shape(ofUnknown, unknown));
    expect((await mailsTo(known.email)).at(-1)?.subject).toBe((await lastMailTo(unknown)).subject);
  });

  it("is not made for who is a member already, active or disabled", async () => {
    const [admin, other] = [await signUp(h), await signUp(h)];
    await join(other, admin.tenant.id, "member", "disabled");
    expect(await invite(admin, admin.email)).toMatchObject({ status: 409 });
    expect(await invite(admin, other.email)).toMatchObject({ status: 409 });
  });

  it("replaces the one that is open, and does not flood a mailbox", async () => {
    const admin = await signUp(h);
    const email = newEmail();
    await invite(admin, email);
    const first = await linkOf(email);
    const tooSoon = await invite(admin, email, "viewer");
    expect([tooSoon.status, tooSoon.body["code"], tooSoon.headers.get("retry-after")]).toEqual([429, "rate-limited", "60"]);
    time.advance(minute);
    expect((await invite(admin, email, "viewer")).status).toBe(201);
    expect(await lookup(first)).toMatchObject({ status: 410, ...refusedAs("invalid-link") });
    expect((await lookup(await linkOf(email))).status).toBe(200);
    expect((await admin.call("GET", "/invitations")).body.data).toMatchObject([{ status: "pending", role: "viewer" }, { status: "revoked", role: "member" }]);
  });

  it("needs a role and a team that the tenant has", async () => {
    const [admin, other] = [await signUp(h), await signUp(h)];
    const [theirRole, theirTeam] = [await customRole(other, { "users.read": "all" }), await teamOf(other)];
    expect(await invite(admin, newEmail(), "owner")).toMatchObject({ status: 400, body: { errors: [{ pointer: "/role" }] } });
    expect((await invite(admin, newEmail(), theirRole)).status).toBe(400);
    expect((await invite(admin, newEmail(), "member", { team_id: theirTeam })).status).toBe(404);
    expect((await invite(admin, "no address")).status).toBe(400);
  });
});

describe("who may invite", () => {
  it("is refused without the permission", async () => {
    const admin = await signUp(h);
    const [member, viewer] = [await memberOf(admin, "member"), await memberOf(admin, "viewer")];
    for (const person of [member, viewer]) expect(await invite(person, newEmail(), "viewer")).toMatchObject({ status: 403, ...refusedAs("forbidden") });
    const { body } = await invite(admin, newEmail());
    for (const [method, path] of [["DELETE", `/invitations/${body["id"]}`], ["POST", `/invitations/${body["id"]}/resend`]] as const) expect((await member.call(method, path)).status).toBe(403);
  });

  it("gives no role that allows more than their own", async () => {
    const admin = await signUp(h);
    const manager = await memberOf(admin, "manager");
    const wide = await customRole(admin, { "sso.write": "all" });
    expect((await invite(manager, newEmail(), "admin")).status).toBe(403);
    expect((await invite(manager, newEmail(), wide)).status).toBe(403);
    expect((await invite(manager, newEmail(), "manager")).status).toBe(201);
    expect((await invite(admin, newEmail(), "admin")).status).toBe(201);
    const { body } = await invite(admin, newEmail(), "admin");
    time.advance(minute);
    expect((await manager.call("POST", `/invitations/${body["id"]}/resend`)).status).toBe(403);
  });

  it("with a key of narrow scope invites nobody as more than the key", async () => {
    const admin = await signUp(h);
    const { body } = await admin.call("POST", "/api-keys", { name: "inviter", scopes: ["users.write", "users.read"] });
    const key = String(body["api_key"]);
    const by = (role: string) => h.call(key, "POST", "/api/v1/invitations", { email: newEmail(), role });
    expect((await by("member")).status).toBe(403);
    const narrow = await customRole(admin, { "users.read": "all" });
    expect((await by(narrow)).body).toMatchObject({ status: "pending", invited_by: admin.id });
  });

  it("for their team sees and makes those of the team alone", async () => {
    const admin = await signUp(h);
    const [mine, theirs] = [await teamOf(admin), await teamOf(admin)];
    const lead = await memberOf(admin, await customRole(admin, { "users.read": "team", "users.write": "team" }), mine);
    const plain = await customRole(admin, {});
    const elsewhere = await invite(admin, newEmail(), "viewer", { team_id: theirs });
    expect((await invite(lead, newEmail(), plain, { team_id: mine })).status).toBe(201);
    expect((await invite(lead, newEmail(), plain, { team_id: theirs })).status).toBe(403);
    expect((await invite(lead, newEmail(), plain)).status).toBe(403);
    expect((await lead.call("GET", "/invitations")).body.data).toMatchObject([{ team_id: mine }]);
    expect((await lead.call("DELETE", `/invitations/${elsewhere.body["id"]}`)).status).toBe(403);
  });

  it("sees the addresses masked where the role says so", async () => {
    const admin = await signUp(h);
    const email = newEmail();
    await invite(admin, email);
    const { body } = await (await memberOf(admin, "viewer")).call("GET", "/invitations");
    expect(body.data).toMatchObject([{ email: "p…@example.com" }]);
  });

  it("cannot see or touch another tenant's", async () => {
    const [mine, theirs] = [await signUp(h), await signUp(h)];
    const email = newEmail();
    const { body } = await invite(theirs, email);
    expect((await mine.call("GET", "/invitations")).body.data).toEqual([]);
    expect((await mine.call("DELETE", `/invitations/${body["id"]}`)).status).toBe(404);
    expect((await mine.call("POST", `/invitations/${body["id"]}/resend`)).status).toBe(404);
    expect((await lookup(await linkOf(email))).status).toBe(200);
  });

  it("pages through the list, the latest first", async () => {
    const admin = await signUp(h);
    const emails = [newEmail(), newEmail(), newEmail()];
    for (const email of emails) {
      await invite(admin, email);
      time.advance(1);
    }
    const first = await admin.call("GET", "/invitations?limit=2");
    const { next_cursor } = first.body["pagination"] as { next_cursor: string };
    const rest = await admin.call("GET", `/invitations?limit=2&cursor=${next_cursor}`);
    expect([...(first.body.data ?? []), ...(rest.body.data ?? [])]).toMatchObject(emails.toReversed().map((email) => ({ email })));
    expect(rest.body["pagination"]).toEqual({ next_cursor: null });
  });
});

describe("the link", () => {
  async function link(role = "member", email = newEmail()) {
    const admin = await signUp(h);
    const { body } = await invite(admin, email, role);
    return { admin, email, id: String(body["id"]), token: await linkOf(email) };
  }

  it("shows the tenant and the address masked", async () => {
    const { admin, email, token } = await link();
    const { status, body } = await lookup(token);
    expect([status, body]).toEqual([200, { tenant: { name: admin.tenant.name }, email: "p…@example.com", has_account: false, expires_at: new Date(time.now() + 7 * day).toISOString() }]);
    expect(JSON.stringify(body)).not.toContain(email);
  });

  it("makes an account for who has none, and signs them in as what they were invited as", async () => {
    const { admin, email, id, token } = await link("viewer");
    const answer = await accept({ token, name: "Grace", password: goodPassword });
    expect(answer).toMatchObject({ status: 200, body: { user: { email, name: "Grace" }, tenant: { id: admin.tenant.id }, role: "viewer" } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const grace = personOf(h, goodPassword, answer);
    expect((await grace.call("GET", "/workflows")).status).toBe(200);
    expect(await roleIn(admin.tenant.id, grace.id)).toEqual({ role: "viewer", team_id: null, status: "active" });
    expect((await signIn(h, { email, password: goodPassword })).id).toBe(grace.id);
    const events = await auditOf(admin.tenant.id);
    expect(events).toContainEqual(expect.objectContaining({ action: "invitation.accept", entity_id: id, actor_id: grace.id }));
    expect((await admin.call("GET", "/invitations")).body.data).toMatchObject([{ id, status: "accepted" }]);
    expect((await admin.call("GET", "/events?type=user.joined")).body.data).toMatchObject([{ data: { user_id: grace.id, role: "viewer", team_id: null, status: "active" }, record: { type: "user", id: grace.id }, actor: { kind: "user", id: grace.id } }]);
  });

  it.each([
    ["/name", { password: goodPassword }],
    ["/password", { name: "Grace" }],
    ["/password", { name: "Grace", password: "too short" }],
  ])("asks a newcomer for %s and stays good", async (pointer, body) => {
    const { token } = await link();
    expect(await accept({ token, ...body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await lookup(token)).status).toBe(200);
  });

  it("asks an account for its password, and counts guesses", async () => {
    const known = await signUp(h);
    const { admin, token } = await link("member", known.email);
    expect((await lookup(token)).body).toMatchObject({ has_account: true });
    expect(await accept({ token })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/password" }] } });
    expect(await accept({ token, name: "Mallory", password: "another good password" })).toMatchObject({ status: 401, ...refusedAs("invalid-credentials") });
    expect(await roleIn(admin.tenant.id, known.id)).toBeNull();
    const answer = await accept({ token, name: "Ignored", password: known.password });
    expect(answer).toMatchObject({ status: 200, body: { user: { id: known.id, name: "Ada" }, tenant: { id: admin.tenant.id }, tenants: expect.arrayContaining([expect.objectContaining({ id: known.tenant.id })]) } });

    const again = await link("member", (await signUp(h)).email);
    for (const _ of [1, 2, 3, 4, 5]) await accept({ token: again.token, password: "wrong" });
    expect(await accept({ token: again.token, password: goodPassword })).toMatchObject({ status: 429 });
  });

  it("tells who has an account without a password to set one first", async () => {
    const known = await signUp(h);
    const { admin, token } = await link("member", known.email);
    await env.DB.prepare("update users set password_hash = null where id = ?").bind(known.id).run();
    expect(await accept({ token, name: "Mallory", password: goodPassword })).toMatchObject({ status: 409, ...refusedAs("conflict") });
    expect(await roleIn(admin.tenant.id, known.id)).toBeNull();
  });

  it("asks an account with a second factor for it before there is a session", async () => {
    const known = await signUp(h);
    await env.DB.prepare("update users set mfa_secret = 'sealed', mfa_enabled_at = 1 where id = ?").bind(known.id).run();
    const { admin, token } = await link("member", known.email);
    const answer = await accept({ token, password: known.password });
    expect(answer).toMatchObject({ status: 200, body: { mfa_required: true } });
    expect(answer.body).not.toHaveProperty("access_token");
    expect(await roleIn(admin.tenant.id, known.id)).toMatchObject({ role: "member" });
  });

  it("needs no password of who is signed in to that account, and refuses who is signed in to another", async () => {
    const [known, other] = [await signUp(h), await signUp(h)];
    const { admin, token } = await link("member", known.email);
    expect(await accept({ token }, other.access)).toMatchObject({ status: 403, ...refusedAs("forbidden") });
    expect(await accept({ token }, "eyJ.not.good")).toMatchObject({ status: 401 });
    expect(await roleIn(admin.tenant.id, known.id)).toBeNull();
    expect(await accept({ token }, known.access)).toMatchObject({ status: 200, body: { tenant: { id: admin.tenant.id } } });
  });

  it("does not take a sign-in by another tenant's provider for the account's own word", async () => {
    const known = await signUp(h);
    await env.DB.prepare("update sessions set method = 'sso' where id = ?").bind(known.sessionId).run();
    const { admin, token } = await link("admin", known.email);
    expect(await accept({ token }, known.access)).toMatchObject({ status: 400, body: { errors: [{ pointer: "/password" }] } });
    expect(await roleIn(admin.tenant.id, known.id)).toBeNull();
  });

  it("works once, also when it is used many times at once", async () => {
    const { admin, email, token } = await link();
    const answers = await Promise.all([1, 2, 3, 4].map((number) => accept({ token, name: `Grace ${number}`, password: goodPassword })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await accept({ token, name: "Grace", password: goodPassword })).toMatchObject({ status: 410, ...refusedAs("invalid-link") });
    expect(await env.DB.prepare("select count(*) as n from users where email = ?").bind(email).first("n")).toBe(1);
    expect((await auditOf(admin.tenant.id)).filter(({ action }) => action === "invitation.accept")).toHaveLength(1);
  });

  it("is over after seven days", async () => {
    const { admin, token } = await link();
    time.advance(7 * day - 1);
    expect((await lookup(token)).status).toBe(200);
    time.advance(1);
    expect(await lookup(token)).toMatchObject(refusedAs("invalid-link"));
    expect(await accept({ token, name: "Late", password: goodPassword })).toMatchObject(refusedAs("invalid-link"));
    const again = await signIn(h, admin);
    expect((await again.call("GET", "/invitations")).body.data).toMatchObject([{ status: "expired" }]);
  });

  it("opens nothing once it is revoked", async () => {
    const { admin, id, token } = await link();
    expect((await admin.call("DELETE", `/invitations/${id}`)).status).toBe(204);
    expect((await admin.call("DELETE", `/invitations/${id}`)).status).toBe(204);
    expect(await lookup(token)).toMatchObject(refusedAs("invalid-link"));
    expect(await accept({ token, name: "Late", password: goodPassword })).toMatchObject(refusedAs("invalid-link"));
    expect(await admin.call("POST", `/invitations/${id}/resend`)).toMatchObject({ status: 429 });
    time.advance(minute);
    expect(await admin.call("POST", `/invitations/${id}/resend`)).toMatchObject({ status: 409 });
    expect((await auditOf(admin.tenant.id)).filter(({ action }) => action === "invitation.revoke")).toHaveLength(1);
  });

  it("cannot be revoked once it was accepted", async () => {
    const { admin, id, token } = await link();
    await accept({ token, name: "Grace", password: goodPassword });
    expect(await admin.call("DELETE", `/invitations/${id}`)).toMatchObject({ status: 409, ...refusedAs("conflict") });
  });

  it("is replaced when it is sent again, also after it was over", async () => {
    const { admin, email, id, token } = await link();
    time.advance(8 * day);
    const again = await signIn(h, admin);
    expect(await again.call("POST", `/invitations/${id}/resend`)).toMatchObject({ status: 200, body: { id, status: "pending", expires_at: new Date(time.now() + 7 * day).toISOString() } });
    expect(await lookup(token)).toMatchObject(refusedAs("invalid-link"));
    expect((await accept({ token: await linkOf(email), name: "Grace", password: goodPassword })).status).toBe(200);
  });

  it.each(["x", "A".repeat(43)])("that is none is refused: %s", async (token) => {
    expect(await lookup(token)).toMatchObject({ status: 410 });
    expect(await accept({ token, name: "Grace", password: goodPassword })).toMatchObject({ status: 410 });
  });
});
