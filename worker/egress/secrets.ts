/**
 * Secrets at the network door: where references become values, and where values are taken
 * out of answers (docs/secrets.md).
 *
 * Invariants
 * 1. A value is put in only for a host that its secret names, over TLS (or to a host that the
 *    operator lists), and only for a reference whose tag is that of the execution and workflow
 *    that ask. Every redirect is a new request and is judged anew.
 * 2. What goes on from here (the next hop, the final URL, errors, logs) is made of references.
 * 3. An answer from a host that any secret of the tenant names comes without the values of
 *    those secrets, whoever asked and whether or not they were sent this time.
 * 4. What cannot be judged or looked through is refused.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import type { Vault } from "../auth/data-keys.ts";
import { hostOf } from "./address.ts";
import { covers } from "./host-list.ts";
import type { Network } from "./policy.ts";
import type { Hop } from "./redirect.ts";
import { Refusal } from "./refusal.ts";
import type { SecretAudit } from "./secrets-audit.ts";
import { cleanResponse } from "./secrets-clean.ts";
import { type Reference, referencesIn, withValues } from "./secrets-inject.ts";
import type { SecretList, TenantSecret } from "./secrets-list.ts";
import { type Asking, hasTag } from "./secrets-tag.ts";

export interface SecretPorts {
  vault: Vault;
  asking: Asking;
  /** As known in this isolate. */
  list: SecretList;
  /** Read anew, for what is not in it; the same list when it is fresh. */
  reload(): Promise<SecretList>;
  audit: SecretAudit;
  now: number;
}

/** One request's way through. */
export class SecretDoor {
  readonly #ports: SecretPorts;
  #list: SecretList;
  /** Reference by secret, for those that this request has sent. */
  readonly #sent = new Map<string, string>();

  constructor(ports: SecretPorts) {
    this.#ports = ports;
    this.#list = ports.list;
  }

  /**
   * The request as it goes out; the same one when it has no references.
   * @throws Refusal `secret-not-allowed`
   */
  async put(hop: Hop, network: Network): Promise<Hop> {
    const references = referencesIn(hop);
    if (references.length === 0) return hop;
    const { vault, audit, asking } = this.#ports;
    const values = new Map<string, string>();
    for (const reference of references) {
      const secret = await this.#judge(reference, hop.url, network);
      values.set(reference.text, await this.#list.value(vault, secret).catch((error: unknown) => this.#broken(error)));
      this.#sent.set(secret.id, reference.text);
      audit.used(asking, secret, hop.url.host);
    }
    return withValues(hop, (reference) => values.get(reference) ?? reference);
  }

  /** The answer without values. @throws Refusal `secret-not-allowed` when it cannot be looked through */
  async clean(response: Response, url: URL): Promise<Response> {
    const guarded = this.#list.secrets.filter((secret) => names(secret, url));
    if (guarded.length === 0) return response;
    const { values, forms } = await this.#list.forms(this.#ports.vault, guarded).catch((error: unknown) => this.#broken(error));
    // In a redirect a value becomes a reference again: it may be wanted there too.
    const again = guarded.map((secret) => this.#sent.get(secret.id) ?? mark(secret));
    return cleanResponse(response, { host: url.host, values, forms, marks: guarded.map(mark), again });
  }

  async #judge({ name, tag }: Reference, url: URL, network: Network): Promise<TenantSecret> {
    const { asking, vault, now } = this.#ports;
    if (!(await hasTag(vault, asking, tag, now))) throw this.#refuse(name, null, url, `the reference to ${name} is not of this execution: take it from the \`secrets\` that the running workflow is given`);
    const find = (): TenantSecret | undefined => this.#list.find(name, asking.workflow ?? "");
    // It may just have been set.
    if (!find() || !names(find(), url)) this.#list = await this.#ports.reload();
    const secret = find();
    if (!secret) throw this.#refuse(name, null, url, `there is no secret ${name} for the workflow ${asking.workflow ?? ""}: set it with \`everstep variables set ${name} --type secret\``);
    if (!names(secret, url)) throw this.#refuse(name, secret, url, `the secret ${name} may not be sent to ${url.host}, only to ${secret.hosts.map(({ text }) => text).join(", ")}`);
    if (url.protocol !== "https:" && network !== "operator") throw this.#refuse(name, secret, url, `the secret ${name} is sent over https only, not to ${url.origin}`);
    return secret;
  }

  #refuse(name: string, secret: TenantSecret | null, url: URL, reason: string): Refusal {
    this.#ports.audit.refused(this.#ports.asking, { name, id: secret?.id ?? null, host: url.host, reason });
    return new Refusal("secret-not-allowed", reason);
  }

  #broken(error: unknown): never {
    console.error(JSON.stringify({ message: "secrets cannot be opened", tenant: this.#ports.vault.db.tenant, error: errorMessage(error) }));
    throw new Refusal("secret-not-allowed", "a secret for this host could not be opened, so nothing is let through; the server's log says why");
  }
}

const mark = ({ name }: TenantSecret): string => `[secret:${name}]`;

function names(secret: TenantSecret | undefined, url: URL): boolean {
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const host = hostOf(url.hostname);
  return secret?.hosts.some((rule) => covers(rule, host, port)) ?? false;
}
