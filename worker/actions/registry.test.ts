import { expect, it } from "vitest";
import { actionSpecs } from "../../sdk/schema/actions/index.ts";
import { entityAt } from "../../sdk/schema/crm/index.ts";
import { isPermission } from "../auth/permissions.ts";
import { listActions } from "./by-hand.ts";
import { actions } from "./registry.ts";

it("every action that is declared is done, and none besides", () => {
  expect([...actions.keys()].sort()).toEqual([...actionSpecs.keys()].sort());
  for (const [id, spec] of actionSpecs) expect(actions.get(id)?.spec).toBe(spec);
});

it("every entity has its own, under permissions there are", () => {
  for (const [path, of] of entityAt) {
    for (const verb of ["find", "get", "create", "update", "delete", "count"]) expect(actionSpecs.has(`crm.${path}.${verb}`), `${path}.${verb}`).toBe(true);
    expect(actionSpecs.has(`crm.${path}.add_tag`)).toBe(of.tags);
  }
  for (const { permission, id } of actionSpecs.values()) expect(permission === null || isPermission(permission), id).toBe(true);
});

it("all of them have JSON Schemas", () => {
  for (const { id, params, result } of listActions({})) expect([typeof params["$schema"], typeof result["$schema"]], id).toEqual(["string", "string"]);
});
