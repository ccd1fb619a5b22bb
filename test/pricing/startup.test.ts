import { describe, expect, test } from 'vitest'
import { runNode } from '../support/run-node.ts'

/** One process: milliseconds and bytes from the book's module to the first price, without the engine's own modules. */
const script = `
  const { price } = await import('./dist/instrumentation/pricing/index.js')
  globalThis.gc()
  const [heap, start] = [process.memoryUsage().heapUsed, performance.now()]
  const { bundledBook } = await import('./dist/instrumentation/pricing/bundled.js')
  const book = bundledBook()
  price(book, { provider: 'openai', models: ['gpt-4o'], usage: { input: 1 }, at: 1.8e12 })
  const ms = performance.now() - start
  globalThis.gc()
  console.log(JSON.stringify({ ms, bytes: process.memoryUsage().heapUsed - heap, book: book.version }))`

describe('the bundled book', () => {
  test('takes at most 10 ms and 10 MB at its first price, the best start of up to 30 s', async () => {
    const runs: { readonly ms: number; readonly bytes: number }[] = []
    const end = performance.now() + 30_000
    // A busy machine delays some starts, or many for seconds on end: one that it lets run tells what the book takes.
    while (performance.now() < end && !runs.some(({ ms }) => ms < 10)) {
      const { stdout } = await runNode({
        args: ['--expose-gc', '--input-type=module', '--eval', script],
      })
      runs.push(JSON.parse(stdout) as { ms: number; bytes: number })
    }
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(10)
    expect(Math.max(...runs.map(({ bytes }) => bytes))).toBeLessThan(10_000_000)
  }, 60_000)
})
