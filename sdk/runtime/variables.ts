/**
 * `vars` and `secrets` of a workflow's context.
 *
 * Variables change while executions sleep; a replay has to read what the code read before.
 * So an execution is given one snapshot of all of them, when its code first could ask, and
 * keeps it: the host stores it with the first batch, before any effect leaves. (Recording
 * each name as it is read would give one execution values of different days.)
 *
 * Secrets need no snapshot. What code gets is made of the name and the execution's tag, the
 * same on every replay; the value is looked up at the network door when it is sent.
 * @module
 */
import type { Secrets } from "../authoring/secret.ts";
import type { Variables } from "../authoring/variables.ts";
import { isVariableName, secretReference } from "../schema/secret-reference.ts";
import type { VariablesSnapshot } from "../schema/variable.ts";

/** @param text a {@link VariablesSnapshot} as JSON; null: the code was not seen to ask for any */
export function variablesOf(text: string | null): { vars: Variables; secrets: Secrets } {
  return text === null ? (none ??= lookups(null)) : lookups(text);
}

/** Of most workflows, whose code asks for neither. Nothing of it can be changed, so one is enough. */
let none: { vars: Variables; secrets: Secrets } | null = null;

function lookups(text: string | null): { vars: Variables; secrets: Secrets } {
  let read: VariablesSnapshot | null = null;
  const snapshot = (): VariablesSnapshot => {
    if (text === null) throw new TypeError("vars and secrets are there only in workflows whose code names them as `vars` and `secrets`");
    // Most turns look at neither.
    return (read ??= frozen(JSON.parse(text) as VariablesSnapshot));
  };
  return {
    vars: lookup("vars", (name) => (Object.hasOwn(snapshot().values, name) ? snapshot().values[name] : undefined), () => Object.keys(snapshot().values)) as Variables,
    secrets: lookup("secrets", (name) => secretReference(name, snapshot().tag), () => []) as Secrets,
  };
}

/** An object that has whatever name is asked for. */
function lookup(title: string, find: (name: string) => unknown, names: () => string[]): object {
  const refuse = (): never => {
    throw new TypeError(`${title} cannot be changed by a workflow`);
  };
  return new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name === "symbol") return undefined;
        if (!isVariableName(name)) throw new TypeError(`${title}[${JSON.stringify(name)}]: a name has letters, digits and _, at most 100, and begins with no digit`);
        return find(name);
      },
      has: (_target, name) => typeof name === "string" && names().includes(name),
      ownKeys: names,
      getOwnPropertyDescriptor: (_target, name) => (typeof name === "string" && names().includes(name) ? { value: find(name), enumerable: true, configurable: true, writable: false } : undefined),
      set: refuse,
      defineProperty: refuse,
      deleteProperty: refuse,
      setPrototypeOf: refuse,
      preventExtensions: refuse,
    },
  );
}

/** A change made in a step would not be made again on replay. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
