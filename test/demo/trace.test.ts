import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readTrace } from '../../demo/replay/trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-trace-'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function file(content: string): string {
  const path = join(folder, 'trace.csv')
  writeFileSync(path, content)
  return path
}

const HEAD = 'TIMESTAMP,ContextTokens,GeneratedTokens'

describe('readTrace', () => {
  it('reads CRLF lines of which the last has no end, and stops after as many calls as asked for', () => {
    const path = file(`${HEAD}\r\n2023-11-16 18:15:46.6805900,374,44\r\nx,396,109\r\nx,2,7`)
    const calls = [
      { inputTokens: 374, outputTokens: 44 },
      { inputTokens: 396, outputTokens: 109 },
      { inputTokens: 2, outputTokens: 7 },
    ]
    expect(readTrace(path, 1_000)).toEqual(calls)
    expect(readTrace(path, 2)).toEqual(calls.slice(0, 2))
  })

  it('finds the columns wherever they stand, behind a byte order mark too', () => {
    const path = file('\uFEFFGeneratedTokens,user,ContextTokens,TIMESTAMP\n5,somebody,10,x\n')
    expect(readTrace(path, 9)).toEqual([{ inputTokens: 10, outputTokens: 5 }])
  })

  const bad: readonly (readonly [string, string, RegExp])[] = [
    [
      'a missing column',
      'TIMESTAMP,ContextTokens\nx,1\n',
      /trace\.csv:1: no column Gen.*must be TI/,
    ],
    ['an empty file', '', /trace\.csv:1: no column TIMESTAMP/],
    [
      'a word for a number',
      `${HEAD}\nx,1,1\nx,many,1\n`,
      /:3: ContextTokens 'many' must be a whole/,
    ],
    [
      'a negative number',
      `${HEAD}\nx,1,-4\n`,
      /:2: GeneratedTokens '-4' must be a whole number from 1/,
    ],
    ['a fraction', `${HEAD}\nx,1.5,4\n`, /:2: ContextTokens '1\.5'/],
    ['zero tokens', `${HEAD}\nx,0,4\n`, /:2: ContextTokens '0'/],
    ['a number beyond any prompt', `${HEAD}\nx,99999999999,4\n`, /:2: .* to 2000000/],
    ['a line cut short', `${HEAD}\nx,1\n`, /:2: 2 columns; must be 3/],
    ['an empty line in the middle', `${HEAD}\n\nx,1,1\n`, /:2: 1 columns; must be 3/],
    ['no calls at all', `${HEAD}\r\n`, /no calls/],
  ]
  it.each(bad)('names file, line and fault: %s', (_, content, message) => {
    const path = file(content)
    expect(() => readTrace(path, 1_000)).toThrow(message)
  })

  it("says that a file can't be read", () => {
    expect(() => readTrace(join(folder, 'absent.csv'), 1)).toThrow(/absent\.csv: .*no such file/)
    expect(() => readTrace(folder, 1)).toThrow(/is a directory/)
  })
})
