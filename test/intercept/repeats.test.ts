import { describe, expect, test } from 'vitest'
import { createRepeats } from '../../instrumentation/intercept/repeats.ts'

const URL = 'https://api.example.com/v1/chat/completions'
const task = (id: string) => ({ type: 'task', id })

describe('identical requests', () => {
  test('of 1 unit count up; another unit, address or body begins at 1', () => {
    const repeats = createRepeats()
    const times = () => repeats.count(task('a'), URL, 'x')
    expect([times(), times(), times()]).toEqual([1, 2, 3])
    expect(repeats.count(task('b'), URL, 'x')).toBe(1)
    expect(repeats.count(task('a'), `${URL}?v=2`, 'x')).toBe(1)
    expect(repeats.count(task('a'), URL, 'y')).toBe(1)
    expect(repeats.count({ type: 'ticket', id: 'a' }, URL, 'x')).toBe(1)
  })

  test('are told among the last 3 at a limit of 3, and forgotten after 6 others', () => {
    const repeats = createRepeats(3)
    const ask = (body: string) => repeats.count(task('a'), URL, body)
    expect([ask('x'), ask('1'), ask('2'), ask('x')]).toEqual([1, 1, 1, 2])
    for (const other of ['3', '4', '5', '6', '7', '8']) ask(other)
    expect(ask('x')).toBe(1)
  })
})
