/**
 * A request to somebody else's service. From workflows it is sent by their own isolate through
 * the tenant's network door, so that secrets reach it; by hand the platform sends it under the
 * same rules, without secrets.
 * @module
 */
import { z } from "zod";
import { spec } from "./spec.ts";

const mebibyte = 1_048_576;
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] as const;

export const httpRequest = spec({
  id: "http_request",
  title: "Send an HTTP request",
  description: "At least once, with an Idempotency-Key that is the same for every attempt. Answers of 408, 425, 429 and from 500 on are tried again, others from 400 on fail the step, unless `fail_on_status` is false.",
  category: "network",
  effect: "sends",
  permission: "workflows.execute",
  call: "actions.httpRequest({ url, method, json })",
  params: z
    .strictObject({
      url: z.string().max(8000).refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), "an address that begins with http:// or https://"),
      method: z.enum(methods).default("GET"),
      headers: z.record(z.string().max(200), z.string().max(8000)).default({}),
      json: z.json().optional().describe("The body, as JSON"),
      body: z.string().max(5 * mebibyte).optional().describe("The body, as text"),
      max_bytes: z.number().int().min(1).max(10 * mebibyte).default(mebibyte).describe("Of the answer"),
      fail_on_status: z.boolean().default(true),
    })
    .refine(({ json, body }) => json === undefined || body === undefined, "takes json or body, not both")
    .refine(({ method, json, body }) => !["GET", "HEAD"].includes(method) || (json === undefined && body === undefined), "GET and HEAD have no body"),
  result: z.object({ status: z.number().int(), headers: z.record(z.string(), z.string()), body: z.string(), json: z.json().describe("The body, when it is JSON; else null") }),
});
