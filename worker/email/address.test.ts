import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalAddress, readMailboxes } from "./address.ts";

describe("an address", () => {
  it.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.Lovelace+x@EXAMPLE.com", "Ada.Lovelace+x@example.com"],
    ["ada@münchen.example", "ada@xn--mnchen-3ya.example"],
    ["zoë@example.com", "zoë@example.com"],
  ])("%s is taken, as %s", (text, expected) => {
    expect(normalAddress(text)).toBe(expected);
  });

  it.each(["", "ada", "@example.com", "ada@", "ada@localhost", "ada@127.0.0.1", "ada@[127.0.0.1]", "a b@example.com", "ada@exa mple.com", "ada@example.com>", "ada\r\n@example.com", ".ada@example.com", "a..b@example.com", "ada@-example.com", `${"a".repeat(65)}@example.com`, "ada@example.com/x", "ada@example.com:25", '"a b"@example.com'])("%j is none", (text) => {
    expect(normalAddress(text)).toBeNull();
  });

  it("comes alone, with a name, or with others", () => {
    expect(readMailboxes('Ada <ada@example.com>, "Hopper, Grace" <grace@example.com>, x@example.com')).toEqual([{ address: "ada@example.com", name: "Ada" }, { address: "grace@example.com", name: "Hopper, Grace" }, { address: "x@example.com", name: null }]);
    for (const text of ["", "Ada", "ada@example.com, nobody", "group: ada@example.com;", "ada@example.com\r\nBcc: x@example.com"]) expect(readMailboxes(text), text).toBeTypeOf("string");
  });

  it("never brings a line break or an angle bracket to a server, whatever it is read from", () => {
    const piece = fc.constantFrom("ada", "@", "example.com", "<", ">", ",", ";", ":", '"', " ", "\r\n", "(", ")", "é", "\u2028", ".");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }).map((all) => all.join("")), (text) => {
        const found = readMailboxes(text);
        if (typeof found === "string") return;
        for (const { address, name } of found) {
          expect(address).toMatch(/^[^\s<>,;:"()]+@[a-z0-9.-]+$/);
          expect(name ?? "").not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
