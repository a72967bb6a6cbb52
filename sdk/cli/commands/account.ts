import { z } from "zod";
import { createCall } from "../../client/transport.ts";
import type { Command } from "../command.ts";
import { CommandError, exitCodes, usageError } from "../failure.ts";
import { safe } from "../format.ts";
import { readStandardInput } from "../json-input.ts";
import { ask } from "../prompt.ts";
import { accessToken, grant, keepSession, sessionAt, signedInAt, toSession } from "../sessions.ts";
import { serverUrl } from "../connection.ts";

const answer = z.union([grant, z.object({ mfa_required: z.literal(true), mfa_token: z.string() })]);
const me = z.object({ user: z.object({ email: z.string(), name: z.string() }), tenant: z.object({ slug: z.string(), name: z.string() }).nullable(), role: z.string() });

export const loginCommand: Command = {
  usage: "login",
  summary: "Sign in as a person; commands without an API key then act as you.",
  flags: [
    ["--email EMAIL", "your address; asked for when left out"],
    ["--tenant SLUG", "which of your tenants; default: the one you used last"],
    ["--password-stdin", "read the password from standard input instead of asking"],
  ],
  options: { email: { type: "string" }, tenant: { type: "string" }, "password-stdin": { type: "boolean" } },
  positionals: [0, 0],
  async run({ flags, out }) {
    const url = serverUrl(flags.text("url")) ?? missingUrl();
    const email = flags.text("email") ?? (await ask("Email: ", { otherwise: "Give it with --email." }));
    const password = flags.on("password-stdin") ? readStandardInput().replace(/\r?\n$/, "") : await ask("Password: ", { hidden: true, otherwise: "Give it with --password-stdin." });
    const call = createCall({ url, apiKey: "" });
    const tenant = flags.text("tenant");
    const first = await call("POST", "/auth/login", answer, { body: { email, password, ...(tenant === undefined ? {} : { tenant }) } });
    const granted = "mfa_token" in first ? await call("POST", "/auth/mfa/verify", grant, { body: { mfa_token: first.mfa_token, ...(await secondFactor()) } }) : first;
    keepSession(url, toSession(granted));
    out.json({ url, user: granted.user, tenant: granted.tenant, role: granted.role });
    out.print(`Signed in at ${url} as ${safe(granted.user.email)} in ${safe(granted.tenant.name)} (${safe(granted.role)})`);
    return exitCodes.ok;
  },
};

export const logoutCommand: Command = {
  usage: "logout",
  summary: "End the session of everstep login.",
  positionals: [0, 0],
  async run({ flags, out }) {
    const url = ownUrl(flags.text("url"));
    try {
      await createCall({ url, apiKey: () => accessToken(url) })("POST", "/auth/logout", z.null());
    } catch (error) {
      // A session that has ended is what was asked for.
      if (!(error instanceof CommandError)) throw error;
    }
    keepSession(url, undefined);
    out.json({ url });
    out.print(`Signed out at ${url}`);
    return exitCodes.ok;
  },
};

export const whoamiCommand: Command = {
  usage: "whoami",
  summary: "Show who everstep login signed in, and where.",
  positionals: [0, 0],
  async run({ flags, out }) {
    const url = ownUrl(flags.text("url"));
    const { user, tenant, role } = await createCall({ url, apiKey: () => accessToken(url) })("GET", "/auth/me", me);
    out.json({ url, user: { email: user.email, name: user.name }, tenant, role });
    out.print(`${safe(user.name)} <${safe(user.email)}> in ${safe(tenant?.name ?? "no tenant")} (${safe(role)}) at ${url}`);
    return exitCodes.ok;
  },
};

/** Codes of an app are six digits; anything else is a recovery code. */
async function secondFactor(): Promise<{ code: string } | { recovery_code: string }> {
  const typed = (await ask("Code of your authenticator app, or a recovery code: ", { otherwise: "An account with a second factor signs in on a terminal only; use an API key in scripts." })).trim();
  return /^\d{6}$/.test(typed) ? { code: typed } : { recovery_code: typed };
}

/** Where there is a session: the server named, else the only one. */
function ownUrl(flag: string | undefined): string {
  const named = serverUrl(flag);
  const signedIn = signedInAt();
  if (named && sessionAt(named)) return named;
  const [only, ...others] = signedIn;
  if (flag === undefined && only !== undefined && others.length === 0) return only;
  throw new CommandError(exitCodes.refused, named ? `nobody is signed in at ${named}` : "nobody is signed in", signedIn.length > 0 ? `There are sessions at ${signedIn.join(", ")}: name one with --url.` : "Sign in with: everstep login");
}

function missingUrl(): never {
  throw usageError("no server is configured and no local one has been started here", "Name it with --url or EVERSTEP_URL.");
}
