import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { most, type Reply, ReplyReader } from "./reply.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function read(...chunks: Uint8Array[]): Reply[] {
  const reader = new ReplyReader();
  const replies: Reply[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let one = reader.take(); one; one = reader.take()) replies.push(one);
  }
  return replies;
}

const text = fc.string({ unit: fc.constantFrom(..."abc XYZ-0123é✓=<>@."), maxLength: 40 });
const reply = fc.record({ code: fc.integer({ min: 200, max: 599 }), lines: fc.array(text, { minLength: 1, maxLength: 12 }) });
const wire = ({ code, lines }: Reply) => lines.map((line, at) => `${code}${at < lines.length - 1 ? "-" : " "}${line}\r\n`).join("");

describe("replies", () => {
  it("are read whatever pieces they come in", () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 5 }), fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (replies, sizes) => {
        const all = bytes(replies.map(wire).join(""));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < all.length; ) {
          const size = sizes.next().value ?? 1;
          chunks.push(all.subarray(at, at + size));
          at += size;
        }
        expect(read(...chunks)).toEqual(replies);
      }),
    );
  });

  it("end in a reply, in waiting, or in NotSmtp, whatever the bytes are", () => {
    const nearly = fc.array(fc.constantFrom("2", "5", "0", "-", " ", "\r", "\n", "\r\n", "220", "x", "\0"), { maxLength: 60 }).map((all) => bytes(all.join("")));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), nearly), (all) => {
        try {
          for (const { code, lines } of read(all)) {
            expect(code).toBeGreaterThanOrEqual(200);
            expect(code).toBeLessThan(600);
            expect(lines.join("")).not.toMatch(/\p{Cc}/u);
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "NotSmtp" });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("may leave out the text, and end lines in LF alone", () => {
    expect(read(bytes("250\n250-a\n250\n"))).toEqual([{ code: 250, lines: [""] }, { code: 250, lines: ["a", ""] }]);
  });

  it.each<[string, string]>([
    ["a line that is too long", `220 ${"x".repeat(most.lineBytes)}`],
    ["too many lines", "220-x\r\n".repeat(most.lines)],
    ["too many replies", "220 x\r\n".repeat(most.lines + 1)],
    ["another code in between", "220-x\r\n221 x\r\n"],
    ["a code that is none", "199 x\r\n"],
    ["nothing of SMTP", "<html>\r\n"],
  ])("are refused with %s", (_, wrong) => {
    expect(() => read(bytes(wrong))).toThrow(expect.objectContaining({ name: "NotSmtp" }));
  });
});
