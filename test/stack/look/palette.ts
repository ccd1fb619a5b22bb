/** A picture of a page with 256 colours in place of 16 million: a quarter of the bytes, and nothing that one sees. */

import { crc32, deflateSync, inflateSync } from 'node:zlib'

interface Pixels {
  readonly width: number
  readonly height: number
  /** Three bytes each. */
  readonly rgb: Uint8Array
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const COLORS = 256

/** @param png of 8 bits, RGB or RGBA without transparency, as Chromium writes it */
export function withPalette(png: Buffer): Buffer {
  const pixels = decoded(png)
  const { palette, indices } = quantized(pixels)
  const { width, height } = pixels
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits, indexed.
  header.set([8, 3, 0, 0, 0], 8)
  const lines = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y += 1) {
    lines.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Source: PNG specification, section 9, "Filtering". */
function decoded(png: Buffer): Pixels {
  const [width, height, type] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25]]
  const size = type === 6 ? 4 : 3
  const data = inflateSync(Buffer.concat(dataOf(png)))
  const stride = width * size
  const rgb = new Uint8Array(width * height * 3)
  let above: Uint8Array = new Uint8Array(stride)
  for (let y = 0; y < height; y += 1) {
    const at = y * (stride + 1)
    const line = unfiltered(data[at] ?? 0, data.subarray(at + 1, at + 1 + stride), above, size)
    for (let x = 0; x < width; x += 1) {
      rgb.set(line.subarray(x * size, x * size + 3), (y * width + x) * 3)
    }
    above = line
  }
  return { width, height, rgb }
}

function dataOf(png: Buffer): readonly Buffer[] {
  const found: Buffer[] = []
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      found.push(png.subarray(at + 8, at + 8 + length))
    }
  }
  return found
}

function unfiltered(filter: number, line: Uint8Array, above: Uint8Array, size: number): Uint8Array {
  const made = new Uint8Array(line.length)
  for (let index = 0; index < line.length; index += 1) {
    const left = index < size ? 0 : (made[index - size] ?? 0)
    const corner = index < size ? 0 : (above[index - size] ?? 0)
    made[index] = (line[index] ?? 0) + predicted(filter, left, above[index] ?? 0, corner)
  }
  return made
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    case 4: {
      const [a, b, c] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs)
      if (a! <= b! && a! <= c!) return left
      return b! <= c! ? up : corner
    }
    default:
      return 0
  }
}

/** The most frequent colours; every other one becomes the nearest of them. */
function quantized({ rgb }: Pixels): { palette: Uint8Array; indices: Uint8Array } {
  const counts = new Map<number, number>()
  const colors = Array.from({ length: rgb.length / 3 }, (_, index) => {
    const color = (rgb[index * 3]! << 16) | (rgb[index * 3 + 1]! << 8) | rgb[index * 3 + 2]!
    counts.set(color, (counts.get(color) ?? 0) + 1)
    return color
  })
  const kept = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, COLORS)
    .map(([color]) => color)
  const places = new Map(kept.map((color, index) => [color, index]))
  for (const color of counts.keys()) {
    if (!places.has(color)) places.set(color, nearest(color, kept))
  }
  return {
    palette: Uint8Array.from(
      kept.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]),
    ),
    indices: Uint8Array.from(colors, (color) => places.get(color) ?? 0),
  }
}

function nearest(color: number, kept: readonly number[]): number {
  let [best, distance] = [0, Infinity]
  for (const [index, other] of kept.entries()) {
    const far =
      ((color >> 16) - (other >> 16)) ** 2 +
      (((color >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
      ((color & 255) - (other & 255)) ** 2
    if (far < distance) [best, distance] = [index, far]
  }
  return best
}
