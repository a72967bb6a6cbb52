/**
 * What a command is.
 * @module
 */
import type { ParseArgsConfig } from "node:util";
import type { Connection } from "./connection.ts";
import { type ExitCode, usageError } from "./failure.ts";
import type { Output } from "./output.ts";

export type Options = NonNullable<ParseArgsConfig["options"]>;

export interface Invocation {
  positionals: string[];
  /** Values of the flags that were given. */
  flags: Flags;
  out: Output;
  /** Opens the connection; throws when no server is configured. */
  connect(): Connection;
}

export interface Command {
  /** After `everstep`, e.g. `run NAME`. */
  usage: string;
  summary: string;
  /** Lines for `everstep help COMMAND`: flag and meaning. */
  flags?: ReadonlyArray<readonly [string, string]>;
  /** Text after the flags. */
  more?: string;
  options?: Options;
  /** How many positional arguments: least and most. */
  positionals: readonly [number, number];
  run(invocation: Invocation): Promise<ExitCode>;
}

/** Flags by name, typed on the way out. */
export class Flags {
  readonly #values: Record<string, unknown>;
  constructor(values: Record<string, unknown>) {
    this.#values = values;
  }
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }
  on(name: string): boolean {
    return this.#values[name] === true;
  }
  /** @throws CommandError when it is not a whole number in the range */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw usageError(`--${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  }
  /** @throws CommandError when it is none of `choices` */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    const found = choices.find((choice) => choice === text);
    if (text === undefined || found !== undefined) return found;
    throw usageError(`--${name} must be one of ${choices.join(", ")}, not ${JSON.stringify(text)}`);
  }
}

/** @throws CommandError when the text cannot be the id of an execution */
export function executionId(text: string | undefined): string {
  if (text !== undefined && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return text.toLowerCase();
  throw usageError(`${JSON.stringify(text ?? "")} is not the id of an execution`, "everstep executions lists them.");
}
