import fc from "fast-check";
import { expect, it } from "vitest";
import { stuffed } from "./data.ts";

const decode = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const lines = fc.array(fc.constantFrom(".", "..", "a", "\r\n", "\n", "\r", ".\r\n", "é", "\0"), { maxLength: 60 }).map((all) => new TextEncoder().encode(all.join("")));
const anything = fc.oneof(lines, fc.uint8Array({ maxLength: 300 }));

/** What a server makes of it (RFC 5321, 4.5.2). */
function received(wire: string): { message: string; rest: string } {
  const message: string[] = [];
  for (let at = 0; ; ) {
    const end = wire.indexOf("\r\n", at);
    if (end === -1) throw new Error("the end never came");
    const line = wire.slice(at, end);
    at = end + 2;
    if (line === ".") return { message: message.join(""), rest: wire.slice(at) };
    message.push(`${line.startsWith(".") ? line.slice(1) : line}\r\n`);
  }
}

it("what a server gets is the message with CRLF at each line's end, and nothing behind it", () => {
  fc.assert(
    fc.property(anything, (message) => {
      const normal = decode(message).replaceAll(/\r\n|\r|\n/g, "\r\n");
      const whole = normal === "" || normal.endsWith("\r\n") ? normal : `${normal}\r\n`;
      expect(received(decode(stuffed(message)))).toEqual({ message: whole, rest: "" });
    }),
    { numRuns: 2_000 },
  );
});

it("no server, however it reads line ends, finds an end before the end", () => {
  fc.assert(
    fc.property(anything, (message) => {
      const wire = decode(stuffed(message));
      expect(wire.slice(0, -3)).not.toMatch(/(^|[\r\n])\.(\r|\n)/);
      expect(wire.endsWith(".\r\n")).toBe(true);
      expect(wire).not.toMatch(/(^|[^\r])\n|\r(?!\n)/);
    }),
    { numRuns: 2_000 },
  );
});
