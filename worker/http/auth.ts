import { z } from "zod";
import { changePassword, passwordChange } from "../domain/auth/change-password.ts";
import { confirmBody, confirmRegistration } from "../domain/auth/confirm.ts";
import { forgotBody, forgotPassword } from "../domain/auth/forgot-password.ts";
import { login, loginBody, loginReply } from "../domain/auth/login.ts";
import { getMe, meChange, meView, updateMe } from "../domain/auth/me.ts";
import { register, registerBody } from "../domain/auth/register.ts";
import { resetBody, resetPassword } from "../domain/auth/reset-password.ts";
import { switchBody, switchTenant } from "../domain/auth/switch.ts";
import { sessionGrant } from "../domain/sessions/view.ts";
import { publicRoute, reply, type Route, userRoute } from "./route.ts";

const tag = "auth";
/** Also for people who have to set their second factor up yet. */
const withoutMfa = true;

/** Tokens are nothing to keep (RFC 6749, 5.1). */
export const unkept = { headers: { "cache-control": "no-store" } };

/** The same, whoever asks. */
const mailed = z.object({ status: z.literal("mail_sent"), detail: z.string() });
const look = (what: string): z.infer<typeof mailed> => ({ status: "mail_sent", detail: `If ${what}, a mail with a link is on its way.` });

export const authRoutes: readonly Route[] = [
  publicRoute(
    { method: "post", path: "/auth/register", operation: "register", tag, summary: "Ask for an account and a tenant; a mailed link makes them", body: registerBody, responses: { 202: mailed } },
    async ({ ctx, body }) => {
      await register({ ctx, input: body });
      return reply(202, look("the address is right"));
    },
  ),
  publicRoute(
    { method: "post", path: "/auth/register/confirm", operation: "confirmRegistration", tag, summary: "Make the account and its tenant with the token of the mailed link", body: confirmBody, responses: { 201: sessionGrant } },
    async ({ ctx, body }) => ({ ...reply(201, await confirmRegistration({ ctx, input: body })), ...unkept }),
  ),
  publicRoute(
    { method: "post", path: "/auth/login", operation: "login", tag, summary: "Sign in with a password; asks for the second factor of those who have one", body: loginBody, responses: { 200: loginReply } },
    async ({ ctx, body }) => ({ ...reply(200, await login({ ctx, input: body })), ...unkept }),
  ),
  userRoute(
    { method: "post", path: "/auth/switch", operation: "switchTenant", tag, summary: "A session in another of your tenants", withoutMfa, body: switchBody, responses: { 200: sessionGrant } },
    async ({ ctx, body }) => ({ ...reply(200, await switchTenant({ ctx, input: body })), ...unkept }),
  ),
  userRoute(
    { method: "get", path: "/auth/me", operation: "getMe", tag, summary: "Who you are here, and what you may do", withoutMfa, responses: { 200: meView } },
    async ({ ctx }) => reply(200, await getMe({ ctx })),
  ),
  userRoute(
    { method: "patch", path: "/auth/me", operation: "updateMe", tag, summary: "Change your name or language", body: meChange, responses: { 200: meView } },
    async ({ ctx, body }) => reply(200, await updateMe({ ctx, input: body })),
  ),
  userRoute(
    { method: "post", path: "/auth/password", operation: "changePassword", tag, summary: "Change your password; your other sessions end", body: passwordChange, responses: { 204: null } },
    async ({ ctx, body }) => {
      await changePassword({ ctx, input: body });
      return reply(204);
    },
  ),
  publicRoute(
    { method: "post", path: "/auth/password/forgot", operation: "forgotPassword", tag, summary: "Ask for a link that sets a new password", body: forgotBody, responses: { 202: mailed } },
    async ({ ctx, body }) => {
      await forgotPassword({ ctx, input: body });
      return reply(202, look("the address has an account"));
    },
  ),
  publicRoute(
    {
      method: "post",
      path: "/auth/password/reset",
      operation: "resetPassword",
      tag,
      summary: "Set a new password with the token of the mailed link; all sessions end. 204 for people who are in no tenant",
      body: resetBody,
      responses: { 200: loginReply, 204: null },
    },
    async ({ ctx, body }) => {
      const signedIn = await resetPassword({ ctx, input: body });
      return signedIn ? { ...reply(200, signedIn), ...unkept } : reply(204);
    },
  ),
];
