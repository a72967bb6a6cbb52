/**
 * A route is declared once: the same declaration checks requests, checks what handlers
 * answer (at compile time), and writes the OpenAPI document.
 * @module
 */
import type { z } from "zod";
import type { Permission } from "../auth/permissions.ts";
import type { OperatorContext, PublicContext, TenantContext, UserContext } from "../domain/context.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";
/** An answer that is a file: the media types it may have. */
export interface FileTypes {
  file: readonly string[];
  /** Unless this is wanted instead. */
  json?: z.ZodType;
}
/** What is sent as one, piece by piece. */
export interface SentFile {
  type: string;
  name: string;
  content: ReadableStream<Uint8Array>;
}
/** By status; null = no body. */
export type Responses = Record<number, z.ZodType | FileTypes | null>;

export interface Shape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends Responses> {
  method: Method;
  /** After `/api/v1`; parameters as `:name`. */
  path: `/${string}`;
  /** Other paths of the same thing. */
  also?: readonly `/${string}`[];
  operation: string;
  tag: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** Reads the Idempotency-Key header. */
  keyed?: boolean;
  /** Reads the If-Match header: the version the caller saw. */
  versioned?: boolean;
  /** The body is a file of one of these media types, or of any (`*\/*`), handed on unread: `call.file`. */
  takesFile?: readonly string[];
  /** Largest body in bytes; 1 MiB when left out. */
  maxBytes?: number;
  /** `:id` is a workflow: read it along with the API key. */
  loadsWorkflow?: boolean;
  /** Permissions that it asks for besides, or may: of which kind of record something is decides. */
  besides?: readonly Permission[];
  /** Also for people who have no second factor yet, in a tenant that asks for one. */
  withoutMfa?: boolean;
  /** What people have of their own in a tenant: keys are refused, whoever made them. */
  peopleOnly?: boolean;
  /** Public, but tells people who are signed in from others: `ctx.visitor`. */
  knowsVisitor?: boolean;
  responses: R;
}

export type Answer<R extends Responses> = {
  [S in keyof R & number]: { headers?: Record<string, string> } & (R[S] extends z.ZodType ? { status: S; body: z.input<R[S]> } : R[S] extends { json: infer J extends z.ZodType } ? { status: S; file: SentFile; body?: undefined } | { status: S; body: z.input<J>; file?: undefined } : R[S] extends FileTypes ? { status: S; file: SentFile } : { status: S; body?: undefined });
}[keyof R & number];

/** What a handler answers; keeps the status a literal so that the declaration can check it. */
export function reply<const S extends number>(status: S): { status: S };
export function reply<const S extends number, B>(status: S, body: B): { status: S; body: B };
export function reply(status: number, body?: unknown): { status: number; body?: unknown } {
  return { status, body };
}

/** What a handler answers with a file to keep. */
export function sendFile(file: SentFile): { status: 200; file: SentFile } {
  return { status: 200, file };
}

/** Sends a browser elsewhere; what is in the address is kept by nobody. */
export function redirect(location: string): { status: 302; headers: Record<string, string> } {
  return { status: 302, headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" } };
}

export interface Call<C, P, Q, B> {
  ctx: C;
  params: P;
  query: Q;
  body: B;
  /** The caller's Idempotency-Key, or null. */
  key: string | null;
  /** Of If-Match, or null. */
  version: number | null;
  /** The body of a route that takes one as it comes. */
  file: ReadableStream<Uint8Array> | null;
  /** What the caller says that it is. */
  mediaType: string | null;
}

/** What a route inside a tenant declares besides: there is none without a permission. */
export interface Permitted {
  permission: Permission;
}

/** A route with its types forgotten: what the app and the document work with. */
export type Route = Whose & {
  shape: Shape<z.ZodType, z.ZodType, z.ZodType, Responses>;
  run(contexts: Contexts, input: RawInput): Promise<{ status: number; body?: unknown; file?: SentFile; headers?: Record<string, string> }>;
};

/** `public`: nobody has to sign in; `user`: a signed-in person, for their own things. */
type Whose = { auth: "tenant"; permission: Permission } | { auth: "public" | "user" | "operator"; permission: null };

/** Each throws when the caller is not of that kind. */
export interface Contexts {
  base: () => PublicContext;
  user: () => UserContext;
  tenant: () => TenantContext;
  operator: () => OperatorContext;
}

/** Already checked against the shape's schemas. */
export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
  key: string | null;
  version: number | null;
  file: ReadableStream<Uint8Array> | null;
  mediaType: string | null;
}

type Output<T extends z.ZodType> = z.output<T>;
type Handler<C, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends Responses> = (call: Call<C, Output<P>, Output<Q>, Output<B>>) => Promise<Answer<R>>;

/** A route for a tenant's people and API keys. */
export function tenantRoute<R extends Responses, P extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
  shape: Shape<P, Q, B, R> & Permitted,
  handler: Handler<TenantContext, P, Q, B, R>,
): Route {
  return { auth: "tenant", permission: shape.permission, shape, run: (contexts, input) => handler({ ctx: contexts.tenant(), ...typed<P, Q, B>(input) }) };
}

/** A route for the operator. */
export function operatorRoute<R extends Responses, P extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
  shape: Shape<P, Q, B, R>,
  handler: Handler<OperatorContext, P, Q, B, R>,
): Route {
  return { auth: "operator", permission: null, shape, run: (contexts, input) => handler({ ctx: contexts.operator(), ...typed<P, Q, B>(input) }) };
}

/** A route for a signed-in person, about themselves: no role is needed for it. */
export function userRoute<R extends Responses, P extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
  shape: Shape<P, Q, B, R>,
  handler: Handler<UserContext, P, Q, B, R>,
): Route {
  return { auth: "user", permission: null, shape, run: (contexts, input) => handler({ ctx: contexts.user(), ...typed<P, Q, B>(input) }) };
}

/** A route for everybody, such as signing in. */
export function publicRoute<R extends Responses, P extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
  shape: Shape<P, Q, B, R>,
  handler: Handler<PublicContext, P, Q, B, R>,
): Route {
  return { auth: "public", permission: null, shape, run: (contexts, input) => handler({ ctx: contexts.base(), ...typed<P, Q, B>(input) }) };
}

/** The schemas of the same shape have made these values: the one place where types come back. */
function typed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(input: RawInput) {
  return input as { params: Output<P>; query: Output<Q>; body: Output<B>; key: string | null; version: number | null; file: ReadableStream<Uint8Array> | null; mediaType: string | null };
}
