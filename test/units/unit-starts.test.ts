import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { createUnitStarts, type UnitUse } from '../../instrumentation/record/unit-starts.ts'
import { startOtlpSink, type OtlpSink } from '../support/otlp-sink.ts'
import { REGISTER } from '../support/run-node.ts'

const conversation = (id: string, start?: boolean): UnitUse['unit'] => ({
  type: 'conversation',
  id,
  ...(start === undefined ? {} : { start }),
})
const task = (id: string): UnitUse['unit'] => ({ type: 'task', id })

describe('a unit counts as begun', () => {
  const cases: readonly (readonly [string, readonly UnitUse[], readonly unknown[]])[] = [
    [
      'at turn 1 of a conversation, and once',
      [
        { unit: conversation('a'), turn: 1 },
        { unit: conversation('a'), turn: 1 },
        { unit: conversation('a'), turn: 2 },
      ],
      ['here', undefined, undefined],
    ],
    [
      'not at a later turn of a conversation that began elsewhere',
      [
        { unit: conversation('a'), turn: 3 },
        { unit: conversation('a'), turn: 1 },
      ],
      [undefined, undefined],
    ],
    [
      'where the application says that it starts, whatever its turn',
      [{ unit: conversation('a', true), turn: 4 }],
      ['here'],
    ],
    [
      'never where the application says that it does not',
      [
        { unit: conversation('a', false), turn: 1 },
        { unit: conversation('a'), turn: 1 },
      ],
      [undefined, undefined],
    ],
    [
      'later, where a first use said otherwise and the application says so',
      [
        { unit: conversation('a'), turn: 2 },
        { unit: conversation('a', true), turn: 1 },
      ],
      [undefined, 'here'],
    ],
    [
      'by process where it is no conversation: one call looks like the next',
      [
        { unit: task('a'), turn: 1 },
        { unit: task('a'), turn: 1 },
        { unit: task('b'), turn: 1 },
      ],
      ['process', undefined, 'process'],
    ],
    [
      'by process where turns are not told',
      [{ unit: conversation('a') }, { unit: conversation('a') }],
      ['process', undefined],
    ],
    [
      'with the turn that follows an embedding',
      [
        { unit: conversation('a'), mute: true },
        { unit: conversation('a'), turn: 1 },
      ],
      [undefined, 'here'],
    ],
    [
      'each type for itself',
      [
        { unit: conversation('a'), turn: 1 },
        { unit: task('a'), turn: 1 },
      ],
      ['here', 'process'],
    ],
  ]
  test.each(cases)('%s', (_, uses, counted) => {
    const starts = createUnitStarts()
    expect(uses.map(starts)).toEqual(counted)
  })

  test('again where it was not used while 2 and 2 others came', () => {
    const starts = createUnitStarts(2)
    const at = (...ids: string[]): unknown => ids.map((one) => starts({ unit: task(one) }))
    expect(at('a', 'b', 'a', 'b')).toEqual(['process', 'process', undefined, undefined])
    expect(at('c', 'a')).toEqual(['process', undefined])
    expect(at('d', 'a', 'c', 'b')).toEqual(['process', undefined, undefined, 'process'])
  })
})

describe('units of four processes', () => {
  let simulator: Simulator
  let sink: OtlpSink
  beforeAll(async () => {
    simulator = await startSimulator()
  })
  afterAll(() => simulator.close())
  beforeEach(async () => {
    sink = await startOtlpSink()
  })
  afterEach(() => sink.close())

  interface Turn {
    readonly unit: UnitUse['unit']
    readonly turn: number
    readonly embed?: boolean
  }

  /** Sends each process its turns, one after another, and lets all of them end by themselves. */
  async function answered(byProcess: readonly (readonly Turn[])[], env = {}): Promise<void> {
    await Promise.all(
      byProcess.map(async (turns) => {
        const child = spawn(
          process.execPath,
          ['--require', REGISTER, 'test/units/apps/turns.cjs'],
          {
            env: {
              BASE_URL: `${simulator.url}/v1`,
              OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
              OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
              ...env,
            },
            stdio: ['pipe', 'pipe', 'inherit'],
          },
        )
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
        for (const turn of turns) {
          child.stdin.write(`${JSON.stringify(turn)}\n`)
          expect((await lines.next()).value).toBe('done')
        }
        await ended(child)
      }),
    )
  }

  async function ended(child: ChildProcess): Promise<void> {
    const exit = once(child, 'exit')
    child.stdin?.end()
    expect(await exit).toEqual([0, null])
  }

  const counted = (): readonly (readonly [unknown, number])[] =>
    sink
      .points('costspan.units')
      .map((point) => [point.attributes['costspan.unit.counted'], point.value])

  const PROCESSES = 4
  const CONVERSATIONS = 100

  /** Conversation c answers its turn t in process (c + t) mod 4. */
  function spread(unit: (id: string) => UnitUse['unit'], turnsOf: (c: number) => number): Turn[][] {
    const byProcess: Turn[][] = Array.from({ length: PROCESSES }, () => [])
    for (let c = 0; c < CONVERSATIONS; c += 1) {
      for (let turn = 1; turn <= turnsOf(c); turn += 1) {
        byProcess[(c + turn) % PROCESSES]?.push({ unit: unit(`c${c}`), turn, embed: c % 3 === 0 })
      }
    }
    return byProcess
  }

  test('are the 100 conversations that there were, their 350 turns spread over all four', async () => {
    const turns = spread(conversation, (c) => 2 + (c % 4))
    expect(turns.flat()).toHaveLength(350)
    await answered(turns)
    expect(counted().every(([how]) => how === undefined)).toBe(true)
    expect(counted().reduce((sum, [, value]) => sum + value, 0)).toBe(CONVERSATIONS)
    expect(sink.points('costspan.units')[0]?.attributes).toEqual({
      'costspan.unit.type': 'conversation',
      'costspan.feature': 'support',
      'costspan.team': 'unattributed',
    })
  }, 60_000)

  test('are an upper bound, and say so, where no turn is told', async () => {
    await answered(
      spread(conversation, () => 2),
      { COSTSPAN_CONTEXT: 'off' },
    )
    expect(counted().every(([how]) => how === 'process')).toBe(true)
    expect(counted().reduce((sum, [, value]) => sum + value, 0)).toBe(2 * CONVERSATIONS)
  }, 60_000)
})
