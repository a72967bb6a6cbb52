/**
 * A tenant with people and keys of every kind, made when they are first asked for.
 * @module
 */
import { newId } from "../../db/ids.ts";
import { memberships } from "../../db/schema/memberships.ts";
import { notifications } from "../../db/schema/notifications.ts";
import { insertSession } from "../../db/sessions.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { insertUser } from "../../db/users.ts";
import { signAccessToken } from "../../worker/auth/access-token.ts";
import { type Permission, permissionNames } from "../../worker/auth/permissions.ts";
import { type BundleText, trivial } from "./bundles.ts";
import { type Answer, env, type Lab, operatorKey } from "./lab.ts";

export interface Person {
  id: string;
  sessionId: string;
  /** Access token. */
  token: string;
  email: string;
}

interface Named {
  name?: string;
  email?: string;
  /** How their session was begun. */
  method?: string;
}

interface Opening {
  slug?: string;
  name?: string;
  bundle?: BundleText;
}

const hour = 3_600_000;
let count = 0;
const unique = (what: string): string => `${what}-${++count}-${crypto.randomUUID().slice(0, 8)}`;

export class Ground {
  readonly lab: Lab;
  readonly id: string;
  readonly slug: string;
  /** May everything that an admin may. */
  readonly key: string;
  #writes = 0;
  readonly #made = new Map<string, Promise<unknown>>();

  private constructor(lab: Lab, { id, slug, key }: { id: string; slug: string; key: string }) {
    this.lab = lab;
    this.id = id;
    this.slug = slug;
    this.key = key;
  }

  static async open(lab: Lab, { slug = unique("tenant"), name = slug, bundle = trivial(40) }: Opening = {}): Promise<Ground> {
    const { json } = expected(201, await lab.call(operatorKey, "POST", "/api/v1/operator/tenants", { slug, name, plan: "enterprise" }));
    const ground = new Ground(lab, { id: String(json["id"]), slug, key: String(json["api_key"]) });
    await ground.make("POST", "/deployments", bundle);
    return ground;
  }

  /** Counts what this object has changed of the tenant. */
  get writes(): number {
    return this.#writes;
  }

  /** @param path after `/api/v1` */
  call(method: string, path: string, body?: unknown): Promise<Answer> {
    if (method !== "GET") this.#writes++;
    return this.lab.call(this.key, method, `/api/v1${path}`, body);
  }

  /** The same, of what is made by it; throws unless it is. */
  async make(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json ?? {};
  }

  /** Somebody with this role, always the same. */
  person(role: string): Promise<Person> {
    return this.#once(`person ${role}`, () => this.newPerson(role));
  }

  async newPerson(role: string, { name = "Somebody", email = `${unique("somebody")}@example.com`, method = "password" }: Named = {}): Promise<Person> {
    const now = Date.now();
    const id = newId(now);
    await this.#join(role, id, [insertUser(env.DB, { id, email, name, created_at: now, updated_at: now })]);
    return { id, email, ...(await this.newSession(id, method)) };
  }

  /** Makes a person of another tenant a member here too. */
  async join(role: string, { id, email }: Person, method: string): Promise<Person> {
    await this.#join(role, id, []);
    return { id, email, ...(await this.newSession(id, method)) };
  }

  async #join(role: string, id: string, before: Parameters<ReturnType<typeof tenantDb>["batch"]>[0]): Promise<void> {
    this.#writes++;
    const now = Date.now();
    const db = tenantDb(env.DB, this.id);
    await db.batch([...before, db.insert(memberships, { user_id: id, role, team_id: null, status: "active", created_at: now, updated_at: now })]);
  }

  async newSession(userId: string, method = "password"): Promise<{ sessionId: string; token: string }> {
    this.#writes++;
    const now = Date.now();
    const sessionId = newId(now);
    await insertSession(env.DB, { id: sessionId, user_id: userId, tenant_id: this.id, refresh_hash: "", method, user_agent: null, ip: null, created_at: now, last_used_at: now, expires_at: now + hour, revoked_at: null, revoked_reason: null });
    return { sessionId, token: await signAccessToken(env, { userId, tenantId: this.id, sessionId }, now) };
  }

  /** Id of a role that allows this and nothing else. */
  roleWith(permissions: readonly Permission[], masked: Record<string, string[]> = {}): Promise<string> {
    const grants = Object.fromEntries(permissions.map((name) => [name, "all"]));
    return this.#once(`role ${permissions.join()} ${JSON.stringify(masked)}`, async () => String((await this.make("POST", "/roles", { name: unique("role"), grants, masked }))["id"]));
  }

  /** What properties of bodies mean here: anybody may give a role that allows nothing. */
  async known(): Promise<Record<string, unknown>> {
    return { role: await this.roleWith([]) };
  }

  /** A key with these scopes. */
  keyWith(scopes: readonly Permission[]): Promise<string> {
    return this.#once(`key ${scopes.join()}`, async () => String((await this.make("POST", "/api-keys", { name: unique("key"), scopes }))["api_key"]));
  }

  keyWithout(permission: Permission): Promise<string> {
    return this.keyWith(permissionNames.filter((name) => name !== permission));
  }

  /** One that is still to be decided. */
  async approval(): Promise<string> {
    const execution = await this.execution();
    for (;;) {
      const { data } = await this.make("GET", `/approvals?execution_id=${execution}`);
      const [row] = data as { id: string }[];
      if (row) return row.id;
    }
  }

  /** Something that somebody was told. */
  async notification({ id: user_id }: Pick<Person, "id">): Promise<string> {
    this.#writes++;
    const id = newId(Date.now());
    const db = tenantDb(env.DB, this.id);
    await db.batch([db.insert(notifications, { id, user_id, type: "execution.failed", title: "Failed", body: null, link: null, record_type: null, record_id: null, read_at: null, created_at: Date.now() })]);
    return id;
  }

  /** Waits for an approval, until somebody decides. */
  async execution(): Promise<string> {
    return String((await this.make("POST", "/workflows/waiting/execute"))["execution_id"]);
  }

  /** Resolves when every event has been dispatched. */
  async toldAll(): Promise<void> {
    for (let left = 400; left > 0; left--) {
      const row = await env.DB.prepare("select count(*) as waiting from events where tenant_id = ? and status = 'pending'").bind(this.id).first<{ waiting: number }>();
      if (row?.waiting === 0) return;
      await scheduler.wait(25);
    }
    const { results } = await env.DB.prepare("select type, attempts, error, next_attempt_at, record_type from events where tenant_id = ? and status = 'pending' limit 5").bind(this.id).all();
    throw new Error(`events are still on their way: ${JSON.stringify(results)}`);
  }

  #spare = 0;
  /** A workflow that nobody has used yet. */
  spareWorkflow(): string {
    return `spare-${this.#spare++}`;
  }

  get exhausted(): boolean {
    return this.#spare > 38;
  }

  #once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = (this.#made.get(name) as Promise<T> | undefined) ?? make();
    this.#made.set(name, made);
    return made;
  }
}

export function expected(status: number, answer: Answer): Answer & { json: Record<string, unknown> } {
  if (answer.status !== status || answer.json === null) throw new Error(`${status} was expected, not ${answer.status} ${answer.text}`);
  return { ...answer, json: answer.json };
}
