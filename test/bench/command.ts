/** A benchmark as a command: exit code 2 for misuse, 1 where it fails; its caller is told in one line what was wrong. */

import { availableParallelism, cpus } from 'node:os'

/** What the figures are from. */
export const machine = `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}`

/**
 * @param text as `--rounds` gives it
 * @throws Error of one line where it is none.
 */
export function roundsOf(text: string): number {
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1) return rounds
  throw new Error(`--rounds ${text}: a whole number of at least 1`)
}

/** @param readOptions throws an Error of one line that says what is allowed */
export async function runBenchmark<T>(
  readOptions: () => T,
  main: (options: T) => Promise<void>,
): Promise<void> {
  try {
    const options = readOptions()
    await main(options).catch((error: unknown) => fail(error, 1))
  } catch (error) {
    fail(error, 2)
  }
}

function fail(error: unknown, exitCode: number): void {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = exitCode
}
