/**
 * What a tenant's admins choose: the column `tenants.settings`. Who needs one of them reads
 * it with {@link settingsOf}.
 * @module
 */
import { z } from "zod";
import type { JsonObject } from "../../../db/schema/json.ts";

/** `es-419`, `pt-BR`, … */
function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function isTimezone(text: string): boolean {
  try {
    // Offsets are zones to Intl, but know no summer time.
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(text);
  } catch {
    return false;
  }
}

/** Scheme, host and port, nothing behind, no pattern; without TLS only the machine itself. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin } = new URL(text);
  return origin === text && !hostname.includes("*") && (protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname)));
}

const fields = {
  locale: z.string().max(35).refine(isLocale, "a BCP 47 tag such as `en` or `pt-BR`").describe("Language of mails, and of people who have chosen none"),
  timezone: z.string().max(64).refine(isTimezone, "an IANA name such as `America/Sao_Paulo`").describe("For dates in mails and reports"),
  retention_months: z.number().int().min(1).max(120).describe("How long payloads, executions that have ended and the audit log are kept"),
  require_mfa: z.boolean().describe("Whoever signs in needs a second factor"),
  redirect_origins: z.array(z.string().max(300).refine(isOrigin, "an origin such as `https://app.example.com`; `http` only for localhost")).max(50).describe("Where links in mails and sign-ins from elsewhere may lead back to"),
} as const;

const defaults = { locale: "en", timezone: "UTC", retention_months: 12, require_mfa: false, redirect_origins: [] as string[] };

export const tenantSettings = z.object(fields);
export type TenantSettings = z.infer<typeof tenantSettings>;

/** What is not set, or cannot be read any more, is as by default. */
export function settingsOf({ settings }: { settings: JsonObject }): TenantSettings {
  const { locale, timezone, retention_months, redirect_origins } = fields;
  return z
    .object({
      locale: locale.catch(defaults.locale),
      timezone: timezone.catch(defaults.timezone),
      retention_months: retention_months.catch(defaults.retention_months),
      // A setting that cannot be read must not open anything.
      require_mfa: z.boolean().default(defaults.require_mfa).catch(true),
      redirect_origins: redirect_origins.catch(defaults.redirect_origins),
    })
    .parse(settings);
}
