/**
 * What must not compile. These types are checked with all others, by `npm run types`: were one
 * of the declarations below allowed, `Refused` would not take it.
 * @module
 */
import type { Route, tenantRoute } from "../route.ts";

type Refused<Allowed extends false> = Allowed;
type Fits<Value, Wanted> = Value extends Wanted ? true : false;

type Declared = Parameters<typeof tenantRoute>[0];
type Bare = Omit<Declared, "permission">;
type Made = Pick<Route, "shape" | "run">;

/** A tenant's route says which permission it needs, and it is one there is. */
export type RefusedDeclarations = [
  Refused<Fits<Bare, Declared>>,
  Refused<Fits<Bare & { permission: null }, Declared>>,
  Refused<Fits<Bare & { permission: undefined }, Declared>>,
  Refused<Fits<Bare & { permission: "workflows.everything" }, Declared>>,
  Refused<Fits<Made & { auth: "tenant"; permission: null }, Route>>,
  Refused<Fits<Made & { auth: "tenant" }, Route>>,
];

type Taken<Allowed extends true> = Allowed;

/** The same with a permission is a route: it is the permission that the others lack. */
export type TakenDeclarations = [Taken<Fits<Bare & { permission: "workflows.read" }, Declared>>, Taken<Fits<Made & { auth: "tenant"; permission: "workflows.read" }, Route>>];
