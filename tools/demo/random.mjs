// The same numbers on every run, and what can be made of them.

/** A generator of its own for each name, so that adding to one list leaves the others as they are. */
export class Random {
  #state;

  /** @param {string} name */
  constructor(name) {
    this.#state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261) >>> 0;
  }

  /** From 0 up to 1: mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  int(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  of(list) {
    return list[this.int(0, list.length - 1)];
  }

  chance(share) {
    return this.next() < share;
  }

  digits(count) {
    return Array.from({ length: count }, () => this.int(0, 9)).join("");
  }
}

/** With its check digits: 11 of them for people, 14 for companies. */
export const cpf = (random) => withCheckDigits(random.digits(9), 11);
export const cnpj = (random) => withCheckDigits(`${random.digits(8)}0001`, 9);

function withCheckDigits(body, longestWeight) {
  const one = `${body}${checkDigit(body, longestWeight)}`;
  return `${one}${checkDigit(one, longestWeight)}`;
}

/** Modulo 11, weights from 2 upwards from the right. */
function checkDigit(text, longestWeight) {
  let [sum, weight] = [0, 2];
  for (const digit of [...text].reverse()) {
    sum += Number(digit) * weight;
    weight = weight === longestWeight ? 2 : weight + 1;
  }
  return sum % 11 < 2 ? 0 : 11 - (sum % 11);
}
