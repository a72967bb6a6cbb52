import { z } from "zod";
import { versionOrigins, type workflowVersions } from "../../../db/schema/drafts.ts";
import { iso } from "../context.ts";

export type VersionRow = typeof workflowVersions.$inferSelect;

export const versionView = z.object({
  version: z.number().int(),
  deployment_id: z.string(),
  origin: z.enum(versionOrigins).describe("`deploy`: from a repository; else from the platform's own editors"),
  message: z.string().nullable(),
  file: z.string().nullable().describe("Path among the deployment's sources; null when they do not say"),
  source_digest: z.string().nullable().describe("SHA-256 of that file, hex"),
  is_published: z.boolean().describe("New executions run it"),
  created_at: z.string(),
  created_by: z.object({ kind: z.enum(["user", "api_key"]), id: z.string() }),
});
export type VersionView = z.infer<typeof versionView>;

export const versionDetail = versionView.extend({ source: z.string().nullable(), files: z.record(z.string(), z.string()).describe("The other files of its deployment") });
export type VersionDetail = z.infer<typeof versionDetail>;

export function viewVersion({ version, deployment_id, origin, message, file, source_digest, created_at, created_by_kind, created_by_id }: VersionRow, published: number): VersionView {
  return { version, deployment_id, origin, message, file, source_digest, is_published: version === published, created_at: iso(created_at), created_by: { kind: created_by_kind, id: created_by_id } };
}
