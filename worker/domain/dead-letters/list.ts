import { z } from "zod";
import { deadLetterKinds } from "../../../db/schema/dead-letters.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { utf8, toBase64Url } from "../../auth/bytes.ts";
import { can, mustBeAbleTo } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor } from "../page.ts";
import { type DeadLetter, type DeadLetterContext, type DeadLetterKind, type DeadLetterView, kindName } from "./kinds.ts";
import { kinds } from "./registry.ts";

const time = z.iso.datetime({ offset: true });

const filters = {
  kind: kindName.optional().describe("Only these; without, all that the caller may see"),
  workflow_id: z.string().max(100).optional().describe("Only executions of this workflow"),
  since: time.optional().describe("By when it began"),
  until: time.optional(),
};
export const deadLettersQuery = pageQuery.extend(filters);
export const deadLetterFilter = z.strictObject(filters);
export type DeadLetterFilter = z.infer<typeof deadLetterFilter>;

/** Where each kind goes on: what its last one on the page before was; none: from the beginning. */
const positions = z.partialRecord(kindName, z.string().max(200));
type Positions = z.infer<typeof positions>;

/** @throws PlatformError `forbidden` for a kind that the caller may not see */
export function kindsFor(ctx: TenantContext, kind: DeadLetterKind | undefined, access: "read" | "write"): DeadLetterKind[] {
  if (kind === undefined) return deadLetterKinds.filter((one) => can(ctx.actor, kinds[one][access]));
  mustBeAbleTo(ctx.actor, kinds[kind][access]);
  return [kind];
}

/** All kinds in one list, newest first. */
export async function listDeadLetters({ ctx, input: { cursor, limit, kind, ...filter } }: { ctx: TenantContext; input: z.infer<typeof deadLettersQuery> }): Promise<Page<DeadLetterView>> {
  const { letters, next } = await merged(ctx, kindsFor(ctx, kind, "read"), readPositions(cursor), filter, limit);
  return { data: letters.map((one) => one.view), pagination: { next_cursor: next && toBase64Url(utf8(JSON.stringify(next))) } };
}

/** One page: of each kind as many as it could hold, and of those the newest. */
export async function merged(ctx: DeadLetterContext, wanted: readonly DeadLetterKind[], from: Positions, filter: Omit<DeadLetterFilter, "kind">, limit: number): Promise<{ letters: DeadLetter[]; next: Positions | null }> {
  const [since, until] = [filter.since, filter.until].map((text) => (text === undefined ? null : Date.parse(text)));
  const found = await Promise.all(wanted.map((kind) => kinds[kind].list(ctx, { cursor: from[kind] ?? null, limit: limit + 1, since: since ?? null, until: until ?? null, workflowId: filter.workflow_id ?? null })));
  const letters = newest(found, limit);
  if (found.flat().length <= limit) return { letters, next: null };
  return { letters, next: letters.reduce<Positions>((next, { view, cursor }) => ({ ...next, [view.kind]: cursor }), from) };
}

/** Each list keeps its own order: what is left of it follows what was taken. */
export function newest<T extends { at: number }>(lists: readonly (readonly T[])[], limit: number): T[] {
  const taken: T[] = [];
  const heads = lists.map(() => 0);
  while (taken.length < limit) {
    let from = -1;
    for (const [index, list] of lists.entries()) {
      const head = list[heads[index] ?? 0];
      const best = lists[from]?.[heads[from] ?? 0];
      if (head && (!best || head.at > best.at)) from = index;
    }
    const next = lists[from]?.[heads[from] ?? 0];
    if (!next) break;
    taken.push(next);
    heads[from] = (heads[from] ?? 0) + 1;
  }
  return taken;
}

/** @throws PlatformError `bad-request` */
function readPositions(cursor: string | undefined): Positions {
  const text = readCursor(cursor);
  if (text === null) return {};
  try {
    const read = positions.parse(JSON.parse(text));
    const numbers = [read.event, read.delivery].every((one) => one === undefined || /^\d{1,15}$/.test(one));
    if (numbers) return read;
  } catch {
    // Told below.
  }
  throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
}
