/**
 * The kinds of dead letters: what was given up, and waits for somebody to look at it. Each knows
 * how its own are found, replayed and put away.
 * @module
 */
import { z } from "zod";
import { type DeadLetterKind, deadLetterKinds } from "../../../db/schema/dead-letters.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { Permission } from "../../auth/permissions.ts";
import type { Env } from "../../env.ts";
import type { BaseContext } from "../context.ts";

export const deadLetterView = z.object({
  kind: z.enum(deadLetterKinds),
  id: z.string(),
  at: z.string().describe("When it began: the list is sorted by it"),
  title: z.string().describe("The workflow, the type of the event, or the path of the hook"),
  error: z.string().nullable(),
  workflow_id: z.string().nullable(),
  webhook_id: z.string().nullable(),
  attempts: z.number().int().nullable(),
});
export type DeadLetterView = z.infer<typeof deadLetterView>;

export interface DeadLetter {
  /** ms since the epoch. */
  at: number;
  /** Where the list of its kind goes on after it. */
  cursor: string;
  view: DeadLetterView;
}

export interface Find {
  /** As the last one of the page before has it. */
  cursor: string | null;
  limit: number;
  since: number | null;
  until: number | null;
  workflowId: string | null;
}

/** What it takes; people are not needed for it. */
export type DeadLetterContext = Pick<BaseContext, "objects" | "usage" | "waitUntil" | "now"> & { env: Env; db: TenantDb };

export interface Kind {
  read: Permission;
  write: Permission;
  /** Newest first. */
  list(ctx: DeadLetterContext, find: Find): Promise<DeadLetter[]>;
  /** @throws PlatformError `not-found` when there is no such thing, `conflict` when it is not dead */
  mustBeDead(ctx: DeadLetterContext, id: string): Promise<void>;
  /** What of it is in the database, for the batch of the replay. */
  replay(ctx: DeadLetterContext, id: string, replayId: string): Promise<Replayed>;
  /** How it is put away; null: by the list of what was. */
  discard: ((db: TenantDb, id: string, now: number) => Statement) | null;
}

export interface Replayed {
  statements: readonly Statement[];
  /** Once they are written. */
  afterwards?(): void;
  executionIds: readonly string[];
}

export const kindName = z.enum(deadLetterKinds);
export type { DeadLetterKind };
