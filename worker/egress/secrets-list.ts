/**
 * A tenant's secrets as the network door knows them: read with the tenant's rules
 * (./tenant-policy.ts), sealed, and opened only when one is used or an answer has to be
 * cleared of it.
 * @module
 */
import { z } from "zod";
import type { Vault } from "../auth/data-keys.ts";
import { openSecret } from "../auth/vault.ts";
import { type HostRule, parseHostList } from "./host-list.ts";
import { formsOf } from "./secrets-forms.ts";
import { Forms } from "./secrets-redact.ts";

export interface TenantSecret {
  id: string;
  name: string;
  /** Empty: of all workflows. */
  workflow: string;
  hosts: readonly HostRule[];
  sealed: string;
}

/** Values of some secrets, and their forms ready to be searched for. */
export interface Guard {
  values: readonly string[];
  forms: Forms;
}

const rows = z.array(z.object({ id: z.string(), name: z.string(), workflow: z.string(), hosts: z.array(z.string()), sealed: z.string() }));

export class SecretList {
  readonly secrets: readonly TenantSecret[];
  readonly #values = new Map<string, Promise<string>>();
  readonly #guards = new Map<string, Promise<Guard>>();

  constructor(secrets: readonly TenantSecret[]) {
    this.secrets = secrets;
  }

  /** @throws when a row is not as it was written */
  static parse(json: string): SecretList {
    return new SecretList(rows.parse(JSON.parse(json)).map((row) => ({ ...row, hosts: parseHostList(row.hosts, `hosts of ${row.name}`, true) })));
  }

  /** The workflow's own stands over the tenant's. */
  find(name: string, workflow: string): TenantSecret | undefined {
    const all = this.secrets.filter((secret) => secret.name === name);
    return all.find((secret) => secret.workflow === workflow) ?? all.find((secret) => secret.workflow === "");
  }

  value(vault: Vault, { id, sealed }: TenantSecret): Promise<string> {
    return once(this.#values, id, () => openSecret(vault, id, sealed));
  }

  forms(vault: Vault, secrets: readonly TenantSecret[]): Promise<Guard> {
    return once(this.#guards, secrets.map(({ id }) => id).join(), async () => {
      const values = await Promise.all(secrets.map((secret) => this.value(vault, secret)));
      return { values, forms: new Forms(values.map(formsOf)) };
    });
  }
}

function once<V>(cache: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  made.catch(() => cache.delete(key));
  cache.set(key, made);
  return made;
}
