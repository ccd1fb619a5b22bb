import { expect, test } from 'vitest'
import { formBoundary, readForm } from '../../instrumentation/wire/multipart.ts'

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['application/json', undefined],
  ['multipart/mixed; boundary=abc', undefined],
  [null, undefined],
])('the boundary of %s is %s', (type, boundary) => {
  expect(formBoundary(type)).toBe(boundary)
})

const form = async (): Promise<{ source: string; boundary: string }> => {
  const data = new FormData()
  data.append('model', 'whisper-1')
  data.append('prompt', 'Grüße\r\n--no boundary')
  data.append('file', new Blob([new Uint8Array(300).fill(13)]), 'ä.wav')
  data.append('stream', 'true')
  const response = new Response(data)
  const boundary = formBoundary(response.headers.get('content-type')) ?? ''
  return { source: Buffer.from(await response.arrayBuffer()).toString('latin1'), boundary }
}

test('a form as fetch writes it: fields with their text, files with name and size', async () => {
  const { source, boundary } = await form()
  expect(readForm(source, boundary)).toEqual([
    { name: 'model', filename: undefined, value: 'whisper-1', size: 9 },
    { name: 'prompt', filename: undefined, value: 'Grüße\r\n--no boundary', size: 22 },
    { name: 'file', filename: 'ä.wav', value: '', size: 300 },
    { name: 'stream', filename: undefined, value: 'true', size: 4 },
  ])
})

test('cut off anywhere it has the parts that are whole, and never more', async () => {
  const { source, boundary } = await form()
  const whole = readForm(source, boundary)
  for (let end = 0; end <= source.length; end += 7) {
    const parts = readForm(source.slice(0, end), boundary)
    expect(parts).toEqual(whole.slice(0, parts.length))
  }
  expect(readForm('no form at all', boundary)).toEqual([])
})
