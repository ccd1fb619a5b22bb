/** Protobuf as it stands on the wire, as much of it as a plain span needs. Grows as it is written to. */

/** Source: Protocol Buffers, "Encoding". */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH = 2
export const FIXED32 = 5

/** Up to this length a string is looked at and copied here, character by character: to call out costs more. */
const SHORT = 64
const TWO_32 = 2 ** 32

/** A class, since V8 keeps its fields in place: this runs thirty times for every call. */
export class ProtoWriter {
  bytes: Buffer
  length = 0

  /** @param size bytes for which there is room at first */
  constructor(size = 1024) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  clear(): void {
    this.length = 0
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.length++] = rest
  }

  /** As two's complement of 64 bits. */
  negative(value: number): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 127n; rest >>= 7n) this.bytes[this.length++] = Number(rest & 127n) | 128
    this.bytes[this.length++] = Number(rest)
  }

  double(value: number): void {
    this.#reserve(8)
    this.length = this.bytes.writeDoubleLE(value, this.length)
  }

  fixed32(value: number): void {
    this.#reserve(4)
    this.length = this.bytes.writeUInt32LE(value, this.length)
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low)
    this.fixed32(high)
  }

  /** `size` as from `utf8Size`. */
  text(value: string, size: number): void {
    this.#reserve(size)
    if (size > SHORT || size !== value.length) {
      this.bytes.write(value, this.length, 'utf8')
    } else {
      for (let index = 0; index < size; index += 1) {
        this.bytes[this.length + index] = value.charCodeAt(index)
      }
    }
    this.length += size
  }

  hex(value: string): void {
    this.#reserve(value.length / 2)
    for (let index = 0; index < value.length; index += 2) {
      const high = digit(value.charCodeAt(index))
      this.bytes[this.length++] = (high << 4) | digit(value.charCodeAt(index + 1))
    }
  }

  raw(bytes: Uint8Array, length: number): void {
    this.#reserve(length)
    if (length === bytes.length) this.bytes.set(bytes, this.length)
    else this.bytes.set(bytes.subarray(0, length), this.length)
    this.length += length
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/** The digit of a hexadecimal character, 0-9, a-f or A-F. */
function digit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57
}

/** Bytes that a string takes in UTF-8. */
export function utf8Size(value: string): number {
  if (value.length > SHORT) return Buffer.byteLength(value)
  for (let index = 0; index < value.length; index += 1) {
    if (value.charCodeAt(index) > 127) return Buffer.byteLength(value)
  }
  return value.length
}

/** Bytes that a whole number from 0 to 2^53 takes as a varint. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1
  return size
}

/** Epoch milliseconds as nanoseconds, in two halves of 32 bits: a double does not hold them. */
export function nanoseconds(milliseconds: number): readonly [low: number, high: number] {
  const seconds = Math.floor(milliseconds / 1000)
  const nanos = Math.round((milliseconds - seconds * 1000) * 1e6)
  const upper = Math.floor(seconds / 65_536) * 1e9
  const lower = (seconds % 65_536) * 1e9 + nanos + (upper % 65_536) * 65_536
  return [lower % TWO_32, Math.floor(upper / 65_536) + Math.floor(lower / TWO_32)]
}
