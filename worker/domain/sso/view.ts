import { z } from "zod";
import type { ProviderRow } from "../../../db/sso.ts";
import type { Env } from "../../env.ts";
import { iso } from "../context.ts";
import { callbackUrl } from "./client.ts";

export const providerView = z.object({
  id: z.string(),
  name: z.string().describe("As the sign-in page shows it"),
  issuer: z.string(),
  client_id: z.string(),
  has_client_secret: z.boolean().describe("The secret itself is never shown"),
  scopes: z.string(),
  domains: z.array(z.string()).describe("Mail domains whose people join by signing in"),
  role: z.string().describe("What they join as"),
  callback_url: z.string().describe("The redirect URI to register with the provider"),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ProviderView = z.infer<typeof providerView>;

export function viewProvider(env: Env, row: ProviderRow): ProviderView {
  const { id, name, issuer, client_id, client_secret, scopes, domains, role } = row;
  return { id, name, issuer, client_id, has_client_secret: client_secret !== null, scopes, domains, role, callback_url: callbackUrl(env, id), created_at: iso(row.created_at), updated_at: iso(row.updated_at) };
}
