/**
 * What may be set of a provider.
 * @module
 */
import { z } from "zod";

const issuer = z
  .string()
  .trim()
  .max(500)
  .refine(isIssuer, "the provider's issuer: an https address without query, as in its discovery document")
  .describe("`<issuer>/.well-known/openid-configuration` is its discovery document");

const scopes = z
  .string()
  .max(500)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "words with one space in between")
  .refine((text) => text.split(" ").includes("openid"), "`openid` is one of them");

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/, "a mail domain such as `example.com`");

const fields = {
  name: z.string().trim().min(1).max(100),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(1000).nullable().describe("Null for a public client"),
  scopes,
  domains: z.array(domain).max(50).describe("People whose verified address ends so join by signing in; empty: members only"),
  role: z.string().max(64).describe("What they join as"),
};

export const providerBody = z.strictObject({ ...fields, issuer, client_secret: fields.client_secret.default(null), scopes: scopes.default("openid email profile"), domains: fields.domains.default([]), role: fields.role.default("member") });

/** The issuer stays: another one would decide who its predecessor's people are. */
export const providerChange = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, "say what to change");

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "https:" || url.protocol === "http:") && url.search === "" && url.hash === "" && url.username === "" && url.password === "" && !/[?#]/.test(text);
}
