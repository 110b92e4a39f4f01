/** SHA-256 piece by piece: browsers hash only whole buffers, and only on secure origins, which an intranet may not be. */

const K = new Uint32Array(64)
const START = new Uint32Array(8)

/** The first 32 bits of the fraction of a root of a prime. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32)

for (let number = 2, found = 0; found < 64; number++) {
  let prime = true
  for (let by = 2; by * by <= number; by++) if (number % by === 0) prime = false
  if (!prime) continue
  if (found < 8) START[found] = fraction(Math.sqrt(number))
  K[found++] = fraction(Math.cbrt(number))
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

export class Sha256 {
  private readonly state = START.slice()
  private readonly words = new Uint32Array(64)
  private held = new Uint8Array(64)
  private filled = 0
  private length = 0

  update(bytes: Uint8Array): this {
    this.length += bytes.length
    let at = 0
    if (this.filled) {
      const taken = Math.min(64 - this.filled, bytes.length)
      this.held.set(bytes.subarray(0, taken), this.filled)
      this.filled += taken
      at = taken
      if (this.filled < 64) return this
      this.block(this.held, 0)
      this.filled = 0
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at)
    this.held.set(bytes.subarray(at))
    this.filled = bytes.length - at
    return this
  }

  hex(): string {
    const bits = this.length * 8
    const tail = new Uint8Array(this.filled < 56 ? 64 : 128)
    tail.set(this.held.subarray(0, this.filled))
    tail[this.filled] = 0x80
    const view = new DataView(tail.buffer)
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(tail.length - 4, bits >>> 0)
    for (let at = 0; at < tail.length; at += 64) this.block(tail, at)
    return [...this.state].map((word) => word.toString(16).padStart(8, '0')).join('')
  }

  private block(bytes: Uint8Array, from: number): void {
    const w = this.words
    for (let i = 0; i < 16; i++) {
      const at = from + i * 4
      w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    }
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15]!, b = w[i - 2]!
      w[i] = (w[i - 16]! + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7]! + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0
    }
    let [a, b, c, d, e, f, g, h] = this.state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g; g = f; f = e; e = (d + one) | 0
      d = c; c = b; b = a; a = (one + two) | 0
    }
    const s = this.state
    s[0]! += a; s[1]! += b; s[2]! += c; s[3]! += d; s[4]! += e; s[5]! += f; s[6]! += g; s[7]! += h
  }
}
