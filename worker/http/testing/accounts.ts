/**
 * People for tests: registered, confirmed and signed in through the interface, with the links
 * read from the outbox as their owners would read them from their mail.
 * @module
 */
import { env, type Answered, type Harness } from "./harness.ts";

/** Time that passes when a test says so. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export function clock(): Clock {
  let time = Date.UTC(2026, 10, 21, 10);
  return { now: () => time, advance: (ms) => void (time += ms) };
}

export interface Mailed {
  subject: string;
  text: string;
  /** Of the link, if there is one. */
  token: string;
}

/** The oldest first. */
export async function mailsTo(email: string): Promise<Mailed[]> {
  const { results } = await env.DB.prepare("select subject, text from mails where recipient = ? order by rowid").bind(email).all<{ subject: string; text: string }>();
  return results.map((mail) => ({ ...mail, token: /#token=(\S+)/.exec(mail.text)?.[1] ?? "" }));
}

export async function lastMailTo(email: string): Promise<Mailed> {
  const mail = (await mailsTo(email)).at(-1);
  if (!mail) throw new Error(`no mail to ${email}`);
  return mail;
}

export interface Person {
  id: string;
  email: string;
  password: string;
  tenant: { id: string; slug: string; name: string };
  /** Tokens of the latest sign-in. */
  access: string;
  refresh: string;
  sessionId: string;
  /** @param path after `/api/v1` */
  call(method: string, path: string, body?: unknown): Promise<Answered>;
}

let people = 0;

export const newEmail = (): string => `person-${++people}-${crypto.randomUUID().slice(0, 8)}@example.com`;
export const goodPassword = "seven green apples fall";

/** Registers somebody with a tenant of their own. */
export async function signUp(h: Harness, { email = newEmail(), password = goodPassword, name = "Ada" } = {}): Promise<Person> {
  const registered = await h.call(null, "POST", "/api/v1/auth/register", { email, password, name, tenant_name: `Tenant ${crypto.randomUUID().slice(0, 8)}` });
  if (registered.status !== 202) throw new Error(`not registered: ${JSON.stringify(registered.body)}`);
  const { token } = await lastMailTo(email);
  const confirmed = await h.call(null, "POST", "/api/v1/auth/register/confirm", { token });
  if (confirmed.status !== 201) throw new Error(`not confirmed: ${JSON.stringify(confirmed.body)}`);
  return personOf(h, password, confirmed);
}

/** Signs in; throws unless a session comes of it. */
export async function signIn(h: Harness, { email, password }: { email: string; password: string }, tenant?: string): Promise<Person> {
  const answer = await h.call(null, "POST", "/api/v1/auth/login", { email, password, ...(tenant === undefined ? {} : { tenant }) });
  if (answer.status !== 200) throw new Error(`not signed in: ${JSON.stringify(answer.body)}`);
  return personOf(h, password, answer);
}

interface Grant {
  access_token: string;
  refresh_token: string;
  session_id: string;
  user: { id: string; email: string };
  tenant: { id: string; slug: string; name: string };
}

export function personOf(h: Harness, password: string, { body }: Answered): Person {
  const { access_token: access, refresh_token: refresh, session_id: sessionId, user, tenant } = body as unknown as Grant;
  return { ...user, password, tenant, access, refresh, sessionId, call: (method, path, content) => h.call(access, method, `/api/v1${path}`, content) };
}

/** Makes a person a member of another tenant too. */
export async function join(person: Pick<Person, "id">, tenantId: string, role = "member", status = "active", at = 0): Promise<void> {
  await env.DB.prepare("insert into memberships (tenant_id, user_id, role, status, created_at, updated_at) values (?, ?, ?, ?, ?, ?)").bind(tenantId, person.id, role, status, at, at).run();
}

/** Audit events of a tenant, as `action` and what they are about, the oldest first. */
export async function auditOf(tenantId: string): Promise<{ action: string; entity_id: string | null; actor_kind: string; actor_id: string | null; before: unknown; after: unknown }[]> {
  const { results } = await env.DB.prepare("select action, entity_id, actor_kind, actor_id, before, after from audit_events where tenant_id = ? order by rowid").bind(tenantId).all<Record<string, string | null>>();
  const parsed = (text: string | null | undefined): unknown => (text ? JSON.parse(text) : null);
  return results.map(({ action, entity_id, actor_kind, actor_id, before, after }) => ({ action: action ?? "", entity_id: entity_id ?? null, actor_kind: actor_kind ?? "", actor_id: actor_id ?? null, before: parsed(before), after: parsed(after) }));
}
