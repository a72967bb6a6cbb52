import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSource } from "../../../sdk/graph/index.ts";
import { allTemplates, findTemplate } from "./catalogue.ts";
import { customize, hooksOf } from "./customize.ts";
import { freeName, idOfName } from "./names.ts";

const texts = [...new Set(allTemplates().map(({ id }) => id))];

describe("a template that is given another name", () => {
  it("differs in its id and its title alone", () => {
    const { source } = findTemplate("auto-assign-tickets");
    const made = customize(source, { id: "mine", title: 'My "own" tickets' });
    const changed = made.split("\n").filter((line, at) => line !== source.split("\n")[at]);
    expect(changed).toEqual(['    id: "mine",', '    title: "My \\"own\\" tickets",']);
  });

  it("is one workflow of that id and title, whatever they are", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (id, title) => {
        const { source } = findTemplate(id);
        const made = customize(source, { id: "mine", title });
        const { workflows, errors } = parseSource(made);
        expect([errors, workflows.map((one) => [one.id, one.title])]).toEqual([[], [["mine", title]]]);
        expect(customize(made, { id, title: findTemplate(id).name })).toBe(source);
      }),
      { numRuns: 60 },
    );
  });

  it("gets another hook where that is wanted", () => {
    const { source } = findTemplate("payment-received");
    const made = customize(source, { id: "mine", title: "Mine", path: (path) => `${path}-2` });
    expect([hooksOf(source), hooksOf(made)]).toEqual([["payments"], ["payments-2"]]);
  });
});

describe("ids of names", () => {
  it.each([
    ["My custom auto-assign workflow", "my-custom-auto-assign-workflow"],
    ["  Início de verão: 100%! ", "inicio-de-verao-100"],
    ["日本", "template"],
    ["x".repeat(300), "x".repeat(100)],
  ])("%j is %j", (name, id) => {
    expect(idOfName(name, "template")).toBe(id);
  });

  it("are always such as a workflow may have, and free", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 150 }), fc.nat(15), (name, others) => {
        const id = idOfName(name, "template");
        const taken = new Set<string>();
        for (let left = others; left >= 0; left--) {
          const free = freeName(id, taken);
          expect(free).toMatch(/^[a-z0-9][a-z0-9-]{0,99}$/);
          expect(taken.has(free)).toBe(false);
          taken.add(free);
        }
      }),
    );
  });
});
