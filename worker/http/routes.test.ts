/** What holds for what routes declare; that each tenant route names a permission is the compiler's to see (testing/route-types.ts). */
import { describe, expect, it } from "vitest";
import { routes } from "./app.ts";

const of = (auth: string) => routes.filter((route) => route.auth === auth);

describe("routes of a tenant", () => {
  it("need a permission to read for reading, and another for everything else", () => {
    for (const { permission, shape } of of("tenant")) {
      const { method, operation } = shape;
      // Taking all of somebody's data out is more than reading.
      if (permission === "privacy.write") continue;
      // One's own things: the permission says for whom there are such things at all.
      if (shape.peopleOnly) continue;
      // What only works something out takes its question in a body.
      if (operation.startsWith("preview")) continue;
      expect(permission?.endsWith(".read"), `${operation} needs ${permission}`).toBe(method === "get");
    }
  });
});

describe("routes of the operator", () => {
  it("are those below /operator, and nothing else is", () => {
    for (const { auth, shape } of routes) expect(shape.path.startsWith("/operator/"), shape.path).toBe(auth === "operator");
  });
});

describe("routes", () => {
  it("are declared once each", () => {
    const all = routes.flatMap(({ shape }) => [shape.path, ...(shape.also ?? [])].map((path) => `${shape.method} ${path.replaceAll(/:\w+/g, ":")}`));
    expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
  });
});
