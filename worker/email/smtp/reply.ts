/**
 * Replies of a mail server (RFC 5321, 4.2), out of whatever pieces they come in. A server that
 * talks without end, or something else than SMTP, is found out after a bounded number of bytes.
 * @module
 */
export interface Reply {
  /** 200 to 599. */
  code: number;
  /** Without code; control characters are replaced. */
  lines: string[];
}

/** RFC 5321 asks for 512 octets a line; some servers write more. */
export const most = { lineBytes: 2_048, lines: 128 } as const;

/** What came is no reply. */
export class NotSmtp extends Error {
  override readonly name = "NotSmtp";
}

const form = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

export class ReplyReader {
  readonly #decoder = new TextDecoder();
  #line: number[] = [];
  #code: number | null = null;
  #lines: string[] = [];
  readonly #ready: Reply[] = [];

  /** @throws NotSmtp */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 10) this.#endLine();
      else if (this.#line.length >= most.lineBytes) throw new NotSmtp(`a line of its reply has more than ${most.lineBytes} bytes`);
      else this.#line.push(byte);
    }
  }

  /** The next one that is complete. */
  take(): Reply | null {
    return this.#ready.shift() ?? null;
  }

  /** Whether there is more than was asked for: a reply, or a part of one. */
  get holds(): boolean {
    return this.#ready.length > 0 || this.#lines.length > 0 || this.#line.length > 0;
  }

  #endLine(): void {
    const text = this.#decoder.decode(new Uint8Array(this.#line)).replace(/\r$/, "");
    this.#line = [];
    const [, digits, separator = " ", rest = ""] = form.exec(text) ?? [];
    if (digits === undefined) throw new NotSmtp(`it answered ${JSON.stringify(printable(text).slice(0, 80))}, which is no SMTP reply`);
    const code = Number(digits);
    if (this.#code !== null && this.#code !== code) throw new NotSmtp(`one reply has the codes ${this.#code} and ${code}`);
    this.#code = code;
    this.#lines.push(printable(rest));
    if (separator === "-") {
      if (this.#lines.length >= most.lines) throw new NotSmtp(`its reply has more than ${most.lines} lines`);
      return;
    }
    this.#ready.push({ code, lines: this.#lines });
    if (this.#ready.length > most.lines) throw new NotSmtp("it sends replies that nobody asked for");
    this.#code = null;
    this.#lines = [];
  }
}

const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, "\u{fffd}");

/** For people: `550 no such mailbox`. */
export const textOf = ({ code, lines }: Reply): string => `${code} ${lines.join(" ")}`.trim().slice(0, 300);
