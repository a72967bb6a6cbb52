/**
 * The log of calls. It is written after the answer is out: a call is never slower for it.
 * @module
 */
import { newId } from "../../db/ids.ts";
import { hookDeliveries } from "../../db/schema/hook-deliveries.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { iso } from "../domain/context.ts";
import type { Env } from "../env.ts";
import { forgetBodies } from "./delivery.ts";

export interface CallRecord {
  tenant: string;
  path: string;
  deliveryId: string | null;
  event: string | null;
  status: number;
  reason: string | null;
  executionIds: string[];
  bytes: number;
  /** The raw body to keep, with the headers to keep; null keeps none. */
  payload: { body: Uint8Array<ArrayBuffer>; contentType: string | null; headers: Record<string, string> } | null;
  /** By which it was found genuine, and what came to light by that. */
  verified: { scheme: WebhookScheme; secret: "current" | "previous" | null; sender: string | null } | null;
  receivedAt: number;
}

export async function record(env: Env, call: CallRecord): Promise<void> {
  const id = newId(call.receivedAt);
  const key = call.payload ? `payloads/${call.tenant}/${iso(call.receivedAt).slice(0, 7)}/${id}` : null;
  if (key !== null && call.payload) {
    const { body, contentType } = call.payload;
    await env.BLOBS.put(key, body, { httpMetadata: { contentType: contentType ?? "application/octet-stream" } });
  }
  const db = tenantDb(env.DB, call.tenant);
  await db.batch([
    db.insert(hookDeliveries, {
      id,
      path: call.path,
      delivery_id: call.deliveryId,
      event: call.event,
      status: call.status,
      reason: call.reason,
      execution_ids: call.executionIds,
      bytes: call.bytes,
      payload_key: key,
      headers: call.payload?.headers ?? null,
      scheme: call.verified?.scheme ?? null,
      secret: call.verified?.secret ?? null,
      sender: call.verified?.sender ?? null,
      received_at: call.receivedAt,
    }),
  ]);
  await forgetBodies(db, call.path, call.receivedAt);
}
