/**
 * What goes to the screen: results to stdout, everything for people to stderr when the
 * result is a JSON document.
 * @module
 */
export interface Output {
  /** Result lines: stdout, or nothing with `--json`. */
  print(text?: string): void;
  /** The one JSON document of `--json`. */
  json(value: unknown): void;
  /** Progress and remarks: stderr. */
  note(text: string): void;
  readonly paint: Paint;
  /** Is there someone to watch progress? */
  readonly live: boolean;
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
export type Paint = Record<keyof typeof codes, (text: string) => string>;

function painter(on: boolean): Paint {
  const paint = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, paint(code)])) as Paint;
}

/** Colours only on a terminal, and never with NO_COLOR (https://no-color.org). */
export function coloured(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

function write(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text}\n`);
}

export function createOutput(json: boolean): Output {
  return {
    print: (text = "") => {
      if (!json) write(process.stdout, text);
    },
    json: (value) => {
      if (json) write(process.stdout, JSON.stringify(value, null, 2));
    },
    note: (text) => write(process.stderr, text),
    paint: painter(coloured(json ? process.stderr : process.stdout)),
    live: process.stderr.isTTY === true,
  };
}

export const errorPaint = (): Paint => painter(coloured(process.stderr));
