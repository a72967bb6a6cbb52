/**
 * Random numbers that come out the same on every replay: xoshiro128** seeded from the
 * execution's id (Blackman and Vigna, 2018).
 * @module
 */
export class SeededRandom {
  readonly #seed: string;
  /** Made when it is first asked: most turns draw nothing. */
  #state: Uint32Array | null = null;

  constructor(seed: string) {
    this.#seed = seed;
  }

  #begin(): Uint32Array {
    const state = (this.#state = new Uint32Array(4));
    const seed = this.#seed;
    let hash = 0x811c9dc5;
    for (let round = 0; round < 4; round++) {
      for (let index = 0; index < seed.length; index++) {
        hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193) >>> 0;
        hash ^= hash >>> 13;
      }
      state[round] = Math.imul(hash ^ (round + 1), 0x9e3779b1) >>> 0 || 1;
    }
    for (let warm = 0; warm < 8; warm++) this.uint32();
    return state;
  }

  uint32(): number {
    const state = this.#state ?? this.#begin();
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const third = c ^ a;
    const fourth = d ^ b;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = third ^ (b << 9);
    state[3] = (fourth << 11) | (fourth >>> 21);
    return result;
  }

  /** In [0, 1), 53 bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  bytes(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++) bytes[index] = this.uint32() & 0xff;
  }

  uuid(): string {
    const bytes = new Uint8Array(16);
    this.bytes(bytes);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
