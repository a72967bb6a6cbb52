/**
 * What may be asked of an import's object: it carries the import on, chunk by chunk. How far it
 * is stands in the database; the object is who goes on, and its alarm is when.
 * @module
 */
export interface ImporterObject {
  /** There is something to do. Returns at once; the work goes on by itself, also after a crash. */
  nudge(tenant: string, importId: string): Promise<void>;
}

/** What the object needs of the rest of the platform; wired in worker/index.ts. */
export interface ImporterPlatform {
  /** Goes on until there is nothing more to do, or `until`. @throws when a chunk cannot be written */
  work(tenant: string, importId: string, until: number, now: () => number): Promise<"more" | "over">;
  /** It has failed so often that it ends here. */
  giveUp(tenant: string, importId: string, reason: string, now: number): Promise<void>;
}
