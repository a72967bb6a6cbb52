/**
 * What a scheme leaves open, per hook.
 * @module
 */
import { z } from "zod";
import type { JsonObject } from "../../../db/schema/json.ts";
import type { WebhookScheme } from "../../../sdk/schema/manifest.ts";

const header = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9-]+$/, "the name of a header")
  .transform((name) => name.toLowerCase());

/** Of senders without a convention of their own. */
const naming = {
  id_header: header.optional().describe("Names a delivery: the same one starts nothing twice. `Idempotency-Key` when left out; without any, the body names it for a quarter of an hour"),
  event_header: header.optional().describe("Names the event, for `events` of triggers; the body's `type` when left out"),
};

const hmac = z
  .strictObject({
    ...naming,
    header: header.default("x-signature").describe("Where the signature stands"),
    algorithm: z.enum(["sha1", "sha256", "sha512"]).default("sha256"),
    encoding: z.enum(["hex", "base64"]).default("hex"),
    prefix: z.string().max(32).regex(/^[^\s,]*$/, "without spaces and commas").default("").describe("Before the signature, such as `sha256=`"),
    secret_encoding: z.enum(["text", "hex", "base64"]).default("text").describe("How the secret is written"),
    signed: z.string().max(200).default("{body}").describe("What is signed, such as `{timestamp}.{body}`; `{id}` is the header that names the delivery"),
    timestamp_header: header.optional().describe("Unix seconds or milliseconds"),
    tolerance_seconds: z.number().int().min(1).max(86_400).default(300).describe("How far the timestamp may be off"),
  })
  .superRefine(({ signed, timestamp_header, id_header }, ctx) => {
    const refuse = (message: string) => ctx.addIssue({ code: "custom", path: ["signed"], message });
    if (signed.split("{body}").length !== 2) refuse("has to hold {body} once");
    const unknown = signed.match(/\{(?!(?:body|timestamp|id)\})[^}]*\}/)?.[0];
    if (unknown !== undefined) refuse(`there is no ${unknown}; there are {body}, {timestamp}, {id}`);
    if (signed.includes("{timestamp}") !== (timestamp_header !== undefined)) refuse("{timestamp} and timestamp_header go together: a time that is not signed proves nothing");
    if (signed.includes("{id}") && id_header === undefined) refuse("{id} needs id_header");
  });

const configs = {
  github: z.strictObject({}),
  standard: z.strictObject({}),
  espocrm: z.strictObject({ event: z.string().min(1).max(100).optional().describe("What this webhook of EspoCRM is for, such as `Lead.create`: its calls do not say") }),
  meta: z.strictObject({ verify_token: z.string().min(8).max(256).optional().describe("For the handshake; left out: the one there is stays, or one is made. Not shown again") }),
  hmac,
  basic: z.strictObject({ ...naming, username: z.string().min(1).max(128).regex(/^[^:\p{Cc}]+$/u, "without colons and control characters").default("everstep") }),
  none: z.strictObject(naming),
} as const satisfies Record<WebhookScheme, z.ZodType>;

const secret = z.string().min(1).max(512).optional().describe("Left out: the one there is stays, or one is made; of `espocrm` and `meta` the sender makes it");

/** A hook's scheme with its settings, as it is put. */
export const hookBody = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("github"), config: configs.github.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("standard"), config: configs.standard.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("espocrm"), config: configs.espocrm.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("meta"), config: configs.meta.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("hmac"), config: configs.hmac.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("basic"), config: configs.basic.prefault({}), secret }),
  z.strictObject({ scheme: z.literal("none"), config: configs.none.prefault({}), secret }),
]);
export type HookBody = z.output<typeof hookBody>;

export type HmacConfig = z.output<typeof hmac>;

/** As it is kept: of verify tokens only the hash. */
export type HookConfig =
  | { scheme: "github" | "standard" }
  | { scheme: "espocrm"; event?: string | undefined }
  | { scheme: "meta"; verify_token_hash: string }
  | ({ scheme: "hmac" } & HmacConfig)
  | { scheme: "basic"; username: string; id_header?: string | undefined; event_header?: string | undefined }
  | { scheme: "none"; id_header?: string | undefined; event_header?: string | undefined };

/** @param row whose `config` was checked when it was written */
export function configOf({ scheme, config }: { scheme: WebhookScheme; config: JsonObject }): HookConfig {
  return { ...config, scheme } as unknown as HookConfig;
}

/** What of a hook's settings is shown: of hashes only that they are there. */
export function shownConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => (name === "verify_token_hash" ? ["verify_token_set", true] : [name, value])));
}
