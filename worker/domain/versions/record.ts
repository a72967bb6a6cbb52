/**
 * Remembers what each workflow of a deployment was, so that its source can be found by version.
 * @module
 */
import { sql } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import { type versionOrigins, workflowVersions } from "../../../db/schema/drafts.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { BundleManifest, DeploymentRequest } from "../../../sdk/schema/manifest.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import type { TenantActor } from "../../auth/actor.ts";
import type { TenantContext } from "../context.ts";
import { holderOf } from "./holder.ts";

export type VersionOrigin = (typeof versionOrigins)[number];

/** Who did it, as rows keep it. */
export const whoOf = (actor: TenantActor): { kind: "user" | "api_key"; id: string } => ({ kind: actor.kind, id: actor.kind === "user" ? actor.userId : actor.keyId });

export const digestOf = async (source: string): Promise<string> => toHex(await sha256(source));

interface Deployed {
  id: string;
  manifest: BundleManifest;
  request: Pick<DeploymentRequest, "sources" | "exports" | "message">;
  origin: VersionOrigin;
}

/** Statements for the batch of a deployment, behind its own row. */
export async function recordVersions({ db, now, actor }: TenantContext, { id, manifest, request, origin }: Deployed): Promise<Statement[]> {
  const version = sql`(select ${deployments.version} from ${deployments} where ${deployments.id} = ${id})`;
  const by = whoOf(actor);
  const files = manifest.workflows.map((workflow) => ({ workflow_id: workflow.id, file: holderOf(request, workflow) }));
  const digests = await Promise.all(files.map(({ file }) => (file === null ? null : digestOf(request.sources[file] ?? ""))));
  return files.map(({ workflow_id, file }, index) =>
    db.insert(workflowVersions, { workflow_id, version, deployment_id: id, file, source_digest: digests[index] ?? null, origin, message: request.message ?? null, created_by_kind: by.kind, created_by_id: by.id, created_at: now }),
  );
}
