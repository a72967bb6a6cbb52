import { signedIn } from "../domain/auth/login.ts";
import { disableBody, disableMfa } from "../domain/mfa/disable.ts";
import { enableMfa, recoveryCodesView } from "../domain/mfa/enable.ts";
import { getMfa, mfaView } from "../domain/mfa/get.ts";
import { codeBody } from "../domain/mfa/prove.ts";
import { renewRecoveryCodes } from "../domain/mfa/renew-recovery-codes.ts";
import { setupBody, setUpMfa, setupView } from "../domain/mfa/setup.ts";
import { verifyBody, verifyMfa } from "../domain/mfa/verify.ts";
import { unkept } from "./auth.ts";
import { publicRoute, reply, type Route, userRoute } from "./route.ts";

const tag = "second factor";
/** Who has to set one up can. */
const withoutMfa = true;

export const mfaRoutes: readonly Route[] = [
  userRoute(
    { method: "get", path: "/auth/mfa", operation: "getMfa", tag, summary: "Whether your second factor is on", withoutMfa, responses: { 200: mfaView } },
    async ({ ctx }) => reply(200, await getMfa({ ctx })),
  ),
  userRoute(
    { method: "post", path: "/auth/mfa/setup", operation: "setUpMfa", tag, summary: "Make a secret for an authenticator app", withoutMfa, body: setupBody, responses: { 200: setupView } },
    async ({ ctx, body }) => ({ ...reply(200, await setUpMfa({ ctx, input: body })), ...unkept }),
  ),
  userRoute(
    { method: "post", path: "/auth/mfa/enable", operation: "enableMfa", tag, summary: "Turn the second factor on with a code of the app; answers the recovery codes", withoutMfa, body: codeBody, responses: { 200: recoveryCodesView } },
    async ({ ctx, body }) => ({ ...reply(200, await enableMfa({ ctx, input: body })), ...unkept }),
  ),
  userRoute(
    { method: "post", path: "/auth/mfa/disable", operation: "disableMfa", tag, summary: "Turn the second factor off", body: disableBody, responses: { 204: null } },
    async ({ ctx, body }) => {
      await disableMfa({ ctx, input: body });
      return reply(204);
    },
  ),
  userRoute(
    { method: "post", path: "/auth/mfa/recovery-codes", operation: "renewRecoveryCodes", tag, summary: "Make a new set of recovery codes; the old one ends", body: codeBody, responses: { 200: recoveryCodesView } },
    async ({ ctx, body }) => ({ ...reply(200, await renewRecoveryCodes({ ctx, input: body })), ...unkept }),
  ),
  publicRoute(
    { method: "post", path: "/auth/mfa/verify", operation: "verifyMfa", tag, summary: "Finish a sign-in with a code of the app, or a recovery code", body: verifyBody, responses: { 200: signedIn } },
    async ({ ctx, body }) => ({ ...reply(200, await verifyMfa({ ctx, input: body })), ...unkept }),
  ),
];
