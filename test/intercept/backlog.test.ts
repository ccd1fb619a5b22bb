import { expect, test } from 'vitest'
import { createBacklog } from '../../instrumentation/intercept/backlog.ts'

test('work is done in the order it came, a moment later, with what it adds itself, whatever fails', async () => {
  const backlog = createBacklog()
  const done: number[] = []
  backlog.add(() => {
    done.push(1)
    backlog.add(() => done.push(4))
    backlog.drain()
  })
  backlog.add(() => {
    done.push(2)
    throw new Error('of ours')
  })
  backlog.add(() => done.push(3))
  expect(done).toEqual([])
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(done).toEqual([1, 2, 3, 4])
})

test('128 works do not wait, and a drain leaves none behind', () => {
  const backlog = createBacklog()
  let done = 0
  for (let index = 0; index < 128; index += 1) backlog.add(() => (done += 1))
  expect(done).toBe(128)
  backlog.add(() => (done += 1))
  backlog.drain()
  expect(done).toBe(129)
})
