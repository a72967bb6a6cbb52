/**
 * Signing in with an OpenID Connect provider: authorization code with PKCE, state and nonce.
 *
 * Invariants
 * 1. Nothing a provider says counts before its ID token has been checked: signature by a key
 *    it publishes, issuer, audience, nonce, times.
 * 2. Every address that a discovery document names is asked through the tenant's network rules
 *    (./oidc-network.ts).
 * 3. Each provider has a redirect URI of its own, so that the answer of one is never taken for
 *    that of another (mix-up, RFC 9700 §4.4).
 * @module
 */
import * as oauth from "oauth4webapi";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { Refusal } from "../egress/refusal.ts";
import type { Env } from "../env.ts";
import { closedTo, type OidcFetch, oidcFetch } from "./oidc-network.ts";

export interface OidcClient {
  tenant: string;
  issuer: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  scopes: string;
  redirectUri: string;
}

/** Kept between the way to the provider and the way back. */
export interface OidcChecks {
  state: string;
  nonce: string;
  verifier: string;
}

/** What a provider says about who signed in. */
export interface OidcPerson {
  subject: string;
  email: string | null;
  /** Only then the provider answers for it that the address is the person's. */
  emailVerified: boolean;
  name: string | null;
}

/** How long a discovery document counts; keys are read anew after five minutes, or when one is unknown. */
const freshMs = 600_000;
const serversKept = 200;
const servers = new Map<string, { server: oauth.AuthorizationServer; until: number }>();

/** @throws PlatformError `sso-provider-failed` saying what is wrong with the provider */
export async function discover(env: Env, { tenant, issuer }: Pick<OidcClient, "tenant" | "issuer">, now: number): Promise<oauth.AuthorizationServer> {
  const key = `${tenant} ${issuer}`;
  const kept = servers.get(key);
  if (kept && kept.until > now) return kept.server;
  const server = await readDiscovery(env, tenant, new URL(issuer));
  servers.delete(key);
  servers.set(key, { server, until: now + freshMs });
  const [oldest] = servers.keys();
  if (servers.size > serversKept && oldest !== undefined) servers.delete(oldest);
  return server;
}

async function readDiscovery(env: Env, tenant: string, issuer: URL): Promise<oauth.AuthorizationServer> {
  const options = optionsOf(await oidcFetch(env, tenant));
  const server = await answer(issuer.host, "sso-provider-failed", async () => oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options, algorithm: "oidc" })));
  for (const endpoint of ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const) {
    const address = server[endpoint];
    if (address === undefined || !URL.canParse(address)) throw failed(`the discovery document of ${issuer.host} has no ${endpoint}`);
    const reason = await closedTo(env, tenant, new URL(address));
    if (reason !== null) throw failed(`${endpoint}: ${reason}`);
  }
  return server;
}

/** Where the browser goes to sign in. */
export async function authorizationUrl(env: Env, client: OidcClient, { state, nonce, verifier }: OidcChecks, now: number): Promise<string> {
  const { authorization_endpoint: endpoint = "" } = await discover(env, client, now);
  const url = new URL(endpoint);
  const parameters = {
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: client.scopes,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Turns the code that the provider sent along into who signed in.
 * @param returned the parameters of the callback
 * @throws PlatformError `sso-refused` when the provider or its ID token says no, `sso-provider-failed`
 */
export async function redeem(env: Env, client: OidcClient, returned: URLSearchParams, { state, nonce, verifier }: OidcChecks, now: number): Promise<OidcPerson> {
  const server = await discover(env, client, now);
  const self: oauth.Client = { client_id: client.clientId, [oauth.clockTolerance]: 30 };
  const options = optionsOf(await oidcFetch(env, client.tenant));
  const { host } = new URL(client.issuer);
  return answer(host, "sso-refused", async () => {
    const parameters = oauth.validateAuthResponse(server, self, returned, state);
    const response = await oauth.authorizationCodeGrantRequest(server, self, authentication(server, client), parameters, client.redirectUri, verifier, options);
    const tokens = await oauth.processAuthorizationCodeResponse(server, self, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(server, response, options);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (!claims) throw new Error("there is no ID token");
    if (claims["email"] !== undefined || server.userinfo_endpoint === undefined) return personOf(claims);
    // Most providers put the address only here; `sub` must be that of the ID token.
    const userinfo = await oauth.userInfoRequest(server, self, tokens.access_token, options);
    return personOf(await oauth.processUserInfoResponse(server, self, claims.sub, userinfo));
  });
}

function personOf(claims: { sub: string; [claim: string]: unknown }): OidcPerson {
  const text = (name: string): string | null => (typeof claims[name] === "string" && claims[name] !== "" ? claims[name] : null);
  return { subject: claims.sub, email: text("email"), emailVerified: claims["email_verified"] === true, name: text("name") ?? text("preferred_username") };
}

/** What the provider says it takes; `client_secret_basic` is what it must take when it says nothing. */
function authentication(server: oauth.AuthorizationServer, { clientSecret }: OidcClient): oauth.ClientAuth {
  if (clientSecret === null) return oauth.None();
  const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return !methods.includes("client_secret_basic") && methods.includes("client_secret_post") ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret);
}

/** The network rules say when plain http is meant; the library needs to be told that they do. */
const optionsOf = (fetch: OidcFetch) => ({ [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true });

const failed = (detail: string) => new PlatformError("sso-provider-failed", `The sign-in provider does not work: ${detail}.`);

/** @param broken the code for an answer that is not as it must be */
async function answer<T>(host: string, broken: "sso-provider-failed" | "sso-refused", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw failed(error.detail);
    if (error instanceof oauth.AuthorizationResponseError) throw new PlatformError("sso-refused", `The provider did not sign you in: ${error.error_description ?? error.error}.`);
    if (error instanceof oauth.ResponseBodyError && error.error === "invalid_grant") throw new PlatformError("sso-refused", "The provider no longer knows this sign-in. Begin again.");
    if (error instanceof oauth.ResponseBodyError) throw failed(`${host} answered ${error.error_description ?? error.error}`);
    if (error instanceof oauth.WWWAuthenticateChallengeError) throw failed(`${host} does not accept the client id and secret`);
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) throw broken === "sso-refused" ? new PlatformError("sso-refused", `What ${host} said cannot be trusted: ${error.message}.`) : failed(`${host}: ${error.message}`);
    // Keys and documents that cannot be read at all.
    if (error instanceof TypeError || error instanceof DOMException) throw failed(`${host}: ${error.message}`);
    throw error;
  }
}
