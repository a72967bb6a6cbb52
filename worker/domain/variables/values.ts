/**
 * What a variable may be and how much of it there may be.
 * @module
 */
import { z } from "zod";
import { variables } from "../../../db/schema/variables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { VariableType } from "../../../sdk/schema/variable.ts";
import { HostListError, parseHostList } from "../../egress/host-list.ts";
import type { TenantContext } from "../context.ts";
import type { VariableRow } from "./view.ts";

/** Executions keep a copy of all that they could read: it has to stay small. */
const most = { variables: 500, bytes: 262_144, valueBytes: 16_384, secretBytes: 8_192, hosts: 20 } as const;
/** What is shorter turns up in other texts by chance: an answer could not be cleared of it. */
const leastSecret = 8;

const bytes = (text: string): number => new TextEncoder().encode(text).length;

export const secretValue = z
  .string()
  .min(leastSecret, `a secret has at least ${leastSecret} characters: a shorter one cannot be kept out of answers safely`)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "a secret is text without NUL")
  .refine((text) => bytes(text) <= most.secretBytes, `a secret has at most ${most.secretBytes} bytes`);

/** One host, every host under a domain, either with a port; no ranges: a secret is meant for someone. */
function hostProblem(entry: string): string | null {
  if (entry.includes("/") || entry.includes(",")) return "write a host such as api.example.com, *.example.com or api.example.com:8443";
  if (/^\*\.[^.]+$/.test(entry.replace(/:\d+$/, ""))) return "that would be every host of a top-level domain";
  try {
    return parseHostList([entry], "hosts", true).length === 1 ? null : "empty";
  } catch (error) {
    if (error instanceof HostListError) return error.message;
    throw error;
  }
}

const secretHost = z
  .string()
  .max(256)
  .transform((text) => text.trim().toLowerCase())
  .superRefine((entry, ctx) => {
    const problem = hostProblem(entry);
    if (problem !== null) ctx.addIssue({ code: "custom", message: problem });
  });

export const secretHosts = z
  .array(secretHost)
  .min(1, "name the hosts that the secret may be sent to")
  .max(most.hosts)
  .transform((hosts) => [...new Set(hosts)]);

export const valueOf = { string: z.string(), number: z.number(), boolean: z.boolean(), json: z.json() } as const satisfies Record<Exclude<VariableType, "secret">, z.ZodType>;

/** @throws PlatformError `bad-request` */
export function storedValue(type: keyof typeof valueOf, value: unknown): string {
  const parsed = valueOf[type].safeParse(value);
  if (!parsed.success) throw bad(`a variable of type ${type} takes no such value: ${parsed.error.issues[0]?.message ?? ""}`);
  const text = JSON.stringify(parsed.data);
  if (bytes(text) > most.valueBytes) throw bad(`a value has at most ${most.valueBytes} bytes as JSON`);
  return text;
}

/** @throws PlatformError `bad-request` */
export function checkedSecret(value: unknown): string {
  const parsed = secretValue.safeParse(value);
  if (!parsed.success) throw bad(parsed.error.issues[0]?.message ?? "not a secret");
  return parsed.data;
}

function bad(detail: string): PlatformError {
  return new PlatformError("bad-request", `/value: ${detail}`, [{ pointer: "/value", detail }]);
}

/**
 * @param replaced the row whose value `size` takes the place of
 * @throws PlatformError `conflict` when the tenant has too many, or too much in them
 */
export async function checkRoom(ctx: Pick<TenantContext, "db">, size: number, replaced: string | null): Promise<VariableRow[]> {
  const others = (await ctx.db.select(variables)).filter(({ id }) => id !== replaced);
  if (others.length >= most.variables) throw new PlatformError("conflict", `A tenant has at most ${most.variables} variables and secrets: delete some first.`);
  const total = others.reduce((sum, { value, sealed }) => sum + (value ?? sealed ?? "").length, size);
  if (total > most.bytes) throw new PlatformError("conflict", `A tenant's variables and secrets have at most ${most.bytes} characters together: keep large values elsewhere and refer to them.`);
  return others;
}
