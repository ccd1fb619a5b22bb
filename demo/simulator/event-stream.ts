/**
 * The binary framing of AWS event streams: lengths, their checksum, headers, payload, checksum of it all.
 * Source: AWS documentation, "Amazon Transcribe: Event stream encoding" (the one description of the format that AWS
 * publishes; Bedrock uses it with `:event-type` headers). Read 2026-11-24.
 */

import { crc32 } from 'node:zlib'

/** Type byte of a header whose value is a string. */
const STRING = 7

/** One message; `payload` is sent as JSON. */
function eventMessage(headers: Readonly<Record<string, string>>, payload: object): Uint8Array {
  const named = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const body = Buffer.from(JSON.stringify(payload))
  const message = Buffer.alloc(12 + named.length + body.length + 4)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(named.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  named.copy(message, 12)
  body.copy(message, 12 + named.length)
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4)
  return message
}

export function event(type: string, payload: object): Uint8Array {
  const headers = {
    ':event-type': type,
    ':content-type': 'application/json',
    ':message-type': 'event',
  }
  return eventMessage(headers, payload)
}

/** An error that ends the stream. */
export function exception(type: string, message: string): Uint8Array {
  const headers = {
    ':exception-type': type,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return eventMessage(headers, { message })
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([STRING]),
    length,
    Buffer.from(value),
  ])
}
