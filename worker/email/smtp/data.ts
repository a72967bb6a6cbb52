/**
 * A message as it goes over the wire (RFC 5321, 4.5.2): every line ends in CRLF, a dot at the
 * beginning of one is doubled, and a dot alone ends it.
 *
 * Line breaks of other kinds become CRLF: some servers take `LF . LF` for the end, and what
 * follows for the next mail (SMTP smuggling).
 * @module
 */
const [LF, CR, dot] = [10, 13, 46];

export function stuffed(message: Uint8Array): Uint8Array {
  // At most each byte becomes two, and the end is 5 more.
  const out = new Uint8Array(message.length * 2 + 5);
  let size = 0;
  let atStart = true;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at] ?? 0;
    if (byte === CR || byte === LF) {
      if (byte === CR && message[at + 1] === LF) at++;
      out[size++] = CR;
      out[size++] = LF;
      atStart = true;
      continue;
    }
    if (atStart && byte === dot) out[size++] = dot;
    out[size++] = byte;
    atStart = false;
  }
  const end = atStart ? [dot, CR, LF] : [CR, LF, dot, CR, LF];
  out.set(end, size);
  return out.slice(0, size + end.length);
}
