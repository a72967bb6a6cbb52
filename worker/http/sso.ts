import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { sessionGrant } from "../domain/sessions/view.ts";
import { choices, choicesQuery, listChoices } from "../domain/sso/choices.ts";
import { createProvider } from "../domain/sso/create.ts";
import { exchangeBody, exchangeSso } from "../domain/sso/exchange.ts";
import { providerBody, providerChange } from "../domain/sso/fields.ts";
import { callbackQuery, finishSso } from "../domain/sso/finish.ts";
import { getProvider } from "../domain/sso/get.ts";
import { listProviders } from "../domain/sso/list.ts";
import { removeProvider } from "../domain/sso/remove.ts";
import { startQuery, startSso } from "../domain/sso/start.ts";
import { updateProvider } from "../domain/sso/update.ts";
import { providerView } from "../domain/sso/view.ts";
import { unkept } from "./auth.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, redirect, reply, type Route, tenantRoute } from "./route.ts";

const tag = "sign-in providers";
const providerParams = z.object({ provider: uuidParams.shape.id });

/** For a tenant's admins. */
const administration: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/sso/providers", operation: "listSsoProviders", tag, summary: "Sign-in providers", permission: "sso.read", query: pageQuery, responses: { 200: z.object({ data: z.array(providerView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listProviders({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/sso/providers", operation: "createSsoProvider", tag, summary: "Set up an OpenID Connect provider", permission: "sso.write", body: providerBody, responses: { 201: providerView } },
    async ({ ctx, body }) => reply(201, await createProvider({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "get", path: "/sso/providers/:id", operation: "getSsoProvider", tag, summary: "A sign-in provider", permission: "sso.read", params: uuidParams, responses: { 200: providerView } },
    async ({ ctx, params }) => reply(200, await getProvider({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "patch", path: "/sso/providers/:id", operation: "updateSsoProvider", tag, summary: "Change a sign-in provider; its issuer stays", permission: "sso.write", params: uuidParams, body: providerChange, responses: { 200: providerView } },
    async ({ ctx, params, body }) => reply(200, await updateProvider({ ctx, input: { ...body, ...params } })),
  ),
  tenantRoute(
    { method: "delete", path: "/sso/providers/:id", operation: "deleteSsoProvider", tag, summary: "Remove a sign-in provider; ends the tenant's sessions that were begun with one", permission: "sso.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await removeProvider({ ctx, input: params });
      return reply(204);
    },
  ),
];

/** For people who sign in. */
const signingIn: readonly Route[] = [
  publicRoute(
    { method: "get", path: "/auth/sso/providers", operation: "listSsoChoices", tag, summary: "The providers that a tenant's people may sign in with", query: choicesQuery, responses: { 200: choices } },
    async ({ ctx, query }) => reply(200, await listChoices({ ctx, input: query })),
  ),
  publicRoute(
    { method: "get", path: "/auth/sso/:provider/start", operation: "startSso", tag, summary: "Begin a sign-in: a browser is sent to the provider", params: providerParams, query: startQuery, responses: { 302: null } },
    async ({ ctx, params, query }) => redirect(await startSso({ ctx, input: { ...query, ...params } })),
  ),
  publicRoute(
    { method: "get", path: "/auth/sso/:provider/callback", operation: "finishSso", tag, summary: "Where the provider sends the browser; it goes on to the front end with a one-time code", params: providerParams, query: callbackQuery, responses: { 302: null } },
    async ({ ctx, params, query }) => redirect(await finishSso({ ctx, input: { ...params, query } })),
  ),
  publicRoute(
    { method: "post", path: "/auth/sso/exchange", operation: "exchangeSso", tag, summary: "Exchange the one-time code for a session", body: exchangeBody, responses: { 200: sessionGrant } },
    async ({ ctx, body }) => ({ ...reply(200, await exchangeSso({ ctx, input: body })), ...unkept }),
  ),
];

export const ssoRoutes: readonly Route[] = [...administration, ...signingIn];
