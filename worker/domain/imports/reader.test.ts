/** Reading files that people bring: the same rows, wherever they are cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dialectOf } from "./dialect.ts";
import { type Encoding, keptAs, Recoder } from "./encoding.ts";
import { type FileRow, type Format, isBlank, longestRow, readRows, type Source } from "./reader.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const sourceOf = (bytes: Uint8Array): Source => async (offset, length) => bytes.subarray(offset, offset + length);
const format: Format = { encoding: "utf-8", delimiter: ",", newline: "\n" };

/** All rows, taken so many at a time. */
async function rowsOf(bytes: Uint8Array, { most = 1000, window = 65_536, of = format } = {}): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for (let from = 0; from < bytes.length; ) {
    const part = await readRows(sourceOf(bytes), bytes.length, of, from, most, window);
    expect(part.next).toBeGreaterThan(from);
    rows.push(...part.rows);
    from = part.next;
  }
  return rows.filter((row) => !isBlank(row));
}
const cellsOf = async (bytes: Uint8Array, options?: Parameters<typeof rowsOf>[1]) => (await rowsOf(bytes, options)).map(({ cells }) => cells);

/** As a file of this encoding has it. */
function encoded(text: string, encoding: Encoding, mark: boolean): Uint8Array {
  if (encoding === "utf-8") return utf8(mark ? `\uFEFF${text}` : text);
  if (encoding === "windows-1252") return Uint8Array.from(text, (character) => (character === "€" ? 0x80 : character.charCodeAt(0)));
  const marked = mark ? `\uFEFF${text}` : text;
  const view = new DataView(new ArrayBuffer(marked.length * 2));
  for (let index = 0; index < marked.length; index++) view.setUint16(index * 2, marked.charCodeAt(index), encoding === "utf-16le");
  return new Uint8Array(view.buffer);
}

function recoded(bytes: Uint8Array, cuts: readonly number[]): { encoding: Encoding; kept: Uint8Array } {
  const recoder = new Recoder();
  const kept: number[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    kept.push(...recoder.push(bytes.subarray(from, Math.max(from, cut))));
    from = Math.max(from, cut);
  }
  kept.push(...recoder.end());
  return { encoding: recoder.encoding, kept: Uint8Array.from(kept) };
}

const cell = fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^[ -~"\n,;éß漢🙂]{0,16}$/u), fc.constantFrom("", '"', '""', "a\r\nb", " x ", "é", "🙂,", "'=1"));
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 12 });
/** As RFC 4180 writes it; carriage returns before line ends are the line's. */
const csv = (rows: string[][], end: string) => rows.map((cells) => cells.map((one) => (/[",\r\n]/.test(one) || one.trim() !== one ? `"${one.replaceAll('"', '""')}"` : one)).join(",")).join(end);
const plain = (rows: string[][]) => rows.map((cells) => cells.map((one, index) => (index === cells.length - 1 && one.endsWith("\r") ? one.slice(0, -1) : one))).filter((cells) => cells.some((one) => one.trim() !== ""));

describe("rows of a file", () => {
  it("are the same however few are taken at a time and wherever the pieces end", () =>
    fc.assert(
      fc.asyncProperty(table, fc.constantFrom("\n", "\r\n"), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), async (rows, end, most, window) => {
        const well = rows.map((cells) => cells.map((one) => one.toWellFormed().replaceAll("\0", "")));
        const bytes = utf8(csv(well, end));
        expect(await cellsOf(bytes, { most, window })).toEqual(plain(well));
      }),
      { numRuns: 300 },
    ));

  it("are the same of any bytes at all, malformed or not", () =>
    fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[ab",\r\n é]{0,60}$/), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 20 }), async (text, most, window) => {
        const bytes = utf8(text);
        expect(await rowsOf(bytes, { most, window })).toEqual(await rowsOf(bytes));
      }),
      { numRuns: 500 },
    ));

  it("may be ragged, end in any way, and hold quoted line ends and doubled quotes", async () => {
    expect(await cellsOf(utf8('a,b,c\r\n1,2\n"x ""y""\nz",3,4,5\n\n , \nlast'))).toEqual([["a", "b", "c"], ["1", "2"], ['x "y"\nz', "3", "4", "5"], ["last"]]);
    expect(await cellsOf(utf8("a;b\r1;2\r"), { of: { ...format, delimiter: ";", newline: "\r" } })).toEqual([["a", "b"], ["1", "2"]]);
  });

  it("with an open quote cost that line alone, and it is said why", async () => {
    const rows = await rowsOf(utf8('a,b\n1,"open\n2,x\n3,y\n'));
    expect(rows.map(({ cells, fault }) => [cells[0], fault !== null])).toEqual([["a", false], ["1", true], ["2", false], ["3", false]]);
    const long = await rowsOf(utf8(`1,"${"x".repeat(longestRow)}\n2,"y"\n`), { window: 1024 });
    expect(long.map(({ cells, fault }) => [cells[0], fault !== null])).toEqual([["1", true], ["2", false]]);
  });
});

describe("an encoding", () => {
  const text = "nome;e-mail\nJosé Ação €;jose@example.com\n".repeat(3);
  it.each([["utf-8", true], ["utf-8", false], ["utf-16le", true], ["utf-16le", false], ["utf-16be", true], ["utf-16be", false], ["windows-1252", false]] as const)("%s (with its mark: %s) is recognised, wherever the pieces end", (encoding, mark) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(260), { maxLength: 8 }), async (places) => {
        const { encoding: found, kept } = recoded(encoded(text, encoding, mark), places.toSorted((one, other) => one - other));
        expect(found).toBe(encoding);
        const of: Format = { encoding: keptAs(found), delimiter: ";", newline: "\n" };
        expect((await cellsOf(kept, { of, window: 7, most: 2 }))[1]).toEqual(["José Ação €", "jose@example.com"]);
      }),
      { numRuns: 30 },
    ));

  it("that shows only at the end of a long file is recognised all the same", () => {
    const ascii = utf8("a,b\n".repeat(5000));
    expect(recoded(Uint8Array.from([...ascii, 0xe9, 0x0a]), [10, 6000]).encoding).toBe("windows-1252");
    expect(recoded(Uint8Array.from([...ascii, 0xc3, 0xa9]), [10, ascii.length + 1]).encoding).toBe("utf-8");
  });
});

describe("a dialect", () => {
  it.each([[",", "name,email\nAda,a@x.io\n"], [";", "Nome;Telefone;Valor\nAda;+55 11;1,5\nBia;+55 12;2,5\n"], ["\t", "name\temail\r\nAda, B.\ta@x.io\r\n"], ["|", "name|note\nAda|a, b\nBia|c"]])("%j is told from the others", (delimiter, text) => {
    expect(dialectOf(text)).toMatchObject({ delimiter, hasHeader: true });
  });

  it("has a header only where the first row has no values in it", () => {
    expect(dialectOf("Ada,a@x.io\nBia,b@x.io\n").hasHeader).toBe(false);
    expect(dialectOf("name\nAda\n")).toMatchObject({ delimiter: ",", hasHeader: true });
    expect(dialectOf("name;email\rAda;x\r").newline).toBe("\r");
  });
});
