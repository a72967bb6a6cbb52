/**
 * A real OpenID Connect provider (oidc-provider) on loopback, whose people sign in without
 * typing. It can be told to lie: to say something else in an ID token, to sign with another
 * key, to name other addresses in its discovery document.
 * @module
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";

export interface Subject {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** What the provider puts in the place of an ID token of its own. */
export interface Forgery {
  claims?: JWTPayload;
  key?: KeyObject | Uint8Array;
  alg?: string;
  kid?: string;
  /** Changes the signature afterwards. */
  spoil?: boolean;
}

interface Koa {
  path: string;
  status: number;
  body: Record<string, unknown>;
}

const scopes = "openid email profile";

export class IdentityProvider {
  /** Who signs in next. */
  person: Subject = { sub: "nobody" };
  forge: Forgery | null = null;
  /** Fields to put into userinfo. */
  userinfo: Record<string, unknown> = {};
  /** Answers of userinfo wait for one another until they are so many. */
  together = 1;
  #waiting: (() => void)[] = [];
  /** Discovery documents by issuer path, such as `/crooked`; a string redirects there. */
  readonly documents = new Map<string, Record<string, unknown> | string>();
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #http: Server;
  readonly #key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  readonly #people = new Map<string, Subject>();
  #provider: Provider | null = null;

  constructor() {
    this.#http = createServer((request, response) => void this.#answer(request, response));
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get host(): string {
    return new URL(this.issuer).host;
  }

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.#http.listen(0, "127.0.0.1", ready));
    const provider = new Provider(this.issuer, {
      jwks: { keys: [{ ...this.#key.export({ format: "jwk" }), kid: "honest", alg: "RS256", use: "sig" }] },
      cookies: { keys: ["a key for cookies"] },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      features: { devInteractions: { enabled: false }, registration: { enabled: true } },
      interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
      findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => ({ ...this.#people.get(id), sub: id }) }),
    });
    provider.use(async (context: unknown, next: () => Promise<void>) => {
      await next();
      await this.#tamper(context as Koa);
    });
    this.#provider = provider;
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((closed) => this.#http.close(closed));
  }

  /** Registers a client, as an admin of the provider would. */
  async register(redirectUri: string, more: object = {}): Promise<{ client_id: string; client_secret: string }> {
    const response = await fetch(`${this.issuer}/reg`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ redirect_uris: [redirectUri], scope: scopes, ...more }) });
    if (response.status !== 201) throw new Error(`the provider registers no client: ${await response.text()}`);
    return (await response.json()) as { client_id: string; client_secret: string };
  }

  /** What a browser does from the authorization address on, up to the address it is sent back to. */
  async browse(address: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = new URL(address);
    while (url.origin === this.issuer) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, { redirect: "manual", headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
      url = new URL(location, url);
    }
    return url;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    this.asked.push(path);
    const document = this.documents.get(path.replace("/.well-known/openid-configuration", ""));
    if (document !== undefined) {
      const head = typeof document === "string" ? ([302, { location: document }] as const) : ([200, { "content-type": "application/json" }] as const);
      response.writeHead(...head).end(typeof document === "string" ? "" : JSON.stringify(document));
    } else if (path.startsWith("/interaction/")) await this.#interact(request, response);
    else this.#provider?.callback()(request, response);
  }

  /** Signs `person` in and consents to everything. */
  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider;
    if (!provider) return;
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    this.#people.set(this.person.sub, this.person);
    if (prompt.name === "login") return provider.interactionFinished(request, response, { login: { accountId: this.person.sub } });
    const grant = new provider.Grant({ accountId: session?.accountId ?? "", clientId: String(params["client_id"]) });
    grant.addOIDCScope(scopes);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  }

  async #tamper({ path, status, body }: Koa): Promise<void> {
    if (path === "/me" && status === 200) {
      Object.assign(body, this.userinfo);
      await new Promise<void>((go) => {
        this.#waiting.push(go);
        if (this.#waiting.length >= this.together) for (const one of this.#waiting.splice(0)) one();
      });
    }
    if (path !== "/token" || status !== 200 || !this.forge) return;
    const token = String(body["id_token"]);
    const { key = this.#key, claims, alg = "RS256", kid = decodeProtectedHeader(token).kid ?? "", spoil = false } = this.forge;
    const signed = await new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg, kid }).sign(key);
    body["id_token"] = spoil ? `${signed.slice(0, -8)}AAAAAAAA` : signed;
  }
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const provider = new IdentityProvider();
  await provider.start();
  return provider;
}
