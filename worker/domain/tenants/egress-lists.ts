/**
 * The lists of hosts that a tenant's code may, and may not, reach: checked by what will
 * enforce them.
 * @module
 */
import { z } from "zod";
import { closedAddress, closedName } from "../../egress/address.ts";
import type { HostRule } from "../../egress/host-list.ts";
import { parseTenantPolicy, tenantEgress } from "../../egress/tenant-policy.ts";

const readable = (lists: { allow?: string[] | undefined; deny?: string[] | undefined }, check: z.RefinementCtx): void => {
  try {
    parseTenantPolicy({ allow: lists.allow ?? [], deny: lists.deny ?? [] });
  } catch (error) {
    check.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
};

export const egressLists = tenantEgress.superRefine(readable);

const { allow, deny } = tenantEgress.shape;
/** Each list by itself: one that is left out stays as it is. */
export const egressChange = z.strictObject({ allow: allow.unwrap().optional(), deny: deny.unwrap().optional() }).superRefine(readable);
export type EgressChange = z.infer<typeof egressChange>;

/** Those entries that name something inside a network: only the operator puts them there. */
export function privateEntries(allow: readonly string[]): string[] {
  return allow.filter((entry) => parseTenantPolicy({ allow: [entry] }).tenantAllow.some(isPrivate));
}

function isPrivate(rule: HostRule): boolean {
  if (rule.kind === "range") return closedAddress(rule.range[0]) !== null;
  // `*.com` names hosts of the public net, though `com` is none.
  return closedName(rule.wildcard ? `host.${rule.name}` : rule.name) !== null;
}
