/**
 * Secrets in a test: there are no values, only references, and where they may be sent.
 * @module
 */
import { referencePattern } from "../schema/secret-reference.ts";
import type { VariablesSnapshot } from "../schema/variable.ts";

/** Hosts by name: `{ STRIPE_KEY: ["api.stripe.com"] }`. */
export type TestSecrets = Readonly<Record<string, readonly string[]>>;

/** In production each execution has its own. */
const tag = "of-this-test-execution";

export function testSnapshot(vars: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ values: vars, tag } satisfies VariablesSnapshot);
}

/** A text of a request as tests read it: `[secret:NAME]` for a reference. */
export function withNames(text: string): string {
  return text.replace(referencePattern(), (_reference, name: string) => `[secret:${name}]`);
}

/**
 * What the network door would refuse, as far as a test says what there is.
 * @throws Error `secret-not-allowed`
 */
export function checkSecrets(secrets: TestSecrets | undefined, url: string, texts: readonly string[]): void {
  if (secrets === undefined) return;
  const { host, hostname } = new URL(url);
  for (const text of texts) {
    for (const [, name = ""] of text.matchAll(referencePattern())) {
      const hosts = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (!hosts) throw refused(`there is no secret ${name} in this test: pass it to testWorkflow in secrets`);
      if (!hosts.some((entry) => covers(entry, host, hostname))) throw refused(`the secret ${name} may not be sent to ${host}, only to ${hosts.join(", ")}`);
    }
  }
}

function covers(entry: string, host: string, hostname: string): boolean {
  const [name = "", port] = entry.split(":");
  if (port !== undefined && !host.endsWith(`:${port}`)) return false;
  return name.startsWith("*.") ? hostname.endsWith(name.slice(1)) : hostname === name;
}

function refused(message: string): Error {
  return Object.assign(new Error(message), { name: "EgressError", code: "secret-not-allowed" });
}
